#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same tree whatever the order in which frames are looked at, and whatever was asked before.

One pass, two passes (the first without a tree, or with one for a filter only), a read filter that
takes frames away, and sharkd asked for the frames forward, backward and shuffled must agree on every
item of our layers, and one pass and two on the protocols of all frames, ours or not. What only a
later visit can know (LATER) is left out of the comparison with one pass, and numbers of frames where
a read filter changes them. A filter on any name finds the frames that show it, and one on frame.protocols
the same frames with and without fields.

usage: orders.py [--build DIR] [--shuffles N] [--part K/N] [--captures DIR] [CAPTURE...]
"""
import argparse
import functools
import json
import pathlib
import random
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
from tshark import PluginError, Tshark, run_main  # noqa: E402

LATER = {"rtmpx.command.response_in", "rtmpx.completed_in", "rtmpx.composition_order.count",
         "rtmpx.conformance.count", "rtmpx.gap.filled", "rtmpx.ping.response_in", "rtmpx.remoting.response_in",
         "rtmpx.remoting.no_answer", "rtmpx.so.confirmed_in", "rtmpx.so.refused_in", "rtmpx.so.unanswered",
         "rtmpx.so.unconfirmed", "rtmpx.no_acknowledgement", "rtmpx.stall.who"}
FRAME_NUMBERS = LATER | {"rtmpx.command.response_to", "rtmpx.first_frame", "rtmpx.ping.request_in",
                         "rtmpx.closed_by_peer.request_in", "rtmpx.no_response.request_in",
                         "rtmpx.remoting.response_to", "rtmpx.so.request_in", "rtmpx.so.set_in",
                         "rtmpx.so.diverged.set_in", "rtmpx.so.diverged.other_set_in"}
FILTER = "rtmpx.message"
# Bytes that are held on the first visit, until a chunk size or a header is found: later visits know that they were read.
HELD = {"rtmpx.skipped", "rtmpx.read_later"}
HELD_LAYER = re.compile(", (RTMP, looking for a chunk header|Fragment of a message)$")


def is_named(item, names):
    """An expert item has its name below it."""
    return item.name in names or item.name == "_ws.expert" and any(child.name in names for child in item.children)


def without(left_out, items):
    """Nested tuples of the items but for those with a name in `left_out`; held bytes by their place."""
    return tuple(("held", i.position, i.size) if i.name in HELD else
                 (i.name, HELD_LAYER.sub(", held", i.label or i.show), i.position, i.size,
                  without(left_out, i.children))
                 for i in items if not is_named(i, left_out))


def trees_of(frames, left_out=frozenset(LATER)):
    return {frame.number: without(left_out, frame.layers) for frame in frames}


def result_of(answer, method):
    answer = json.loads(answer)
    if "error" in answer:
        raise PluginError(f"sharkd {method}: {answer['error']}")
    return answer["result"]


# Most answers are those of an earlier visit, to the letter.
@functools.lru_cache(maxsize=4096)
def our_part(answer):
    result = result_of(answer, "frame")
    layers = [layer for layer in result["tree"] if layer.get("f", "").startswith("rtmpx")]
    return json.dumps([layers, result["col"]], sort_keys=True) if layers else ""


class Sharkd:
    """A sharkd with one capture loaded."""

    def __init__(self, tshark, capture):
        self.process = tshark.popen("sharkd", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
        self.call("load", file=tshark.readable(capture))

    def ask(self, method, **parameters):
        """The answer as sharkd writes it."""
        self.process.stdin.write(json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def call(self, method, **parameters):
        return result_of(self.ask(method, **parameters), method)

    def tree(self, number):
        """Our layers of a frame and the columns, as sharkd gives them."""
        return our_part(self.ask("frame", frame=number, proto=True, columns=True))

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def differences(name, trees, others):
    return [f"frame {number}: {name} differs" for number in sorted(trees.keys() | others.keys())
            if trees.get(number) != others.get(number)]


def columns_of(tshark, capture, *arguments):
    """The columns of the frames with messages, without what TCP puts before them: it sees other
    frames where a read filter takes some away."""
    fields = ("-T", "fields", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info")
    lines = tshark.run(*arguments, *fields, capture=capture).stdout.splitlines()
    return [re.sub(r"\t(\[TCP [^]]*\] )+", "\t", line) for line in lines]


def protocols_of(tshark, capture, *arguments):
    """{frame: its protocols}, but for TLS itself where a record ends in a later frame: it comes on one pass only."""
    fields = ("-T", "fields", "-e", "frame.number", "-e", "frame.protocols")
    lines = tshark.run(*arguments, *fields, capture=capture).stdout.splitlines()
    return {int(number): protocols.removesuffix(":tls")
            for number, protocols in (line.split("\t") for line in lines)}


def check_tshark(tshark, capture, one_pass):
    """Differences between one pass that shows all and the other ways of tshark, as texts."""
    trees = trees_of(one_pass)
    wanted = [frame for frame in one_pass if frame.messages()]
    found = differences("-2", trees, trees_of(decoded.frames(tshark, capture, "-2")))
    found += differences("protocols with -2", protocols_of(tshark, capture),
                         protocols_of(tshark, capture, "-2"))
    found += differences("-Y", trees_of(wanted),
                         trees_of(decoded.frames(tshark, capture, "-Y", FILTER)))
    found += differences("-2 -Y", trees_of(wanted),
                         trees_of(decoded.frames(tshark, capture, "-2", "-Y", FILTER)))
    kept = decoded.frames(tshark, capture, "-2", "-R", FILTER)
    found += differences("-2 -R", *(dict(enumerate(trees_of(frames, FRAME_NUMBERS).values()))
                                    for frames in (wanted, kept)))
    ours = 'frame.protocols contains "rtmpx"'
    numbers = ("-o", 'gui.column.format:"No.","%m"')
    with_fields = tshark.run("-Y", ours, "-T", "fields", "-e", "frame.number", capture=capture).stdout.split()
    if with_fields != tshark.run("-Y", ours, *numbers, capture=capture).stdout.split():
        found.append(f"-Y '{ours}' finds other frames with -T fields")
    # A frame's columns once began with TCP's where a frame that was taken away had its number.
    if columns_of(tshark, capture, "-Y", FILTER) != columns_of(tshark, capture, "-2", "-R", FILTER):
        found.append("the columns with -2 -R differ")
    return found


def check_sharkd(tshark, capture, shuffles, frames):
    """Differences between orders, as texts; `frames` are those with our layer."""
    found = []
    sharkd = Sharkd(tshark, capture)
    numbers = list(range(1, sharkd.call("status")["frames"] + 1))
    forward = {number: sharkd.tree(number) for number in numbers}
    if not {number for number in numbers if forward[number]} >= frames:
        found.append("tshark finds our layer in frames where sharkd does not")
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
    return found


def names_of(items):
    for item in items:
        yield item.name
        yield from names_of(item.children)


def check_filters(tshark, capture, one_pass):
    """A filter on a name finds the frames that show it, though it makes no visible tree."""
    shown = {}
    for frame in one_pass:
        for name in names_of(frame.layers):
            if name.startswith("rtmpx.") and name not in LATER:
                shown.setdefault(name, set()).add(frame.number)
    sharkd = Sharkd(tshark, capture)
    found = []
    for name in sorted(shown):
        frames = {frame["num"] for frame in sharkd.call("frames", filter=name)}
        if frames != shown[name] and not (name == "rtmpx.skipped" and frames < shown[name]):
            found.append(f"the filter {name} finds other frames than show it")
    sharkd.close()
    return found


def check(tshark, capture, shuffles):
    """(frames with our layer, texts of differences)"""
    one_pass = decoded.frames(tshark, capture)
    ours = {frame.number for frame in one_pass}
    return len(one_pass), (check_tshark(tshark, capture, one_pass)
                           + check_sharkd(tshark, capture, shuffles, ours)
                           + check_filters(tshark, capture, one_pass))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--shuffles", type=int, default=3)
    parser.add_argument("--part", default="1/1", metavar="K/N", help="each N-th capture, from the K-th on")
    parser.add_argument("--captures", action="append", type=pathlib.Path, default=[],
                        metavar="DIR", help="all that are below it")
    parser.add_argument("capture", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    captures = options.capture + [path for directory in options.captures
                                  for path in sorted(directory.rglob("*.pcap*"))]
    part, parts = map(int, options.part.split("/"))
    captures = captures[part - 1::parts]
    differing, frames = 0, 0
    with Tshark(options.build) as tshark:
        for capture in captures:
            count, found = check(tshark, capture, options.shuffles)
            frames += count
            if found or not count:
                print(f"{capture.name}: {count} frames", *found[:5], sep="\n    ", flush=True)
            differing += bool(found)
    print(f"{len(captures)} captures, {frames} frames in {options.shuffles + 11} ways: "
          f"{differing} captures differ")
    return bool(differing or not frames)


if __name__ == "__main__":
    run_main(main)
