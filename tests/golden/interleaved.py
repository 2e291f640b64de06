#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A video message whose chunks have an audio message between them, all in one segment, and whose timestamp is lower
than that of the video before it: `--write FILE`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import AUDIO, CLIENT, VIDEO, Connection, Message  # noqa: E402


def main():
    connection = Connection().open().shake()
    writer = connection.writer[CLIENT]

    def video(timestamp):
        return writer.chunks(Message(VIDEO, b"\x22" + bytes(200), csid=6, timestamp=timestamp, stream_id=1))

    connection.send(CLIENT, b"".join(video(1000)))
    first, second = video(40)
    audio = writer.write(Message(AUDIO, b"\x2f" + bytes(20), csid=4, timestamp=40, stream_id=1))
    connection.send(CLIENT, first + audio + second)
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], connection.segments)


if __name__ == "__main__":
    main()
