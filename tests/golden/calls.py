#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls of both sides and their answers: `--write FILE`.

tcp.stream 0: each side has ids of its own, which are numbers, not counts; an id may be used again; second
answers, and answers that are none. tcp.stream 1: a segment of the client is lost between a call and its
answer; one between an answer and a second one. tcp.stream 2: the same without the loss.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import CLIENT, SERVER, Connection, command  # noqa: E402

REJECTED = {"level": "error", "code": "NetConnection.Connect.Rejected", "description": "no such app"}


def both_sides():
    link = Connection().open().shake()
    for direction, message in (
            (CLIENT, command("connect", 1, {"app": "live"})),
            (SERVER, command("onBWCheck", 1, None)),      # the server's 1, not an answer
            (CLIENT, command("_result", 1, None, 12)),
            (SERVER, command("_error", 1, None, REJECTED)),
            (SERVER, command("_result", 1, None)),        # a second answer
            (CLIENT, command("half", 8.5, None)),
            (CLIENT, command("whole", 8, None)),
            (SERVER, command("_result", 8.5, None)),
            (SERVER, command("_result", 8, None)),
            (CLIENT, command("createStream", 8, None)),   # the id starts anew
            (SERVER, command("_result", 8, None, 1)),
            (CLIENT, command("deleteStream", 0, None)),
            (SERVER, command("_result", 0, None)),        # answers no call
            (SERVER, command("onStatus", 5, None)),
            (CLIENT, command("_result", 5, None)),        # a status asks for none
            (CLIENT, command("first", 9, None)),
            (CLIENT, command("again", 9, None)),          # that of the later one
            (SERVER, command("_result", 9, None)),
            (SERVER, command("_result", 9, None))):       # perhaps that of the earlier
        link.message(direction, message)
        link.pause(3)
    return link.segments


def with_loss(number, lose):
    link = Connection(client=("10.0.0.3", 50000 + number), start=(number + 1) * 10**18).open().shake()
    lost = []
    for direction, message, is_lost in (
            (CLIENT, command("connect", 1, {"app": "live"}), False),
            (CLIENT, command("getStreamLength", 2, None, "film"), False),
            (SERVER, command("_result", 1, None), False),
            (CLIENT, command("FCSubscribe", 2, None, "film"), True),  # uses the id again
            (CLIENT, command("FCUnsubscribe", 3, None, "film"), False),
            (CLIENT, command("createStream", 4, None), False),
            (SERVER, command("_result", 2, None, 120.5), False),
            (SERVER, command("_result", 1, None), False),
            (SERVER, command("_result", 4, None, 1), False)):
        at = len(link.segments)
        link.message(direction, message, fmt=0)
        if is_lost:
            lost += range(at, len(link.segments))
    return [segment for at, segment in enumerate(link.segments) if not (lose and at in lost)]


def main():
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1],
                        both_sides() + with_loss(1, True) + with_loss(2, False))


if __name__ == "__main__":
    main()
