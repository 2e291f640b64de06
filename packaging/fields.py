#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print the field reference: every field and expert item of the plugin in a build directory, as Wireshark registers it.

A table for each second part of the names (`rtmpx.amf.*`), in their order. The packages contain it; it is not kept in
the repository, so it cannot differ from the plugin.

usage: packaging/fields.py [--build DIR] >fields.md
"""
import argparse
import collections
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "tools"))

from tshark import Tshark, run_main  # noqa: E402

TYPES = {"FT_NONE": "", "FT_STRING": "text", "FT_BYTES": "bytes", "FT_BOOLEAN": "boolean", "FT_DOUBLE": "double",
         "FT_FRAMENUM": "frame number", "FT_RELATIVE_TIME": "seconds", "FT_ABSOLUTE_TIME": "time"}


def rows(tshark, report):
    with tshark.popen("tshark", "-G", report, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield line.rstrip("\n").split("\t")


def fields(tshark):
    """[(filter, type, name, what it is)] by filter"""
    return sorted((row[2], row[3], row[1], row[7]) for row in rows(tshark, "fields")
                  if row[0] == "F" and row[2].startswith("rtmpx."))


def values(tshark):
    """{filter: "1 first, 2 second"} of the fields with few named values"""
    named = collections.defaultdict(list)
    for row in rows(tshark, "values"):
        if row[0] == "V" and row[1].startswith("rtmpx."):
            named[row[1]].append(f"{row[2]} {row[3]}")
    return {name: ", ".join(texts) for name, texts in named.items() if len(texts) <= 16}


def grouped(found):
    """The same, each below the second part of its name where several have that."""
    counts = collections.Counter(row[0].split(".")[1] for row in found)
    groups = collections.defaultdict(list)
    for row in found:
        part = row[0].split(".")[1]
        groups[f"rtmpx.{part}" if counts[part] > 1 else ""].append(row)
    return sorted(groups.items())


def cell(text):
    return text.replace("|", "\\|")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    options = parser.parse_args()
    with Tshark(options.build) as tshark:
        found, named = fields(tshark), values(tshark)
    print(f"# Fields\n\n{len(found)} fields and expert items; those without a type have no value.")
    for prefix, group in grouped(found):
        print(f"\n## {prefix or 'Others'}\n\n| filter | type | name | what it is |\n|---|---|---|---|")
        for name, kind, label, blurb in group:
            kind = TYPES.get(kind) if kind in TYPES else kind.removeprefix("FT_").lower()
            text = ". ".join(part for part in (blurb, named.get(name, "")) if part)
            print(f"| `{name}` | {kind} | {cell(label)} | {cell(text)} |")


if __name__ == "__main__":
    run_main(main)
