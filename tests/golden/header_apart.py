#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""H.264 frames of one chunk whose header comes in a segment of its own: `--write FILE`.

Observed of ffmpeg 5.1: it hands header and data to the network one after the other. The data then lie in one segment
and are all there, however long they are.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import CLIENT, SET_CHUNK_SIZE, VIDEO, Connection, Message, control  # noqa: E402


def frame(*lengths):
    units = [length.to_bytes(4, "big") + b"\x41" + bytes(range(1, 251)) * 8 for length in lengths]
    return b"\x27\x01\0\0\0" + b"".join(unit[:4 + length] for unit, length in zip(units, lengths))


def main():
    connection = Connection().open().shake()
    connection.message(CLIENT, control(SET_CHUNK_SIZE, 4096))
    for turn, lengths in enumerate(((1300,), (1000, 400), (20, 30, 40, 1200), (600,))):
        message = Message(VIDEO, frame(*lengths), csid=6, timestamp=40 * turn, stream_id=1)
        data = connection.writer[CLIENT].write(message)
        header = len(data) - len(message.body)
        connection.send(CLIENT, data[:header])
        connection.send(CLIENT, data[header:])
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], connection.segments)


if __name__ == "__main__":
    main()
