#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the length of a NAL unit is, each stream, track and codec says by a record of its own: `--write FILE`.

Frames 12..15: records of H.264 (4 bytes) and HEVC (2) on one stream, and a frame of each. 16: an aggregate
whose tags are a frame of 2 bytes, a record that says 1, a frame of 1. 17: records of two tracks (2 and 4),
18: a frame of both. 21: as 18, but too long for a segment, so that only an outline of it is kept.
The lengths are such that each frame could be read with 4 bytes too, and say something else.
"""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import AGGREGATE, CLIENT, SET_CHUNK_SIZE, VIDEO, Connection, Message, control  # noqa: E402


def avc_record(size):
    return bytes([1, 0x64, 0, 0x1f, 0xfc | size - 1, 0xe0, 0])


def hevc_record(size):
    return bytes.fromhex("010100000000000000000000 00f000fcfdf8f80000") + bytes([0x0c | size - 1, 0])


def frame(size, length=6):
    """Empty units up to a unit of `length` bytes whose length field ends where one of 4 bytes would."""
    return bytes(4 - size) + length.to_bytes(size, "big") + b"\x41" + b"\x9a" * (length - 1)


def avc(record=None, size=0):
    return b"\x17\0\0\0\0" + avc_record(record) if record else b"\x27\1\0\0\0" + frame(size)


def tag(body):
    header = bytes([VIDEO]) + struct.pack("!I", len(body))[1:] + bytes(7)
    return header + body + struct.pack("!I", 11 + len(body))


def tracks(kind, *bodies):
    """A message of many tracks of H.264, numbered from 1."""
    parts = (bytes([number]) + struct.pack("!I", len(body))[1:] + body
             for number, body in enumerate(bodies, 1))
    return bytes([0x96, 0x10 | kind]) + b"avc1" + b"".join(parts)


def main():
    connection = Connection().open().shake()
    connection.message(CLIENT, control(SET_CHUNK_SIZE, 65536))
    for body in (avc(record=4), b"\x90hvc1" + hevc_record(2), avc(size=4), b"\x93hvc1" + frame(2)):
        connection.message(CLIENT, Message(VIDEO, body, csid=6, stream_id=1))
    connection.message(CLIENT, Message(VIDEO, avc(record=2), csid=6, stream_id=2),
                       Message(AGGREGATE, tag(avc(size=2)) + tag(avc(record=1)) + tag(avc(size=1)),
                               csid=6, stream_id=2))
    for body in (tracks(0, avc_record(2), avc_record(4)), tracks(3, frame(2), frame(4)),
                 tracks(3, frame(2, 2000), frame(4, 2000))):
        connection.message(CLIENT, Message(VIDEO, body, csid=6, stream_id=3))
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], connection.segments)


if __name__ == "__main__":
    main()
