#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Golden tests: what tshark prints for a capture, against a text that was read and committed.

TESTLIST has a line a test:   NAME  CAPTURE  TSHARK-ARGUMENTS...
and a line a list of arguments that several tests use:   COLUMNS NAME  TSHARK-ARGUMENTS...   (@NAME below it).
CAPTURE is relative to the project, a capture or a script that writes one when told to `--write FILE`; the
expected text is NAME.txt here. Lines of other protocols, which differ
between versions of Wireshark, are left out of trees (-O rtmpx).

usage: golden.py [--build DIR] [--refresh] [NAME...]      default: all
--refresh writes the texts anew: read `git diff` against the bytes before you commit it.
"""
import argparse
import decimal
import difflib
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import ROOT, PluginError, Tshark  # noqa: E402


# How the lines of the layers below ours begin in the output of -O.
OTHER_LAYERS = ("Frame ", "Ethernet ", "Internet Protocol ", "Transmission Control Protocol",
                "Hypertext Transfer Protocol")

# Wireshark 4.0 shows 36 bytes of a longer value, later ones as many as the line takes.
LONG_BYTES = re.compile(r"^(\s+[^:]*?)(?: \[…\])?: ([0-9a-f]{72})[0-9a-f]*…?$", re.MULTILINE)

# With -T fields Wireshark 4.0 shows booleans as numbers, later ones as words.
BOOLEANS = re.compile(r"(?<=[\t,])(?:(True)|False)(?=[\t,\n])")

# Titles of trees of statistics: 4.0 shows the levels of their menu without spaces.
MENU_LEVELS = re.compile(r"^(RTMP) / (?=[A-Z][a-z ]+:$)", re.MULTILINE)

# Tables of trees: since 4.4 their first column has a least width.
TREE_HEAD = "Topic / Item "
TREE_CELL = re.compile(r"^( *\S.*?)  +", re.MULTILINE)
TREE_RULE = re.compile(r"^([=-])\1{79,}$", re.MULTILINE)

# Times that passed: 4.6 chooses a unit, earlier versions always show seconds.
SHORT_TIME = re.compile(r"(\d+(?:\.\d+)?) (nano|micro|milli)seconds")
POWERS = {"nano": -9, "micro": -6, "milli": -3}


def normalised(output, arguments):
    """The output with what differs between versions of Wireshark, and is not ours, made the same."""
    output = "".join(line for line in output.splitlines(True) if not line.startswith(OTHER_LAYERS))
    output = LONG_BYTES.sub(r"\1: \2…", output)
    output = MENU_LEVELS.sub(r"\1/", output)
    output = SHORT_TIME.sub(
        lambda time: f"{decimal.Decimal(time[1]).scaleb(POWERS[time[2]]):.9f} seconds", output)
    if TREE_HEAD in output:
        output = TREE_RULE.sub(lambda rule: rule[1] * 80, TREE_CELL.sub(r"\1  ", output))
    if "fields" in arguments:
        output = BOOLEANS.sub(lambda word: "1" if word[1] else "0", output)
    return output


def read_list():
    """{name: (capture, arguments)}"""
    tests, columns = {}, {}
    for line in (HERE / "TESTLIST").read_text().splitlines():
        words = shlex.split(line, comments=True)
        arguments = [word for argument in words[2:]
                     for word in (columns[argument] if argument.startswith("@") else [argument])]
        if words and words[0] == "COLUMNS":
            columns[f"@{words[1]}"] = arguments
        elif words:
            tests[words[0]] = (ROOT / words[1], arguments)
    return tests


def written_by(script, path):
    subprocess.run([sys.executable, script, "--write", path], check=True)
    path.chmod(0o644)
    return path


def run(tshark, name, capture, arguments, refresh):
    """True when the output is the expected text."""
    expected_file = HERE / f"{name}.txt"
    if capture.suffix == ".py":
        capture = written_by(capture, tshark.directory / f"{name}.pcap")
    output = normalised(tshark.run(*arguments, capture=capture).stdout, arguments)
    if refresh:
        expected_file.write_text(output)
    expected = expected_file.read_text() if expected_file.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(True), output.splitlines(True), f"{name}.txt", "tshark"))
    return bool(output) and output == expected


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--refresh", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    tests = read_list()
    failed = []
    try:
        with Tshark(options.build) as tshark:
            for name in options.names or tests:
                if not run(tshark, name, *tests[name], options.refresh):
                    failed.append(name)
    except (PluginError, KeyError) as error:
        sys.exit(f"error: {error}")
    if failed:
        sys.exit(f"differs: {' '.join(failed)} (or refresh: tests/golden/refresh NAME)")


if __name__ == "__main__":
    main()
