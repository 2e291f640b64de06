#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every field has a description, and a label of its own: a column that shows it has the label as its header.

usage: labels.py [--build DIR]
"""
import collections
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

from tshark import run_check  # noqa: E402


def check(tshark, _):
    with tshark.popen("tshark", "-G", "fields", stdout=subprocess.PIPE, text=True) as process:
        rows = [line.rstrip("\n").split("\t") for line in process.stdout]
    fields = [row for row in rows if row[0] == "F" and row[2].startswith("rtmpx.")]
    labelled = collections.defaultdict(list)
    for row in fields:
        labelled[row[1].casefold()].append(row[2])
    found = [f"no description: {row[2]}" for row in fields if not row[7]]
    found += [f"one label: {' '.join(names)}" for names in labelled.values() if len(names) > 1]
    return found, f"{len(fields)} fields"


if __name__ == "__main__":
    run_check(__doc__, check)
