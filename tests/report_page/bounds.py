#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounds of report pages: of a capture with many connections, commands, SharedObjects and attributes, and of one with many
media messages, the page is small, follows its schema and says what it leaves out; peaks of a thinned series remain.

With --large as many as the goals name: 1,000,000 messages, 1,000 connections, 10,000 attributes.

usage: bounds.py [--build DIR] [--large]
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from page import data_of, form_differs, report  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

GENERATOR = HERE.parent / "bench" / "gen_rtmp_pcap.py"
PAGE_MAX = 10_000_000
SHELL_MAX = 250_000

# Name: arguments of the generator (a thousandth of the large ones), what the page must leave out.
SMALL = {
    "media": ("media --messages 20000 --message-size 400", ()),
    "connections": ("connections --connections 1100 --messages 9000", ("commands", "connections")),
    "commands": ("command --connections 5 --messages 40000", ("commands",)),
    "attributes": ("shared-object --connections 3 --count 600", ("SharedObject events", "attributes of copies")),
}
LARGE = {
    "media": ("media --messages 1000000 --message-size 400", ()),
    "connections": ("connections --connections 1000 --messages 200000", ("commands",)),
    "commands": ("command --connections 50 --messages 300000", ("commands",)),
    "attributes": ("shared-object --connections 10 --count 10000", ("SharedObject events", "attributes of copies")),
}


def thinning_differs(data):
    """Every series within its bound, its first message kept, and bytes as many as messages have."""
    found = []
    for stream in data["streams"]:
        for kind in filter(None, (stream["video"], stream["audio"])):
            series = kind["series"]
            if (series["width"] == 0) != (series["n"] == len(series["t"])):
                found.append(f"{series['n']} messages, {len(series['t'])} points, width {series['width']}")
            if len(kind["rate_series"]["bytes"]) > 4000 or sum(kind["rate_series"]["bytes"]) < kind["bytes"]:
                found.append("bit rate steps lack bytes")
    return found


def check(tshark, name, arguments, wanted):
    capture = tshark.directory / f"{name}.pcap"
    subprocess.run([sys.executable, GENERATOR, *arguments.split(), "-o", capture], check=True, stdout=subprocess.DEVNULL)
    capture.chmod(0o644)
    page = report(tshark, capture)
    capture.unlink()
    text = data_of(page)
    data = json.loads(text)
    left_out = data["left_out"]
    found = form_differs(data) + thinning_differs(data)
    size = len(page.encode())
    if size > PAGE_MAX or size - len(text.encode()) > SHELL_MAX:
        found.append(f"{size} bytes, {len(text.encode())} of them data")
    found += [f"does not say that {what} are left out: {left_out}" for what in wanted if not left_out.get(what)]
    print(f"{name}: {size:,} bytes, left out {left_out}")
    return [f"{name}: {text}" for text in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    found = []
    with Tshark(options.build) as tshark:
        for name, (arguments, wanted) in (LARGE if options.large else SMALL).items():
            found += check(tshark, name, arguments, wanted)
    print("\n".join(found[:20]) or "all within their bounds")
    return bool(found)


if __name__ == "__main__":
    run_main(main)
