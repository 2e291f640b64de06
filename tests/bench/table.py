# SPDX-License-Identifier: GPL-2.0-or-later
"""The table: attributable cost of rtmpx against the built-in, with the goals."""
import collections
import sys

from measure import CSID, PROTOCOL, PluginError, generate, mode_arguments

# Frames counted by callgrind: as many as show a steady cost in the time there is. Fewer are measured
# with --frames; the start of tshark, in which fields are registered, has then a larger part in it.
FRAMES = {"columns": 48000, "filter": 6000, "fields": 3000, "tree": 1200, "json": 600}
MODES = {"columns": "instructions, default columns",
         "filter": "instructions, `-Y` on a header field, default columns",
         "fields": "instructions, `-Y` on a header field, `-T fields`",
         "tree": "instructions per tree item, `-V`",
         "json": "instructions per tree item, `-T json`",
         "memory": "resident memory"}
PER_ITEM = ("tree", "json")
QUICK = ("columns", "fields", "memory")

# Goals by mode, in this order.
Capture = collections.namedtuple("Capture", "title arguments goals")
CAPTURES = {
    "media4096": Capture("media, 4096-byte chunks",
                         "media --chunk-size 4096 --message-size 20000 --messages 6000",
                         (0.30, None, 0.30, 0.60, 0.60, 0.10)),
    "media128": Capture("media, 128-byte chunks",
                        "media --message-size 20000 --messages 3000",
                        (0.35, None, 0.35, 0.60, 0.60, 0.10)),
    "command": Capture("commands / AMF / SharedObject",
                       "command --connections 10 --messages 100000",
                       (0.40, None, 0.20, 0.60, 0.60, 0.35)),
    "connections": Capture("3,000 connections",
                           "connections --connections 3000 --messages 24000",
                           (0.50, None, 0.30, 0.70, 0.70, 0.40)),
}

def check_counts(bench, path, truth):
    """Both dissectors must find every message, and the same ones in the same frames."""
    expected = sum(truth["messages"].values())
    found = {who: bench.messages(who, path) for who in PROTOCOL}
    for who, lines in found.items():
        count = sum(len(line.split("\t")[1].split(",")) for line in lines)
        if count != expected:
            raise PluginError(f"{path.name}: {who} shows {count} messages of {expected}: "
                              "a figure would be void")
    for ours, theirs in zip(found["rtmpx"], found["built-in"]):
        if ours != theirs:
            raise PluginError(f"{path.name}: other messages in a frame: {ours} and {theirs}")


class Figure:
    """One cell of the table: what floor, rtmpx and the built-in cost."""

    def __init__(self, cost, items=None):
        self.cost, self.items = cost, items or {"rtmpx": 1, "built-in": 1}

    def attributable(self, who):
        return self.cost[who] - self.cost["floor"]

    @property
    def ratio(self):
        ours, theirs = (self.attributable(who) / self.items[who] for who in PROTOCOL)
        return ours / theirs if theirs > 0 else float("inf")


def measure(bench, pool, path, modes, options):
    """Figures by mode. Instructions do not depend on what else runs: as many runs as processors."""
    frames = {mode: frames_of(mode, options) for mode in FRAMES}
    counted = [mode for mode in modes if mode in FRAMES]
    costs = {(mode, who): pool.submit(bench.instructions, who, path,
                                      ["-c", str(frames[mode]), *mode_arguments(mode, who)])
             for mode in counted for who in CSID}
    items = {(mode, who): pool.submit(bench.tree_items, who, path, frames[mode])
             for mode in counted if mode in PER_ITEM for who in PROTOCOL}
    figures = {}
    for mode in counted:
        figures[mode] = Figure({who: costs[mode, who].result() for who in CSID},
                               {who: items[mode, who].result() for who in PROTOCOL}
                               if mode in PER_ITEM else None)
    if "memory" in modes:
        figures["memory"] = Figure({who: bench.memory(who, path) for who in CSID})
    return figures


def frames_of(mode, options):
    return options.frames or FRAMES[mode] // (4 if options.quick else 1)


def command(mode, options):
    frames = ["-c", str(frames_of(mode, options))] if mode in FRAMES else []
    return " ".join(["", *frames, *mode_arguments(mode, "rtmpx")])


def cell(mode, figure, goal):
    if mode in PER_ITEM:
        shown = [f"{figure.attributable(who) / figure.items[who] / 1000:.2f} k for each of "
                 f"{figure.items[who]}" for who in PROTOCOL]
    elif mode == "memory":
        shown = [f"{figure.attributable(who) / 1e6:.1f} MB" for who in PROTOCOL]
    else:
        shown = [f"{figure.attributable(who) / 1e6:.1f} M" for who in PROTOCOL]
    verdict = "" if goal is None else \
        f", goal {goal:.2f}: " + ("met" if figure.ratio <= goal else "**missed**")
    return f"{figure.ratio:.2f} ({shown[0]} / {shown[1]}){verdict}"


def run(bench, pool, options):
    names = [name for name in CAPTURES if not options.capture or name in options.capture]
    modes = [mode for mode in MODES if mode in (options.mode or (QUICK if options.quick else MODES))]
    figures = {}
    for name in names:
        path, truth = generate(bench.tshark.directory, CAPTURES[name].arguments, name)
        check_counts(bench, path, truth)
        print(f"{name}: {truth}: both find all messages", file=sys.stderr)
        figures[name] = measure(bench, pool, path, modes, options)
        path.unlink()
        for mode, figure in figures[name].items():
            print(f"{name} {mode}: {cell(mode, figure, None)}", file=sys.stderr, flush=True)
    print("| attributable cost against the built-in (rtmpx / built-in) | "
          + " | ".join(CAPTURES[name].title for name in names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for mode in modes:
        goals = {name: CAPTURES[name].goals[list(MODES).index(mode)] for name in names}
        print(f"| {MODES[mode]} | "
              + " | ".join(cell(mode, figures[name][mode], goals[name]) for name in names) + " |",
              flush=True)
    print("\nCaptures: " + "; ".join(f"{CAPTURES[name].title}: `gen_rtmp_pcap.py "
                                    f"{CAPTURES[name].arguments}`" for name in names)
          + ".\nRuns: " + "; ".join(f"{MODES[mode]}: `tshark -r CAPTURE{command(mode, options)}`"
                                    for mode in modes)
          + f". The built-in's field is {CSID['built-in']}"
          + (f"; all run with {' '.join(bench.builtin)}." if bench.builtin else "."))
