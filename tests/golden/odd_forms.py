#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Values whose parts are counted and named in ways of their own, and bytes that no value needs: `--write FILE`.

Frame 11: a dictionary of two entries, keyed by a string and by an object.
Frame 12: an array of one associative and two dense items.
Frame 13: a Set Peer Bandwidth with three bytes behind its limit type.
Frame 14: a message of an unassigned type.
Frame 15: Flex's short form of an acknowledgement, whose members have names that are not in the message.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import (CLIENT, PEER_BANDWIDTH, Connection, Message, amf0, amf3,  # noqa: E402
                         control, u29)

COMMAND_AMF3 = 17


def text3(text):
    return u29(len(text) << 1 | 1) + text.encode()


def call(name, *values):
    """A call with AMF3 arguments, given as bytes from their AMF3 marker on."""
    head = b"\0" + amf0(name) + amf0(1) + amf0(None)
    return Message(COMMAND_AMF3, head + b"".join(b"\x11" + value for value in values))


def main():
    entries = amf3("name") + amf3(99) + amf3({"x": 1}) + amf3(True)
    connection = Connection().open().shake()
    for message in (
            call("dictionary", b"\x11" + u29(2 << 1 | 1) + b"\0" + entries),
            call("array", b"\x09" + u29(2 << 1 | 1) + text3("one") + amf3(1) + b"\x01" + amf3(2) + amf3(3)),
            control(PEER_BANDWIDTH, 2500000, extra=b"\x02abc"),
            Message(99, b"not known"),
            call("acknowledge", b"\x0a\x07" + text3("DSK")
                 + b"\xa1\x02" + amf3({"n": 1}) + amf3(1.500000000123e12)  # body, timestamp
                 + amf3(bytes(16))  # messageIdBytes
                 + b"\x05" + amf3("correlation") + amf3("unnamed")
                 + b"\x00")):
        connection.message(CLIENT, message)
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], connection.segments)


if __name__ == "__main__":
    main()
