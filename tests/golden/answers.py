#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What an answer says depends on the call it answers: `--write FILE`.

tcp.stream 0, calls and answers: only a createStream returns a stream id, whichever order they come in;
a status comes in commands and in data messages. tcp.stream 1, only the server's side: the form decides.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import CLIENT, SERVER, Connection, command, data  # noqa: E402

STATUS = {"level": "status", "code": "NetStream.Play.Complete", "duration": 12.5}


def main():
    both = Connection().open().shake()
    for direction, message in (
            (CLIENT, command("connect", 1, {"app": "vod"})),
            (CLIENT, command("getStreamLength", 2, None, "film")),
            (CLIENT, command("createStream", 3, None)),
            (SERVER, command("_result", 3, None, 7)),
            (SERVER, command("_result", 2, None, 120)),
            (SERVER, command("_result", 1, None, 5)),
            (SERVER, command("_result", 9, None, 6)),       # of a call that was not seen
            (SERVER, command("_result", 9, None, 6.5)),
            (SERVER, command("createStream", 3, None)),     # the server's calls are others
            (CLIENT, command("_result", 3, None, 8)),
            (CLIENT, command("createStream", 4, None)),
            (SERVER, command("_error", 4, None, {"level": "error", "code": "NetConnection.Call.Failed"})),
            (SERVER, data("onPlayStatus", STATUS)),
            (SERVER, command("onPlayStatus", 0, None, STATUS)),
            (SERVER, data("onStatus", {"code": "NetStream.Data.Start"})),
            (SERVER, command("onFCPublish", 0, None, {"code": "NetStream.Publish.Start"}))):
        both.message(direction, message)
    server = Connection(client=("10.0.0.3", 50001), start=2 * 10**18)
    for _ in range(2):  # a header is proved by what follows
        for answer in (command("_result", 4, None, 1), command("_result", 5, None, 120.5)):
            server.message(SERVER, answer, fmt=0)
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], both.segments + server.segments)


if __name__ == "__main__":
    main()
