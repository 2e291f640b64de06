#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is found wrong with audio and video, against what was done when a capture was recorded (README.md here).

Each capture is read in one pass, in two, and in two with TCP's segments put in order. One pass may not know who caused
a stall; what it says is not taken back.

usage: diagnosis.py [--build DIR] [--captures DIR --truth DIR]
Default: every file of truth/, captures from tests/captures/.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import ROOT, Tshark, run_main  # noqa: E402

PASSES = {"one pass": (), "two passes": ("-2",), "in order": ("-2", "-o", "tcp.reassemble_out_of_order:TRUE")}
EXPERTS = ("stall", "timestamp_jump", "skew", "missing_config", "first_keyframe_late", "no_media")
# How `must_raise` calls them; truths are older than some names. "once per cause" has a message of each kind.
CALLED = {"rtmpx.skew": "skew", "rtmpx.missing_config": "missing_config", "first key frame late": "first_keyframe_late",
          "publish without media": "no_media", "rtmpx.timestamp_jump": "timestamp_jump"}
# Nothing was ever published that this player could get.
ALSO = {"flow_pings_unanswered_player_stopped_rtmpdump": {"no_media"}}
JUMP = 2000  # ms


def raised(tshark, capture, arguments):
    """{expert item: frames}, and (frame, seconds, who) of each stall."""
    fields = ("frame.number", "rtmpx.stall.duration", "rtmpx.stall.who", *(f"rtmpx.{name}" for name in EXPERTS))
    output = tshark.run(*arguments, "-Y", " or ".join(f"rtmpx.{name}" for name in EXPERTS), "-T", "fields",
                        *(word for field in fields for word in ("-e", field)), capture=capture).stdout
    frames, stalls = {}, []
    for line in output.splitlines():
        frame, duration, who, *experts = line.split("\t")
        if who:
            stalls.append((int(frame), round(float(duration), 3), who))
        for name, occurrences in zip(EXPERTS, experts):
            if occurrences:
                frames.setdefault(name, []).extend([int(frame)] * len(occurrences.split(",")))
    return frames, stalls


def wanted(name, expected):
    """The same of a truth: {expert item: frames, or None: any}, items that may be there, and stalls."""
    stalls = [(gap["next_frame"], gap["seconds"], stall["who"])
              for stall in expected["stalls"] for gap in stall.get("media_gaps", ()) if stall["visible_on_the_wire"]]
    items = {CALLED[called]: None for text in expected.get("must_raise", ()) for called in CALLED if called in text}
    items.update({item: None for item in ALSO.get(name, ())})
    if stalls:
        items["stall"] = [stall[0] for stall in stalls]
    if "timestamp_jump" in items:
        items["timestamp_jump"] = [jump[0] for steps in expected["timestamp_steps"]
                                   for jump in steps["jumps[frame,step,step-arrival]"] if jump[2] >= JUMP]
    may = {CALLED[called] for text in expected.get("may_raise", ()) for called in CALLED if called in text}
    return items, may, stalls


def compare(tshark, capture, name, expected):
    items, may, stalls = wanted(name, expected)
    found = []
    for way, arguments in PASSES.items():
        seen, seen_stalls = raised(tshark, capture, arguments)
        if set(seen) - may != set(items) - may:
            found.append(f"{way}: raises {sorted(seen)}, expected {sorted(items)}")
        found += [f"{way}: {item} in {seen.get(item)}, expected {frames}" for item, frames in items.items()
                  if frames is not None and seen.get(item) != frames]
        known = [(*stall[:2], "unknown") if seen_stall[2] == "unknown" and way == "one pass" else stall
                 for stall, seen_stall in zip(stalls, seen_stalls)]
        if seen_stalls != known:
            found.append(f"{way}: stalls {seen_stalls}, expected {known}")
    return len(items), found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", type=pathlib.Path, default=ROOT / "tests/captures")
    parser.add_argument("--truth", type=pathlib.Path, default=HERE / "truth")
    options = parser.parse_args()
    found, items, files = [], 0, sorted(options.truth.glob("*.json"))
    with Tshark(options.build) as tshark:
        for file in files:
            truth = json.loads(file.read_text())
            count, texts = compare(tshark, options.captures / truth["capture"], file.stem, truth["expect"])
            items += count
            found += [f"{file.stem}: {text}" for text in texts]
    print("\n".join(found) or f"{len(files)} captures raise {items} kinds of expert items, as recorded, and no others")
    return bool(found) or not items


if __name__ == "__main__":
    run_main(main)
