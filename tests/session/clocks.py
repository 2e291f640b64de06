#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clocks of the streams of a capture equal those of an independent reader.

Of each stream and kind, from the fields that can be plotted: skew of the last coded message, the lowest and the highest,
intervals of key frames, and the offset of audio from video; and the drift of the table of streams. Expected: truth/NAME.json beside the captures (README.md here),
measured from frame times and the timestamps of an independent decoder.

usage: clocks.py [--build DIR] --captures DIR [NAME...]
"""
import argparse
import collections
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
sys.path[:0] = [str(HERE.parent / name) for name in ("expected", "surfaces")]

import decoded  # noqa: E402
from compare import IN_ORDER  # noqa: E402
from streams_table import table  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

MOST = 0.0011  # ms: the truth is rounded to 0.001


def clocks_of(tshark, capture):
    """By stream: the values of each field, in the order of messages."""
    streams = collections.defaultdict(lambda: collections.defaultdict(list))
    for frame in decoded.frames(tshark, capture, *IN_ORDER):
        for message in frame.messages():
            number = message.number("rtmpx.stream.number")
            for name in ("rtmpx.audio.interval", "rtmpx.video.interval", "rtmpx.audio.skew", "rtmpx.video.skew",
                         "rtmpx.stream.av_offset", "rtmpx.video.keyframe", "rtmpx.video.keyframe_interval"):
                streams[number][name] += [float(value) for value in message.shown(name)]
    return streams


def differ(what, seen, expected):
    near = seen is not None and expected is not None and abs(seen - expected) <= MOST
    return [] if near or seen == expected else [f"{what} {seen} expected {expected}"]


def figures_of(values):
    return {"last": values[-1], "min": min(values), "max": max(values)} if values else {}


def differences(clocks, expected):
    found = []
    for kind in ("audio", "video"):
        wanted = (expected.get(kind) or {}).get("skew_ms") or {}
        figures = figures_of(clocks[f"rtmpx.{kind}.skew"])
        for name in figures if wanted else ():
            found += differ(f"{kind} skew {name}", figures[name], wanted[name])
    wanted = expected.get("av_offset_ms") or {}
    figures = figures_of(clocks["rtmpx.stream.av_offset"])
    for name in figures if wanted else ():
        found += differ(f"av_offset {name}", figures[name], wanted[name])
    video = expected.get("video") or {}
    wanted = [interval for interval in video.get("key_interval_ms", []) if interval >= 0]  # the field is unsigned
    if clocks["rtmpx.video.keyframe_interval"] != wanted:
        found.append(f"key frame intervals {clocks['rtmpx.video.keyframe_interval']} expected {wanted}")
    if len(clocks["rtmpx.video.keyframe"]) != video.get("key_frames", 0):
        found.append(f"{len(clocks['rtmpx.video.keyframe'])} key frames, expected {video.get('key_frames')}")
    return found


# Their timestamps jump, forwards or back to 0: each run is as even as its twin's, time_clean_pub_ffmpeg51. The truth has one
# line through all of them.
JUMPING = ("time_jump_forward_pub_ffmpeg51", "time_publisher_restarts_play_ffmpeg51")
MOST_DRIFT_OF_EVEN = 1.0  # ms per second


def drift_differences(name, row, expected):
    """The table has a drift where there are 5 s and 10 messages of it, with one decimal below 999."""
    if name in JUMPING:
        return [f"{kind} drift {row[kind + '_drift']!r}" for kind in ("audio", "video")
                if abs(float(row[kind + "_drift"])) > MOST_DRIFT_OF_EVEN]
    found = []
    for kind in ("audio", "video"):
        media = expected.get(kind) or {}
        skew = media.get("skew_ms") or {}
        known = media.get("coded", 0) >= 10 and media.get("arrival_ms", 0) >= 5000
        shown = row[f"{kind}_drift"]
        exact = skew["per_s_least_squares"] if known else 0
        decimals = 1 if abs(exact) < 999 else 0
        if shown and ("." in shown) != (decimals == 1):
            found.append(f"{kind} drift {shown!r} has other decimals than that of {exact}")
        if known != (shown != "") or known and abs(float(shown) - exact) > 0.51 / 10**decimals:
            found.append(f"{kind} drift {row[f'{kind}_drift']!r} expected {skew.get('per_s_least_squares')}")
    return found


def compare_capture(tshark, captures, name):
    truth = json.loads((captures / "truth" / f"{name}.json").read_text())
    clocks = clocks_of(tshark, captures / f"{name}.pcapng")
    rows = table(tshark, captures / f"{name}.pcapng", IN_ORDER)
    return [f"stream {number}: {text}" for number, (row, expected) in enumerate(zip(rows, truth["streams"], strict=True))
            for text in differences(clocks[number], expected) + drift_differences(name, row, expected)
            ], len(truth["streams"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in options.captures.glob("*.pcapng"))
    failed = streams = 0
    with Tshark(options.build) as tshark:
        for name in names:
            found, count = compare_capture(tshark, options.captures, name)
            streams += count
            failed += bool(found)
            for text in found:
                print(f"{name}: {text[:300]}")
    print(f"{streams} streams of {len(names)} captures, {failed} captures differ")
    return bool(failed) or not streams


if __name__ == "__main__":
    run_main(main)
