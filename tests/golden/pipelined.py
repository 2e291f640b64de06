#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""RTMPT whose client does not wait: two requests in a segment, two replies in another: `--write FILE`."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "tools"), str(TESTS / "transports")]

import pcap  # noqa: E402
from rtmp_writer import SERVER  # noqa: E402
from transports import Network, Session  # noqa: E402


def join(carrier, count):
    """The last segments of a carrier as one."""
    segments = carrier.segments[-count:]
    carrier.segments[-count:] = [segments[0].replace(payload=b"".join(s.payload for s in segments))]


def main():
    network = Network()
    carrier = network.connect()
    session = Session(network, "one")
    session.open(carrier)
    for name in ("first", "second"):
        network.request(carrier, session.path(), session.command(name))
    join(carrier, 2)
    for name in ("answer to first", "answer to second"):
        network.reply(carrier, b"\1" + session.command(name, SERVER))
    join(carrier, 2)
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], network.segments())


if __name__ == "__main__":
    main()
