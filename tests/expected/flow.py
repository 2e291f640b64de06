#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pings, acknowledgements and what is overdue, against what was done when a capture was recorded (README.md here).

usage: flow.py [--build DIR] [--captures DIR --truth DIR]
Default: every file of truth/, captures from tests/captures/.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import ROOT, Tshark, run_main  # noqa: E402


def rows(tshark, capture, display_filter, *fields):
    arguments = [word for field in fields for word in ("-e", field)]
    output = tshark.run("-2", "-Y", display_filter, "-T", "fields", *arguments, capture=capture).stdout
    return [line.split("\t") for line in output.splitlines()]


def compare_pings(tshark, capture, expected):
    """Each response is in one frame with its request, and the request's frame names it."""
    wanted = [(ping["request"], ping["response"], ping["round_trip_ms"])
              for ping in expected.get("pings", ()) if ping.get("response")]
    seen = [(int(request), int(frame), round(float(time) * 1000, 3)) for frame, request, time in rows(
        tshark, capture, "rtmpx.ping.round_trip", "frame.number", "rtmpx.ping.request_in", "rtmpx.ping.round_trip")]
    back = [(int(frame), int(response)) for frame, response in rows(
        tshark, capture, "rtmpx.ping.response_in", "frame.number", "rtmpx.ping.response_in")]
    found = [] if seen == wanted else [f"pings {seen}, expected {wanted}"]
    if sorted(back) != sorted(ping[:2] for ping in wanted):
        found.append(f"requests {back}, expected {wanted}")
    return len(wanted), found


def compare_acknowledgements(tshark, capture, expected):
    seen = [frame for frame in rows(tshark, capture, "rtmpx.ack_sequence_number", "rtmpx.ack_sequence_number",
                                    "rtmpx.ack.outstanding", "rtmpx.ack.base")]
    numbers = [int(number) for row in seen for number in row[0].split(",")]
    known = [int(number) for row in seen for number in row[1].split(",") if number]
    bases = {base for row in seen for base in row[2].split(",")}
    sides = list(expected.get("acknowledgements", {}).values())
    count = sum(side["count"] for side in sides)
    found = []
    if len(numbers) != count or len(known) != count:
        found.append(f"{len(numbers)} acknowledgements, {len(known)} with outstanding bytes, expected {count}")
    at_end = "on_segment_end_with_handshake" if expected.get("ack_base") else "on_segment_end_without_handshake"
    if known.count(0) > sum(side[at_end] for side in sides):
        found.append(f"{known.count(0)} acknowledge all that was sent, more than end at a segment")
    if count and bases != {str(expected["ack_base"])}:
        found.append(f"bases {bases}, expected {expected['ack_base']}")
    return count, found


def compare_overdue(tshark, capture, expected):
    seen = rows(tshark, capture, "rtmpx.no_acknowledgement or rtmpx.window_exceeded", "frame.number")
    wanted = [text for text in expected.get("must_raise", ()) if "acknowledgement" in text or "window" in text]
    return [] if len(seen) == len(wanted) else [f"overdue in {seen}, expected {wanted}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", type=pathlib.Path, default=ROOT / "tests/captures")
    parser.add_argument("--truth", type=pathlib.Path, default=HERE / "truth")
    options = parser.parse_args()
    found, pings, acknowledgements = [], 0, 0
    with Tshark(options.build) as tshark:
        for file in sorted(options.truth.glob("*.json")):
            truth = json.loads(file.read_text())
            capture, expected = options.captures / truth["capture"], truth["expect"]
            count, texts = compare_pings(tshark, capture, expected)
            pings += count
            more, more_texts = compare_acknowledgements(tshark, capture, expected)
            acknowledgements += more
            texts += more_texts + compare_overdue(tshark, capture, expected)
            found += [f"{file.stem}: {text}" for text in texts]
    print("\n".join(found) or f"{pings} pings and {acknowledgements} acknowledgements, all as recorded")
    return bool(found) or not pings


if __name__ == "__main__":
    run_main(main)
