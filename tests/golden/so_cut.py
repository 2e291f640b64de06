#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A SharedObject message whose capture ends behind the type of an event, and one that its sender ends there: `--write FILE`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import CLIENT, Connection, Message, command, shared_object, so_event  # noqa: E402

RELEASE, CHANGE = 2, 4


def main():
    link = Connection().open().shake()
    whole = shared_object("room", 1, 0, so_event(RELEASE), so_event(CHANGE, b"\0\1k\5"))
    at = whole.body.index(bytes([RELEASE, 0, 0, 0, 0])) + 1
    first = len(link.segments)
    link.send(CLIENT, link.writer[CLIENT].write(whole), mss=12 + at)
    del link.segments[first + 1:]
    link.message(CLIENT, command("behind", 0))
    link.message(CLIENT, Message(whole.type, whole.body[:at], csid=whole.csid))
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], link.segments)


if __name__ == "__main__":
    main()
