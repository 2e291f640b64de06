#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print the field reference: every field and expert item of the plugin in a build directory, as Wireshark registers it.

A table for each second part of the names (`rtmpx.amf.*`), in their order.

usage: packaging/fields.py [--build DIR] >packaging/doc/fields.md
       packaging/fields.py [--build DIR] --check packaging/doc/fields.md     does that file say the same?
"""
import argparse
import collections
import difflib
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


def reference(tshark):
    """Lines of the whole document."""
    found, named = fields(tshark), values(tshark)
    yield from ("# Fields", "", f"{len(found)} fields and expert items; those without a type have no value.")
    for prefix, group in grouped(found):
        yield from ("", f"## {prefix or 'Others'}", "", "| filter | type | name | what it is |", "|---|---|---|---|")
        for name, kind, label, blurb in group:
            kind = TYPES.get(kind) if kind in TYPES else kind.removeprefix("FT_").lower()
            text = ". ".join(part for part in (blurb, named.get(name, "")) if part)
            yield f"| `{name}` | {kind} | {cell(label)} | {cell(text)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--check", type=pathlib.Path)
    options = parser.parse_args()
    with Tshark(options.build) as tshark:
        lines = list(reference(tshark))
    if not options.check:
        print("\n".join(lines))
        return 0
    differs = list(difflib.unified_diff(options.check.read_text().splitlines(), lines, str(options.check), "the plugin",
                                        lineterm=""))
    print("\n".join(differs) or f"{options.check.name} says what the plugin registers")
    return 1 if differs else 0


if __name__ == "__main__":
    run_main(main)
