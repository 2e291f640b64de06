#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A display filter on any field or expert item finds the frames that show it.

tshark and sharkd make no visible tree for a filter alone, and the plugin makes no items that are not wanted, so a
wrong result of that check loses frames. Every name of `tshark -G fields` must be shown by one of the captures of
made.py: a new field or expert item without one fails here. The smallest capture that shows a name is then filtered
by it: by sharkd, and, for names without a value, which expert items are, by tshark with plain columns.

usage: filters.py [--build DIR]
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("orders", "tools")]

import made  # noqa: E402
from orders import Sharkd  # noqa: E402
from tshark import run_check  # noqa: E402

NUMBER = re.compile(r'name="frame\.number"[^>]* show="(\d+)"')
NAME = re.compile(r'name="(rtmpx\.[^"]+)"')
OUR_EXPERT = re.compile(r'name="_ws\.expert\.message"[^>]* show="[^"]*RTMP')
ANY_EXPERT = '_ws.expert.message contains "RTMP"'  # a filter on what all expert items have


def registered(tshark):
    """{filter name: type} of all fields and expert items."""
    with tshark.popen("tshark", "-G", "fields", stdout=subprocess.PIPE, text=True) as process:
        rows = [line.split("\t") for line in process.stdout]
    return {row[2]: row[3] for row in rows if row[0] == "F" and row[2].startswith("rtmpx.")}


def options_of(preferences):
    return [word for name, value in preferences.items() for word in ("-o", f"{name}:{value}")]


def shown_in(tshark, capture, preferences):
    """{name: frames that show it}, when all is shown and a second pass knows what comes later."""
    output = tshark.run("-n", "-2", "-T", "pdml", "-J", "frame rtmpx rtmpx.tunnel", *options_of(preferences),
                        capture=capture).stdout
    found = collections.defaultdict(set)
    for packet in output.split("<packet>")[1:]:
        number = int(NUMBER.search(packet)[1])
        for name in NAME.findall(packet):
            found[name].add(number)
        if OUR_EXPERT.search(packet):
            found[ANY_EXPERT].add(number)
    return found


def by_sharkd(tshark, capture, preferences, names):
    """{name: frames that its filter finds}"""
    sharkd = Sharkd(tshark, capture)
    for name, value in preferences.items():
        sharkd.call("setconf", name=name, value=value)
    if preferences:
        sharkd.call("load", file=tshark.readable(capture))
    found = {name: {frame["num"] for frame in sharkd.call("frames", filter=name)} for name in names}
    sharkd.close()
    return found


def by_tshark(tshark, capture, preferences, name):
    output = tshark.run("-n", "-2", "-Y", name, "-o", 'gui.column.format:"No.","%m","Info","%i"',
                        *options_of(preferences), capture=capture).stdout
    return {int(line.split()[0]) for line in output.splitlines()}


def complaint(name, capture, program, found, shown):
    if found == shown:
        return []
    return [f"{name}: {capture.name} shows it in frames {sorted(shown)[:9]}, its filter in {program} finds "
            f"{sorted(found)[:9]}"]


def check(tshark, directory):
    directory.chmod(0o755)
    types = {**registered(tshark), ANY_EXPERT: "FT_NONE"}
    captures = sorted(made.captures(directory), key=lambda capture: capture[0].stat().st_size)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        shown = list(pool.map(lambda capture: shown_in(tshark, *capture), captures))
        where = {name: next((i for i, names in enumerate(shown) if name in names), None) for name in types}
        found = [f"{name}: no capture shows it; made.py needs one that does"
                 for name in sorted(types) if where[name] is None]
        mine = [[name for name in types if where[name] == i] for i in range(len(captures))]
        jobs = [("sharkd", i, pool.submit(by_sharkd, tshark, *captures[i], names))
                for i, names in enumerate(mine) if names]
        plain = [(name, i, pool.submit(by_tshark, tshark, *captures[i], name))
                 for name, i in where.items() if i is not None and types[name] == "FT_NONE"]
        for program, i, job in jobs:
            for name, frames in job.result().items():
                found += complaint(name, captures[i][0], program, frames, shown[i][name])
        for name, i, job in plain:
            found += complaint(name, captures[i][0], "tshark", job.result(), shown[i][name])
    return found, (f"{len(types)} fields and expert items, each found by its filter in one of "
                   f"{sum(bool(names) for names in mine)} captures")


if __name__ == "__main__":
    run_check(__doc__, check)
