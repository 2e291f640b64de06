#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exported FLV files (--export-objects rtmpx,DIR) equal, byte for byte, those that an independent writer makes of the
messages of an independent reader; in one pass, and in the second of two. ffprobe reads them.

usage: export.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import collections
import pathlib
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "session"))

from reader import by_begin, compare_captures  # noqa: E402

import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
from tshark import run_main  # noqa: E402

AUDIO, VIDEO, DATA, DATA_AMF3, AGGREGATE = 8, 9, 18, 15, 22
SET_DATA_FRAME = b"\x02\x00\x0d@setDataFrame"
WAYS = {"one pass": (), "two passes": ("-2",)}


def is_coded(kind, body):
    """Audio or video that is neither a configuration nor a mark; FourCC tags of Enhanced RTMP as well."""
    if not body or kind not in (AUDIO, VIDEO):
        return False
    first = body[0]
    if kind == AUDIO:
        if first >> 4 == 9:
            packet = body[1] & 15 if first & 15 == 5 else first & 15
            return packet == 1
        return len(body) > 1 and (first >> 4 != 10 or body[1] == 1)
    if first >> 4 & 7 == 5:
        return False
    if first & 0x80:
        packet = body[1] & 15 if first & 15 == 6 else first & 15
        return packet in (1, 3)
    return first & 15 != 7 or body[1] == 1


def tags_of(message):
    """(type, timestamp, data) of the tags that a message becomes."""
    kind, body = message.type, message.body
    if kind == DATA_AMF3:
        kind, body = DATA, body[1:]
    if kind == DATA:
        body = body.removeprefix(SET_DATA_FRAME)
    if kind != AGGREGATE:
        yield kind, message.timestamp, body
        return
    at, first = 0, None
    while at + 11 <= len(body):
        size = int.from_bytes(body[at + 1:at + 4], "big")
        time = int.from_bytes(body[at + 4:at + 7], "big") | body[at + 7] << 24
        first = time if first is None else first
        yield body[at], message.timestamp + time - first, body[at + 11:at + 11 + size]
        at += 11 + size + 4


def steps_to(time, before):
    """Milliseconds from a timestamp to another, counted on where they wrap: at 2**32, with FFmpeg at 2**31."""
    if max(before, time) < 2**31 and abs(time - before) > 2**31 - 60_000:
        return (time - before + 2**30) % 2**31 - 2**30
    return (time - before + 2**31) % 2**32 - 2**31


def places_of(tags):
    """The place in the file of each (type, timestamp, data): ms since the first coded frame. Where a kind's timestamps run
    back by a second or more its publisher has started again: they go on from the last tag, and the other kinds' with them."""
    anchor = None  # timestamp and place of the last coded tag
    newest = starts = 0  # the last tag's place; times that a publisher started again
    last = {}  # by kind: timestamp of its last coded tag, and `starts` then
    for kind, time, data in tags:
        coded = is_coded(kind, data)
        if anchor is None and coded:
            anchor = time, 0
        place = 0 if anchor is None else anchor[1] + steps_to(time, anchor[0])
        if coded:
            before, then = last.get(kind, (time, starts))
            if then == starts and steps_to(time, before) <= -1000:
                starts, place = starts + 1, newest
            last[kind] = time, starts
            anchor = time, place
        elif anchor is not None and place - anchor[1] <= -1000:
            place = newest
        if kind in (AUDIO, VIDEO):
            newest = max(0, place)
        yield max(0, place)


def flv(messages):
    """The file of a stream's messages."""
    tags = [tag for message in messages for tag in tags_of(message) if tag[0] in (AUDIO, VIDEO, DATA)]
    kinds = {kind for kind, _, _ in tags}
    out = [b"FLV\x01", bytes([(AUDIO in kinds) * 4 | (VIDEO in kinds)]), struct.pack("!II", 9, 0)]
    for (kind, _, data), time in zip(tags, places_of(tags)):
        out += [bytes([kind]), len(data).to_bytes(3, "big"), (time & 0xFFFFFF).to_bytes(3, "big"),
                bytes([time >> 24, 0, 0, 0]), data, struct.pack("!I", 11 + len(data))]
    return b"".join(out)


def end_of(peer):
    host, port = peer.rsplit(":", 1)
    return host, int(port)


def wanted_files(capture, streams):
    """{name: bytes} of the files of a capture's streams, as an independent reader found them."""
    directions = rtmp_reader.directions(pcap.read_segments(capture))
    left, files = {}, {}
    for number, stream in enumerate(streams):
        client, server = map(end_of, stream["peers"])
        ends = (client, server) if stream["role"] == "publish" else (server, client)
        if ends not in left:
            left[ends] = [message for message in rtmp_reader.messages(directions[ends])
                          if message.type in (AUDIO, VIDEO, DATA, DATA_AMF3, AGGREGATE)]
        counts = collections.Counter({kind: (stream[name] or {}).get("messages", 0)
                                      for kind, name in ((AUDIO, "audio"), (VIDEO, "video"), (DATA, "data"))})
        taken = []
        for message in left[ends]:
            kind = DATA if message.type == DATA_AMF3 else message.type
            if message.stream_id == stream["sid"] and counts[kind] > 0:
                counts[kind] -= 1
                taken.append(message)
        left[ends] = [message for message in left[ends] if message not in taken]
        if taken:
            files[f"{stream['name']}-{number}.flv"] = flv(taken)
    return files


def exported_files(tshark, capture, arguments):
    """{name: bytes} of what tshark writes, and the directory."""
    directory = tshark.writable("objects")
    for file in directory.iterdir():
        file.unlink()
    tshark.run("-q", *arguments, "--export-objects", f"rtmpx,{directory}", capture=capture)
    return {file.name: file.read_bytes() for file in directory.iterdir()}, directory


def difference(name, found, wanted):
    if found is None or wanted is None:
        return f"{name}: {'not written' if found is None else 'not expected'}"
    if found == wanted:
        return None
    at = next((at for at, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
    return f"{name}: {len(found)} bytes, {len(wanted)} expected, from byte {at} on other ones"


def differences_of_ffprobe(directory, wanted):
    """Files whose audio and video ffprobe cannot read."""
    found = []
    for name in sorted(wanted) if shutil.which("ffprobe") else ():
        run = subprocess.run(["ffprobe", "-v", "error", "-show_packets", "-of", "compact", directory / name],
                             capture_output=True, text=True, check=False)
        if run.returncode or not run.stdout:
            found.append(f"{name}: ffprobe: {run.stderr[:200]}")
    return found


def compare(tshark, capture, streams, arguments):
    streams = by_begin(streams)
    wanted = wanted_files(capture, streams)
    found = []
    for way, more in WAYS.items():
        files, directory = exported_files(tshark, capture, (*arguments, *more))
        found += [f"{way}: {text}" for name in sorted(files.keys() | wanted.keys())
                  if (text := difference(name, files.get(name), wanted.get(name)))]
    coded = {stream["name"] + f"-{number}.flv" for number, stream in enumerate(streams)
             if any((stream[kind] or {}).get("coded") for kind in ("audio", "video"))}
    return len(wanted), found + differences_of_ffprobe(directory, coded & wanted.keys())


def main():
    return compare_captures(__doc__.splitlines()[0], "streams.jsonl", compare, "files")


if __name__ == "__main__":
    run_main(main)
