#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin says of each capture: messages, and its expert items with severity, number and first frame.

usage: what_fires.py [--build DIR] [--summary] [FILE-OR-DIRECTORY...]
Default: tests/captures and samples. --summary: a line each item instead, with the captures that raise it.
"""
import argparse
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import ROOT, Tshark, run_main  # noqa: E402

SUFFIXES = (".pcap", ".pcapng")
EXPERT = "_ws.expert"
# Of Wireshark, by its id for each.
SEVERITIES = {"2097152": "chat", "4194304": "note", "6291456": "warning", "8388608": "error"}


def captures_of(paths):
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in SUFFIXES)


def keys_beside(capture):
    """The TLS keys of a capture lie beside it."""
    keys = capture.with_suffix(".keys")
    return ("-o", f"tls.keylog_file:{keys}") if keys.exists() else ()


def items_of(packet):
    """(severity, name, text) of the plugin's expert items in a frame."""
    for layer in packet.iter("proto"):
        if layer.get("name") != "rtmpx":
            continue
        for expert in layer.iter("field"):
            if expert.get("name") != EXPERT:
                continue
            parts = {field.get("name"): field for field in expert}
            name = next((name for name in parts if name.startswith("rtmpx.")), "")
            yield (SEVERITIES.get(parts[f"{EXPERT}.severity"].get("show"), "?"), name,
                   parts[f"{EXPERT}.message"].get("show"))


def read(tshark, capture):
    """(messages, {(severity, name, text): frames})"""
    arguments = ("-2", *keys_beside(capture), "-T", "pdml", "-J", "frame http2 rtmpx")
    output = tshark.run(*arguments, capture=capture).stdout
    messages, items = 0, collections.defaultdict(list)
    for packet in ElementTree.fromstring(output.encode("utf-8", "surrogateescape")).iter("packet"):
        frame = next(field.get("show") for field in packet.iter("field") if field.get("name") == "frame.number")
        messages += sum(field.get("name") in ("rtmpx.message", "rtmpx.remoting.message")
                        for field in packet.iter("field"))
        for item in items_of(packet):
            items[item].append(frame)
    return messages, items


def print_capture(capture, messages, items):
    print(f"{capture.name}: {messages} messages")
    for (severity, name, text), frames in items.items():
        print(f"    {severity:8}{name:42}{len(frames):5}  from frame {frames[0]}: {text}")


def print_summary(captures_by_item):
    for (severity, name), captures in sorted(captures_by_item.items()):
        total = sum(captures.values())
        print(f"{severity:8}{name:42}{total:6} in {len(captures):4}: " +
              ", ".join(f"{capture} {count}" for capture, count in captures.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("paths", nargs="*", type=pathlib.Path, default=[ROOT / "tests" / "captures", ROOT / "samples"])
    options = parser.parse_args()
    captures_by_item = collections.defaultdict(collections.Counter)
    with Tshark(options.build) as tshark:
        for capture in captures_of(options.paths):
            messages, items = read(tshark, capture)
            for (severity, name, _), frames in items.items():
                captures_by_item[severity, name][capture.name] += len(frames)
            if not options.summary:
                print_capture(capture, messages, items)
    if options.summary:
        print_summary(captures_by_item)


if __name__ == "__main__":
    run_main(main)
