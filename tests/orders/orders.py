#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same tree whatever the order in which frames are looked at.

One pass, two passes (tshark -2), and sharkd asked for the frames forward, backward and shuffled must
agree on every item of our layer. Items that only a later visit can know (LATER) are left out
of the comparison with one pass.

usage: orders.py [--build DIR] [--shuffles N] CAPTURE...
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
from tshark import PluginError, Tshark  # noqa: E402

LATER = {"rtmpx.completed_in", "rtmpx.command.response_in", "rtmpx.so.confirmed_in"}


def first_visit(items):
    """Nested tuples of the items, without those that a first visit cannot have."""
    return tuple((i.name, i.label or i.show, i.position, i.size, first_visit(i.children))
                 for i in items if i.name not in LATER)


def tshark_trees(tshark, capture, *arguments):
    return {frame.number: first_visit(frame.layers)
            for frame in decoded.frames(tshark, capture, *arguments)}


class Sharkd:
    """A sharkd with one capture loaded."""

    def __init__(self, tshark, capture):
        self.process = tshark.popen("sharkd", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
        self.call("load", file=tshark.readable(capture))

    def call(self, method, **parameters):
        self.process.stdin.write(json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise PluginError(f"sharkd {method} {parameters}: {answer['error']}")
        return answer["result"]

    def tree(self, number):
        """Our layers of a frame and the columns, as sharkd gives them."""
        answer = self.call("frame", frame=number, proto=True, columns=True)
        layers = [layer for layer in answer["tree"] if layer.get("f") == "rtmpx"]
        return json.dumps([layers, answer["col"]], sort_keys=True) if layers else ""

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def check(tshark, capture, shuffles):
    """(frames with our layer, texts of differences)"""
    found = []
    one_pass = tshark_trees(tshark, capture)
    two_passes = tshark_trees(tshark, capture, "-2")
    found += [f"frame {number}: -2 differs" for number in one_pass.keys() | two_passes.keys()
              if one_pass.get(number) != two_passes.get(number)]
    sharkd = Sharkd(tshark, capture)
    numbers = list(range(1, sharkd.call("status")["frames"] + 1))
    forward = {number: sharkd.tree(number) for number in numbers}
    if {number for number in numbers if forward[number]} != one_pass.keys():
        found.append("sharkd and tshark find our layer in different frames")
    orders = [("backward", numbers[::-1])]
    orders += [(f"shuffle {seed}", random.Random(seed).sample(numbers, len(numbers)))
               for seed in range(shuffles)]
    for name, order in orders:
        found += [f"frame {number}: {name} differs from forward" for number in order
                  if sharkd.tree(number) != forward[number]]
    sharkd.close()
    fresh = Sharkd(tshark, capture)
    found += [f"frame {number}: a fresh process going backward differs" for number in numbers[::-1]
              if fresh.tree(number) != forward[number]]
    fresh.close()
    return len(one_pass), found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--shuffles", type=int, default=3)
    parser.add_argument("captures", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    failed = False
    with Tshark(options.build) as tshark:
        for capture in options.captures:
            count, found = check(tshark, capture, options.shuffles)
            print(f"{capture.name:60} {count:5} frames {'differs' if found else 'equal'}")
            for text in found[:5]:
                print(f"    {text}")
            failed |= bool(found) or not count
    return failed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PluginError as error:
        sys.exit(f"error: {error}")
