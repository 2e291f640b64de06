#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every tshark recipe of the README and of packaging/doc runs and prints or writes something, and the README's table
of Info columns is what the built-in dissector and this one show."""
import argparse
import re
import shlex
import sys

from tshark import ROOT, Tshark

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "packaging" / "doc").glob("*.md"))]
# What a recipe writes: its argument is the path, or the path behind a comma.
WRITES = ("-w", "--export-objects")
ROW = re.compile(r"\| (\d+) \| `(.*)` \| `(.*)` \|")
INFO = ("-T", "fields", "-e", "frame.number", "-e", "_ws.col.Info")


def recipes():
    """(the line, capture, arguments)"""
    for page in PAGES:
        for line in page.read_text().splitlines():
            words = shlex.split(line) if re.match(r"(   )?tshark .*-r [st]", line) else []
            if words:
                at = words.index("-r")
                yield line.strip(), words[at + 1], words[1:at] + words[at + 2:]


def run(tshark, capture, arguments):
    """Does it print or write something?"""
    written = None
    for i, option in enumerate(arguments[:-1]):
        if option in WRITES:
            written = tshark.writable("written") / "file"
            kind, comma, _ = arguments[i + 1].rpartition(",")
            arguments[i + 1] = f"{kind}{comma}{written}"
    printed = tshark.run(*arguments, capture=ROOT / capture).stdout.strip()
    return bool(written.stat().st_size if written else printed)


def invented(tshark):
    """Rows of the README's table that differ from what tshark shows."""
    capture = ROOT / "samples" / "noteroom.pcap"
    shown = [dict(line.split("\t", 1) for line in tshark.run(*arguments, *INFO, capture=capture).stdout.splitlines())
             for arguments in (("-d", "tcp.port==1935,rtmpt"), ())]
    rows = ROW.findall(README.read_text())
    return [f"frame {number}: {info[number].strip()}" for number, *texts in rows
            for info, text in zip(shown, texts) if info[number].strip() != text] or ([] if rows else ["no table"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build")
    options = parser.parse_args()
    count = 0
    with Tshark(options.build) as tshark:
        wrong = invented(tshark)
        for line, capture, arguments in recipes():
            count += 1
            if not run(tshark, capture, arguments):
                wrong.append(f"nothing: {line}")
    print(f"{count} recipes")
    sys.exit("\n".join(wrong) or count < 10)


if __name__ == "__main__":
    main()
