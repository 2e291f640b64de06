#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of messages (-z rtmpx,messages): one for each message of an independent decode, in its order, with its values;
the same in csv and json, and with and without a filter that all frames pass; what cannot be done is refused.

usage: rows.py [--build DIR] [NAME...]
"""
import argparse
import csv
import io
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
sys.path.insert(0, str(HERE.parent / "expected"))

from compare import CAPTURES, IN_ORDER, REORDERED, find_captures  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

EXPECTED = HERE.parent / "expected"
# Columns and the members of an expected message that they equal.
SAME = {"frame": "frame", "type": "type", "length": "length", "timestamp": "ts", "stream_id": "sid", "csid": "csid",
        "chunk_count": "chunks"}
KINDS = {8: "audio", 9: "video", 15: "data", 18: "data", 16: "shared_object", 19: "shared_object", 17: "command",
         20: "command", 22: "aggregate", 1: "control", 2: "control", 3: "control", 4: "control", 5: "control",
         6: "control"}


def rows_of(tshark, capture, argument, arguments=()):
    return tshark.run("-q", "-z", f"rtmpx,messages,{argument}", *arguments, capture=capture).stdout


def as_text(value):
    """A JSON value as csv writes it; JSON keeps the digits of numbers as text."""
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else value


def parse(output):
    return [json.loads(line, parse_float=str, parse_int=str) for line in output.splitlines()]


def differences_of_formats(csv_text, objects):
    if any(not line.endswith("\r") for line in csv_text.split("\n")[:-1]):
        return ["lines of csv do not end as RFC 4180 says"]
    table = list(csv.DictReader(io.StringIO(csv_text, newline="")))
    if len(table) != len(objects):
        return [f"{len(table)} rows of csv, {len(objects)} of json"]
    return [f"csv {row[name]!r}, json {found.get(name)!r} of {name}" for row, found in zip(table, objects) for name in row
            if row[name] != str(as_text(found.get(name, "")))]


def differences_from_expected(objects, expected):
    if len(objects) != len(expected):
        return [f"{len(objects)} rows, {len(expected)} messages expected"]
    found = []
    for row, message in zip(objects, expected):
        found += [f"frame {message['frame']}: {column} {row.get(column)} expected {message[key]}"
                  for column, key in SAME.items() if row.get(column) != str(message[key])]
        if row["kind"] != KINDS[message["type"]]:
            found.append(f"frame {message['frame']}: kind {row['kind']} of type {message['type']}")
    return found


def compare(tshark, capture, expected):
    arguments = IN_ORDER if capture.stem in REORDERED else ()
    objects = parse(rows_of(tshark, capture, "json+all", arguments))
    found = differences_from_expected(objects, expected)
    found += differences_of_formats(rows_of(tshark, capture, "csv+all", arguments), objects)
    if parse(rows_of(tshark, capture, "json+all,,frame.number > 0", arguments)) != objects:
        found.append("with a filter that each frame passes, other rows")
    return found


def refusals(tshark, capture):
    """Each is refused with a message that names what is wrong, and writes nothing."""
    found = []
    for argument, word in (("xml", "xml"), ("csv+colour", "colour"), ("csv,/nowhere/rows.csv", "/nowhere/rows.csv"),
                           ("csv,-,nonsense ==", "nonsense")):
        run = tshark.run("-q", "-z", f"rtmpx,messages,{argument}", capture=capture, check=False)
        if run.returncode == 0 or word not in run.stderr or run.stdout:
            found.append(f"{argument}: status {run.returncode}, {run.stderr[:80]!r}, {run.stdout[:80]!r}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = find_captures(CAPTURES)
    names = options.names or sorted(file.stem for file in EXPECTED.glob("*.jsonl") if file.stem in captures)
    failed, total = 0, 0
    with Tshark(options.build) as tshark:
        for name in names:
            rows = map(json.loads, (EXPECTED / f"{name}.jsonl").read_text().splitlines())
            expected = [row for row in rows if "type" in row]
            found = compare(tshark, captures[name], expected)
            total += len(expected)
            failed += bool(found)
            for text in found[:5]:
                print(f"{name}: {text[:200]}")
        found = refusals(tshark, captures[names[0]])
        for text in found:
            print(text)
    print(f"{total} messages of {len(names)} captures, {failed} differ")
    return bool(failed or found) or not total


if __name__ == "__main__":
    run_main(main)
