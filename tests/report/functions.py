#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""List the functions of src/ and plugin/ that are over 60 lines long or have six or more parameters.

Lines count from the line with the name to the closing brace, as universal-ctags sees them. The last line of
output is the summary. Fails when there are more than the limits given.

usage: functions.py [--long COUNT] [--wide COUNT] [DIRECTORY...]
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_LINES = 60
MOST_PARAMETERS = 5


def parameters_of(signature):
    """How many parameters "(int a, void (*f)(int, int))" has."""
    depth, count = 0, 1
    for character in signature:
        depth += {"(": 1, ")": -1}.get(character, 0)
        count += character == "," and depth == 1
    return 0 if signature in ("()", "(void)") else count


def functions(directories):
    """(file, line, name, lines, parameters) of each function that is defined."""
    files = [str(file) for directory in directories for suffix in ("c", "h")
             for file in sorted(pathlib.Path(directory).rglob(f"*.{suffix}"))]
    tags = subprocess.run(["ctags", "--options=NONE", "--output-format=json", "--languages=C", "--langmap=C:.c.h",
                           "--kinds-C=f", "--fields=NFneS", "-f", "-", *files],
                          cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for line in tags.splitlines():
        tag = json.loads(line)
        yield (tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1,
               parameters_of(tag.get("signature", "()")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", type=int, default=None, help="fail when more are too long")
    parser.add_argument("--wide", type=int, default=None, help="fail when more have too many parameters")
    parser.add_argument("directories", nargs="*", default=["src", "plugin"])
    options = parser.parse_args()
    found = sorted(functions(options.directories))
    too_long = [row for row in found if row[3] > MOST_LINES]
    too_wide = [row for row in found if row[4] > MOST_PARAMETERS]
    for file, line, name, lines, _ in too_long:
        print(f"{file}:{line}: {name} has {lines} lines")
    for file, line, name, _, parameters in too_wide:
        print(f"{file}:{line}: {name} has {parameters} parameters")
    print(f"{len(found)} functions: {len(too_long)} over {MOST_LINES} lines, "
          f"{len(too_wide)} with more than {MOST_PARAMETERS} parameters")
    return any(limit is not None and len(rows) > limit
               for limit, rows in ((options.long, too_long), (options.wide, too_wide)))


if __name__ == "__main__":
    sys.exit(main())
