#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Following a connection (-z follow,rtmpx,raw,N) gives each message in order, from its side: media as the bytes of an
independent reader, the others as their line. In one pass, and in the second of two. From Wireshark 4.4 on each of its
message streams is followed (-z follow,rtmpx,raw,N,ID).

usage: follow.py [--build DIR] [NAME...]
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("tools", "expected"):
    sys.path.insert(0, str(HERE.parent / folder))

import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
from compare import CAPTURES, find_captures  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

NAMES = ("auth_adobe_ok_ffmpeg51_crtmpserver", "enh_pub_ffmpeg71_hevc_aac_nms4", "extts_play_rtmpdump_live_beyond_chunk128",
         "so-red5-srv_red5-cli_amf0")
MEDIA = (8, 9, 22)


def followed(tshark, capture, arguments):
    """[(from the server, bytes)]"""
    output = tshark.run("-q", *arguments, capture=capture).stdout
    lines = [line for line in output.splitlines() if line.strip() and all(c in "0123456789abcdef\t" for c in line)]
    return [(line.startswith("\t"), bytes.fromhex(line.strip())) for line in lines]


def rows_of(tshark, capture):
    output = tshark.run("-q", "-z", "rtmpx,messages,json+all", capture=capture).stdout
    return [json.loads(line) for line in output.splitlines()]


def media_of(capture):
    """{client's port, from the server: bodies of audio and video, in order}"""
    found = {}
    for (source, target), data in rtmp_reader.directions(pcap.read_segments(capture)).items():
        bodies = [message.body for message in rtmp_reader.messages(data) if message.type in MEDIA]
        server = source[1] < target[1]
        found[target[1] if server else source[1], server] = bodies
    return found


def wanted_records(rows, media):
    """[(message stream, from the server, bytes)]; takes the bodies out of media."""
    wanted = []
    for row in rows:
        server = row["direction"] == 1
        if row["type"] in MEDIA:
            body = media[row["client_port"], server].pop(0)
        else:
            body = row["summary"].encode() + b"\n"
        if body:
            wanted.append((row["stream_id"], server, body))
    return wanted


def difference(seen, wanted):
    """A line, None: they are equal."""
    if seen == wanted:
        return None
    at = next((n for n, (a, b) in enumerate(zip(seen, wanted)) if a != b), min(len(seen), len(wanted)))
    return (f"{len(seen)} records, {len(wanted)} expected, other ones from {at} on: {seen[at:at + 1]}, "
            f"expected {wanted[at:at + 1]}")


def compare(tshark, capture, way):
    media = media_of(capture)
    rows = rows_of(tshark, capture)
    found = []
    for connection in sorted({row["connection"] for row in rows}):
        wanted = wanted_records((row for row in rows if row["connection"] == connection), media)
        streams = sorted({stream for stream, _, _ in wanted})
        for taken in [streams] if tshark.version < (4, 4) else [[stream] for stream in streams]:
            seen = followed(tshark, capture, [*way, *tshark.follow("raw", connection, taken)])
            text = difference(seen, [record[1:] for record in wanted if record[0] in taken])
            if text:
                found.append(f"connection {connection}, message streams {taken}: {text}")
    return found, len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = find_captures(CAPTURES)
    total, failed = 0, 0
    with Tshark(options.build) as tshark:
        for name in options.names or NAMES:
            for way in ((), ("-2",)):
                found, count = compare(tshark, captures[name], way)
                total += count
                failed += bool(found)
                for text in found[:3]:
                    print(f"{name} {' '.join(way)}: {text[:300]}")
    print(f"{total} messages, {failed} differences")
    return bool(failed) or not total


if __name__ == "__main__":
    run_main(main)
