#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams of a capture, as the plugin names them on each message, equal those of an independent reader.

Of each stream: role, name, application, the frame of its publish or play, and how many messages of audio, video and data
it has, with the frames of the first and last; which statuses; and that FCUnpublish, deleteStream and Stream EOF are its.
Expected: a line a stream in JSON (README.md here).

usage: streams.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import collections

from reader import by_begin, compare_captures

import decoded
from tshark import run_main

KINDS = {8: "audio", 9: "video", 15: "data", 18: "data"}
ENDS = ("FCUnpublish", "deleteStream", "Stream EOF")


def name_of(message):
    """What ends a stream, as the expected files name it."""
    if message.number("rtmpx.user_control.event") == 1:
        return "Stream EOF"
    return message.first("rtmpx.command.name")


def new_stream(frame, message):
    return {"role": message.first("rtmpx.stream.role"), "name": message.first("rtmpx.stream.name"),
            "app": message.first("rtmpx.stream.app"), "start_frame": frame.number, "ends": [], "status": [],
            "counts": collections.Counter(), "first": {}, "last": {}}


def follow(streams, frame, message):
    number = message.number("rtmpx.stream.number")
    if number is None:
        return
    stream = streams.setdefault(number, new_stream(frame, message))
    kind = KINDS.get(message.number("rtmpx.type"))
    if kind:
        stream["counts"][kind] += 1
        stream["first"].setdefault(kind, frame.number)
        stream["last"][kind] = frame.number
    elif message.first("rtmpx.command.name") == "onStatus":
        stream["status"].append([frame.number, message.first("rtmpx.status.level"), message.first("rtmpx.status.code")])
    elif name_of(message) in ENDS:
        stream["ends"].append([frame.number, name_of(message)])


def streams_of(tshark, capture, arguments):
    streams = {}
    for frame in decoded.frames(tshark, capture, *arguments):
        for message in frame.messages():
            follow(streams, frame, message)
    return [stream for _, stream in sorted(streams.items())]


def differences(stream, expected):
    found = [f"{key} {stream[key]!r} expected {expected[key]!r}" for key in ("role", "name", "app", "start_frame")
             if stream[key] != expected[key]]
    for kind in ("audio", "video", "data"):
        wanted = expected[kind] or {"messages": 0}
        seen = (stream["counts"][kind], stream["first"].get(kind), stream["last"].get(kind))
        want = (wanted["messages"], wanted.get("first_frame"), wanted.get("last_frame"))
        if seen != want:
            found.append(f"{kind} {seen} expected {want}")
    wanted = [end for end in expected["ends"] if end[1] in ENDS]
    if stream["ends"] != wanted:
        found.append(f"ends {stream['ends']} expected {wanted}")
    if stream["status"] != expected["status"]:
        found.append(f"status {stream['status']} expected {expected['status']}")
    return found


def compare_capture(tshark, capture, expected, arguments):
    streams = streams_of(tshark, capture, arguments)
    if len(streams) != len(expected):
        return len(expected), [f"{len(streams)} streams, expected {len(expected)}"]
    return len(expected), [f"stream {number}: {text}"
                           for number, (stream, wanted) in enumerate(zip(streams, by_begin(expected)))
                           for text in differences(stream, wanted)]


def main():
    return compare_captures(__doc__.splitlines()[0], "streams.jsonl", compare_capture, "streams")


if __name__ == "__main__":
    run_main(main)
