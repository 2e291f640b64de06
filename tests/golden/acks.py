#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes of a server that asks to be acknowledged each 5,000: by clients that count the handshake and that do not, by one
that begins late, by one that stops, and by one that never does: `--write FILE`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import (  # noqa: E402
    ACKNOWLEDGEMENT, AUDIO, CLIENT, SERVER, WINDOW_ACK_SIZE, Connection, Message, control)

HANDSHAKE, TURNS, EVERY = 3073, 40, 8
# Bytes of the handshake that it counts, and the messages that it acknowledges some of.
CLIENTS = ((0, range(TURNS)), (HANDSHAKE, range(TURNS)), (0, range(35, TURNS)), (0, range(10)), (0, ()))


def connection(number, base, acknowledged):
    link = Connection((f"10.4.0.{number + 2}", 50000), start=10**18 + number * 10**10).open().shake()
    began = link.sequence[SERVER]
    link.message(SERVER, control(WINDOW_ACK_SIZE, 5000))
    for turn in range(TURNS):
        link.message(SERVER, Message(AUDIO, b"\x2f" + bytes(600), csid=4, stream_id=1, timestamp=turn * 100))
        link.pause(100)
        if turn in acknowledged and turn % EVERY == EVERY - 1:
            link.message(CLIENT, control(ACKNOWLEDGEMENT, base + link.sequence[SERVER] - began))
    return link.segments


def main():
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1],
                        [segment for number, client in enumerate(CLIENTS) for segment in connection(number, *client)])


if __name__ == "__main__":
    main()
