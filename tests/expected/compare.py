#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare what the plugin decodes, message by message, with an independent decode (README.md here).

usage: compare.py [--build DIR] [--captures DIR... --expected DIR] [NAME...]
Default: every expected file here, captures from samples/ and tests/captures/.
"""
import argparse
import collections
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import values  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

CAPTURES = (ROOT / "samples", ROOT / "tests" / "captures")
# Captures with segments out of order; their expected files are for segments put in order.
REORDERED = ("net_loss4_pub_ffmpeg51", "net_reorder20_pub_ffmpeg51", "obs_slow_lossy_network",
             "time_network_stall_play_rtmpdump_at_client")
IN_ORDER = ("-o", "tcp.reassemble_out_of_order:TRUE")
HEADER = {"type": "rtmpx.type", "length": "rtmpx.length", "ts": "rtmpx.timestamp",
          "sid": "rtmpx.stream_id", "csid": "rtmpx.csid", "chunks": "rtmpx.chunk_count"}
SO_HEADER = {"name": "rtmpx.so.name", "version": "rtmpx.so.version", "flags": "rtmpx.so.flags",
             "unknown": "rtmpx.so.reserved"}


def find_captures(directories):
    """{name: file} of the captures in the directories; in a directory `so`, names begin with so-."""
    found = {}
    for directory in directories:
        for file in sorted(pathlib.Path(directory).iterdir()):
            if file.suffix in (".pcap", ".pcapng", ".cap"):
                prefix = "so-" if directory.name == "so" else ""
                found[prefix + file.stem] = file
    return found


def _own_items(message):
    """The message without the messages inside it (tags of an aggregate)."""
    return decoded.Item(message.name, message.show, message.label, message.position, message.size,
                        [child for child in message.children if child.name != "rtmpx.message"])


def compare_event(event, expected):
    found = []
    if event.number("rtmpx.so.event.type") != expected["type"]:
        found.append(f"type {event.number('rtmpx.so.event.type')} expected {expected['type']}")
    if event.number("rtmpx.so.event.length") != expected["length"]:
        found.append(f"length {event.number('rtmpx.so.event.length')} not {expected['length']}")
    if "bad" in expected:
        if not event.all("_ws.expert"):
            found.append(f"no expert item, expected one for: {expected['bad']}")
        return found
    keys = [item.show for item in event.all("rtmpx.so.key")]
    flat = values.Flat()
    if "attributes" in expected:
        expected_keys = [attribute[0] for attribute in expected["attributes"]]
        for key, value, _ in expected["attributes"]:
            values.flatten(flat, key, value)
    elif "values" in expected:
        expected_keys = []
        method, *arguments = expected["values"]
        if event.first("rtmpx.so.method") != method:
            found.append(f"method {event.first('rtmpx.so.method')} expected {method}")
        for index, value in enumerate(arguments):
            values.flatten(flat, str(index), value)
    else:
        expected_keys = expected.get("names", [])
    if keys != expected_keys:
        found.append(f"keys {keys} expected {expected_keys}")
    pair_field = "rtmpx.so.pair" if "attributes" in expected else "rtmpx.amf.pair"
    found += values.differences(event, flat, pair_field)
    for name in ("code", "level"):
        if expected.get(name) != event.first(f"rtmpx.so.status.{name}"):
            found.append(f"status {name} expected {expected.get(name)}")
    return found


def compare_shared_object(message, expected):
    found = []
    for key, field in SO_HEADER.items():
        text = message.first(field)
        seen = text if key == "name" or text is None else int(text, 0)
        if seen != expected[key]:
            found.append(f"{field} {seen} expected {expected[key]}")
    events = message.all("rtmpx.so.event")
    if len(events) != len(expected["events"]):
        return found + [f"{len(events)} events, expected {len(expected['events'])}"]
    for index, (event, wanted) in enumerate(zip(events, expected["events"])):
        found += [f"event {index}: {text}" for text in compare_event(event, wanted)]
    return found


def compare_message(message, expected):
    """What differs, as texts."""
    message = _own_items(message)
    found = [f"{field} {message.number(field)} expected {expected[key]}"
             for key, field in HEADER.items() if message.number(field) != expected[key]]
    if "amf" in expected:
        flat = values.Flat()
        for index, value in enumerate(expected["amf"]):
            values.flatten(flat, str(index), value)
        found += values.differences(message, flat)
    if "so" in expected:
        found += compare_shared_object(message, expected["so"])
    return found


def compare_capture(tshark, capture, expected_file, arguments=()):
    """(expected messages, equal messages, texts of differences)"""
    rows = map(json.loads, expected_file.read_text().splitlines())
    expected = [row for row in rows if "type" in row]  # other lines are gaps of the decoder
    wanted = collections.defaultdict(list)
    for row in expected:
        wanted[row["frame"], row["stream"]].append(row)
    equal, found = 0, []
    for frame in decoded.frames(tshark, capture, *arguments):
        rows = wanted.pop((frame.number, frame.stream), [])
        messages = [m for m in frame.messages() if m.first("rtmpx.chunk_count") is not None]
        if len(rows) != len(messages):
            found.append(f"frame {frame.number}: {len(messages)} messages, expected {len(rows)}")
        for message, row in zip(messages, rows):
            texts = compare_message(message, row)
            equal += not texts
            found += [f"frame {frame.number}: type {row['type']}: {text}" for text in texts]
    for (number, _), rows in wanted.items():
        found.append(f"frame {number}: no messages, expected {len(rows)}")
    return len(expected), equal, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path)
    parser.add_argument("--expected", type=pathlib.Path, default=HERE)
    parser.add_argument("--show", type=int, default=5, help="differences shown a capture")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = find_captures(options.captures or CAPTURES)
    names = options.names or sorted(file.stem for file in options.expected.glob("*.jsonl"))
    totals, failed = [0, 0], 0
    print(f"{'capture':60} messages   equal")
    with Tshark(options.build) as tshark:
        for name in names:
            count, equal, found = compare_capture(
                tshark, captures[name], options.expected / f"{name}.jsonl",
                IN_ORDER if name in REORDERED else ())
            totals = [totals[0] + count, totals[1] + equal]
            failed += bool(found)
            print(f"{name:60} {count:8} {equal:7}")
            for text in found[:options.show]:
                print(f"    {text[:400]}")
            if len(found) > options.show:
                print(f"    ... {len(found) - options.show} more")
    print(f"{f'total of {len(names)} captures, {failed} differ':60} {totals[0]:8} {totals[1]:7}")
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
