# SPDX-License-Identifier: GPL-2.0-or-later
"""What an independent reader found in captures (README.md here), and a program that compares with it."""
import argparse
import collections
import functools
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
sys.path.insert(0, str(HERE.parent / "expected"))

from compare import CAPTURES, IN_ORDER, REORDERED, find_captures  # noqa: E402
from tshark import Tshark  # noqa: E402


def found_by_reader(file):
    """{capture: its lines}"""
    rows = collections.defaultdict(list)
    for row in map(json.loads, file.read_text().splitlines()):
        rows[row["capture"]].append(row)
    return rows


def by_begin(streams):
    """Streams in the order of their numbers."""
    return sorted(streams, key=lambda stream: stream["start_frame"])


def compare_captures(description, file, compare, what, beside=None):
    """The program: options, each capture of an expected file (`file`, unless another is given), what differs.

    compare(tshark, capture, lines, arguments) returns how many of `what` were compared, and differences as texts; with
    `beside` its first argument is what that makes of the expected file.
    Returns the status: a capture differs or is missing, or nothing was compared."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--expected", type=pathlib.Path, default=HERE / file)
    parser.add_argument("--show", type=int, default=5, help="differences shown a capture")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = find_captures(options.captures or CAPTURES)
    expected = found_by_reader(options.expected)
    if beside:
        compare = functools.partial(compare, beside(options.expected))
    names = options.names or sorted(expected)
    total, failed = 0, 0
    with Tshark(options.build) as tshark:
        for name in names:
            count, found = 0, ["no such capture"]
            if name in captures:
                arguments = IN_ORDER if name in REORDERED else ()
                count, found = compare(tshark, captures[name], expected[name], arguments)
            total += count
            failed += bool(found)
            for text in found[:options.show]:
                print(f"{name}: {text[:400]}", flush=True)
            if len(found) > options.show:
                print(f"{name}: ... {len(found) - options.show} more")
    print(f"{total} {what} of {len(names)} captures, {failed} captures differ")
    return bool(failed) or not total
