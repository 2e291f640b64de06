#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `-z io,stat` adds up of each kind of message is what an independent reader counts (README.md here).

The count of a capture comes from its expected file, or else from tests/tools/rtmp_reader.py over its TCP
segments, in which the tags of an aggregate are messages of their kind. Captures that this reader cannot read
(NOT_READ) are compared with the messages that the tree shows, by their type.

usage: sums.py [--build DIR] [--captures DIR... --expected DIR] [NAME...]
Default: the captures of samples/, tests/captures/ and its defects/.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import compare  # noqa: E402
import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

KINDS = {8: "audio", 9: "video", 15: "data", 18: "data", 17: "command", 20: "command"}
AGGREGATE, TAG_HEADER, BACK_POINTER = 22, 11, 4
CAPTURES = (*compare.CAPTURES, ROOT / "tests/captures/defects")
# Bytes are missing, chunks are not as announced, or TCP carries something else than RTMP.
NOT_READ = (
    "08_chunk_size_not_announced", "11_proxy_v1", "11c_proxy_v1_same_segment", "20_rtmpt_on_1935", "33_length_too_big",
    "34_announces_4096_writes_1024", "42c_c2_missing", "49_continuation_fmts", "banner_server",
    "cap_snaplen96_pub_ffmpeg51", "d07_lost_segment", "d07b_lost_unaligned", "d08_midstream",
    "d08b_midstream_unaligned", "malformed", "mid-12345", "mid-60000", "mid_stream_start_pub_ffmpeg51",
    "missing_segments_pub_ffmpeg51", "nb_s12", "no_handshake_after_syn", "r48", "rtmps",
    "rtmps_stunnel_nginx_publish_ffmpeg51_port443_with_dsb", "rtmps_version_byte_alone",
    "rtmpt_crtmpserver_play_rtmpdump_port80", "rtmpt_crtmpserver_publish_ffmpeg51_port80", "sameport12",
    "scs-1024-60000", "scs-60000-1024", "seg_gso_loopback_64k_pub_ffmpeg51", "sid", "sid-changed")

# (calculation, field) of a column of io,stat: lengths of each kind, and timestamps of audio and video.
COLUMNS = tuple((calculation, f"rtmpx.{kind}.{fact}")
                for fact, kinds, calculations in (
                    ("length", ("audio", "video", "data", "command"), ("SUM", "COUNT")),
                    ("timestamp", ("audio", "video"), ("COUNT", "MIN", "MAX")))
                for kind in kinds for calculation in calculations)


def kinds_of_aggregate(timestamp, body):
    """Yield (kind, length, timestamp) of each tag."""
    at, first = 0, None
    while at + TAG_HEADER <= len(body):
        kind, length = body[at], int.from_bytes(body[at + 1:at + 4], "big")
        time = int.from_bytes(body[at + 7:at + 8] + body[at + 4:at + 7], "big")
        first = time if first is None else first
        if kind in KINDS:
            yield KINDS[kind], length, (timestamp + time - first) % pcap.WRAP
        at += TAG_HEADER + length + BACK_POINTER


def read_expected(file):
    """Yield (kind, length, timestamp) of the messages of an expected file."""
    for row in map(json.loads, file.read_text().splitlines()):
        if row.get("type") in KINDS:
            yield KINDS[row["type"]], row["length"], row["ts"]


def read_segments(capture):
    """Yield the same of the messages in both directions of each TCP connection."""
    for data in rtmp_reader.directions(pcap.read_segments(capture)).values():
        for message in rtmp_reader.messages(data):
            if message.type in KINDS:
                yield KINDS[message.type], message.length, message.timestamp
            elif message.type == AGGREGATE:
                yield from kinds_of_aggregate(message.timestamp, message.body)


def read_tree(tshark, capture):
    """Yield the same of the messages that the tree shows; of a timestamp that is not known, None."""
    for frame in decoded.frames(tshark, capture):
        for message in frame.messages():
            if message.number("rtmpx.type") in KINDS:
                timestamp = message.all("rtmpx.timestamp")[0]
                yield (KINDS[message.number("rtmpx.type")], message.number("rtmpx.length"),
                       None if "relative" in timestamp.label else int(timestamp.show))


def counted(messages):
    """What each column must show."""
    values = {}
    for kind, length, timestamp in messages:
        values.setdefault(f"rtmpx.{kind}.length", []).append(length)
        if timestamp is not None:
            values.setdefault(f"rtmpx.{kind}.timestamp", []).append(timestamp)
    calculate = {"SUM": sum, "COUNT": len, "MIN": lambda of: min(of, default=0),
                 "MAX": lambda of: max(of, default=0)}
    return [calculate[calculation](values.get(field, [])) for calculation, field in COLUMNS]


def messages_of(tshark, capture, name, expected):
    if expected.exists():
        return list(read_expected(expected))
    return list(read_tree(tshark, capture) if name in NOT_READ else read_segments(capture))


def summed(tshark, capture, arguments):
    statistics = ",".join(f"{calculation}({field}){field}" for calculation, field in COLUMNS)
    output = tshark.run("-q", "-z", f"io,stat,0,{statistics}", *arguments, capture=capture).stdout
    row = next(line for line in output.splitlines() if "<>" in line)
    return [int(cell) for cell in row.split("|")[2:-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path)
    parser.add_argument("--expected", type=pathlib.Path, default=HERE)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = compare.find_captures(options.captures or CAPTURES)
    names = options.names or sorted(captures)
    found, messages = [], 0
    with Tshark(options.build) as tshark:
        for name in names:
            rows = messages_of(tshark, captures[name], name, options.expected / f"{name}.jsonl")
            values = summed(tshark, captures[name], compare.IN_ORDER if name in compare.REORDERED else ())
            messages += len(rows)
            found += [f"{name}: {calculation}({field}) is {value}, counted {count}"
                      for (calculation, field), value, count in zip(COLUMNS, values, counted(rows)) if value != count]
    print("\n".join(found) or f"{messages} messages in {len(names)} captures: every sum is right")
    return bool(found) or not messages


if __name__ == "__main__":
    run_main(main)
