#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare which call each answer answers with an independent reader's result (README.md here).

usage: calls.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
Default: calls.jsonl here, captures from samples/ and tests/captures/.
"""
import collections

from reader import compare_captures

import decoded
from tshark import run_main

COMMANDS = ("17", "20")
SECOND = "rtmpx.command.second_answer"


def nanoseconds(text):
    seconds, fraction = text.split(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def shown(message):
    """A command as a row of the expected file, as far as the plugin shows it."""
    row = {"name": message.first("rtmpx.command.name"),
           "id": float(message.first("rtmpx.command.transaction_id"))}
    for key, field, read in (("response_in", "response_in", int), ("response_to", "response_to", int),
                             ("to_name", "response_to_name", str),
                             ("response_time_ns", "response_time", nanoseconds)):
        text = message.first(f"rtmpx.command.{field}")
        if text is not None:
            row[key] = read(text)
    if message.all(SECOND):
        row["odd"] = "second answer"
    return row


def wanted(row):
    """An expected row with what the plugin shows. The time stands on the answer; that an answer with
    an id of 0 answers no call is said of none."""
    kept = {key: row[key] for key in ("name", "id", "response_in", "response_to", "to_name") if key in row}
    if "response_to" in row:
        kept["response_time_ns"] = row["response_time_ns"]
    if row.get("odd", "").startswith("second answer"):
        kept["odd"] = "second answer"
    return kept


def compare_capture(tshark, capture, rows, arguments):
    """(commands that have another half, texts of differences)"""
    expected = collections.defaultdict(list)
    for row in rows:
        expected[row["frame"], row["stream"]].append(wanted(row))
    found = collections.defaultdict(list)
    for frame in decoded.frames(tshark, capture, "-2", *arguments):
        commands = [shown(message) for message in frame.messages()
                    if message.first("rtmpx.type") in COMMANDS]
        if commands:
            found[frame.number, frame.stream] += commands
    differences = []
    for place in sorted(expected.keys() | found.keys()):
        if found[place] != expected[place]:
            differences.append(f"frame {place[0]}: {found[place]} expected {expected[place]}")
    return sum("response_in" in row or "response_to" in row for row in rows), differences


def main():
    return compare_captures(__doc__.splitlines()[0], "calls.jsonl", compare_capture, "linked calls and answers")


if __name__ == "__main__":
    run_main(main)
