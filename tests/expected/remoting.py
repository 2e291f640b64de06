#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the AMF packets of Flash Remoting that the plugin shows with an independent decode (README.md here).

usage: remoting.py [--build DIR] [--captures DIR... --expected DIR] [NAME...]
Default: the expected files of remoting/ here, captures from tests/captures/remoting and samples/.
"""
import argparse
import collections
import copy
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import values  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

CAPTURES = (ROOT / "samples", ROOT / "tests" / "captures" / "remoting")
ARGUMENTS = ("-2", "-o", "rtmpx.show_passwords:TRUE")


def flatten(flat, path, value):
    """As values.flatten(), with what only remoting's expected files have."""
    if isinstance(value, list):
        flat.counts.append(len(value))
        for index, item in enumerate(value):
            flatten(flat, f"{path}.{index}", item)
    elif not isinstance(value, dict) or "__date__" in value or "__xml__" in value or "__bytes__" in value \
            or "__undefined__" in value:
        values.flatten(flat, path, value)
    elif "__ref__" in value:
        flat.paths.append((path, "reference", f"#{value['__ref__']}"))
    elif "__unsupported__" in value:
        flat.paths.append((path, "unsupported", "unsupported"))
    elif "__dict__" in value:
        flat.counts.append(len(value["__dict__"]))
        for key, item in value["__dict__"]:
            flat.keys.append(key)
            flatten(flat, f"{path}.{key}", item)
    else:
        flat.counts += [value["__ecma__"]] if "__ecma__" in value else []
        flat.classes += [value["__class__"]] if "__class__" in value else []
        if "__ext__" in value:
            flatten(flat, f"{path}.0", value["__ext__"])
        for key, item in value.items():
            if not key.startswith("__"):
                flat.keys.append(key)
                flatten(flat, f"{path}.{key}", item)


def replace_references(entry, wanted, start):
    """What AMF3 references refer to is written out in expected files: put it in the place of the reference, which
    is shown as `#index`. start: position of the packet."""
    by_position = {}
    for item in entry.walk():
        if item.name == "rtmpx.amf.unsigned":
            item.name = "rtmpx.amf.integer"
        for child in item.children:
            if child.name == "rtmpx.amf3.type":
                by_position.setdefault(child.position, item)
    for item in entry.walk():
        targets = [child for child in item.children if child.name == "rtmpx.amf.target"]
        pair = item.first("rtmpx.amf.pair")
        if not targets or pair in [f"{path}={text}" for path, _, text in wanted.paths]:
            continue
        source = by_position[start + int(targets[0].show.rpartition(" ")[2])]
        path = pair.partition("=")[0]
        wanted.paths = [leaf for leaf in wanted.paths if leaf[0] != path and not leaf[0].startswith(path + ".")]
        wanted.paths.append((path, "reference", pair.partition("=")[2]))
        item.name, item.children = source.name, [child for child in source.children
                                                 if child.name != "rtmpx.amf.pair"] + item.all("rtmpx.amf.pair")
        item.show = source.show


def compare_value(entry, expected, start):
    entry = copy.deepcopy(entry)  # frames are read only
    flat = values.Flat()
    flatten(flat, "0", expected)
    replace_references(entry, flat, start)
    order = {path: index for index, (path, _, _) in enumerate(flat.paths)}
    seen = [item.show.partition("=")[0] for item in entry.all("rtmpx.amf.pair")]
    if sorted(order) == sorted(seen):
        flat.paths.sort(key=lambda leaf: seen.index(leaf[0]))
    return values.differences(entry, flat)


def compare_lengths(entry, name, expected):
    mismatch = bool(entry.all("rtmpx.remoting.length_mismatch"))
    found = [f"{field} {entry.number(field)} expected {expected[key]}"
             for field, key in ((name, "length"), ("rtmpx.remoting.value_length", "value_length"))
             if entry.number(field) != expected[key]]
    if mismatch != (expected["length_ok"] is False):
        found.append(f"length_mismatch {mismatch}, length is {expected['length_ok']}")
    return found


def compare_header(header, expected, start):
    found = compare_lengths(header, "rtmpx.remoting.header.length", expected)
    found += compare_value(header, expected["value"], start)
    if header.first("rtmpx.remoting.header.name") != expected["name"]:
        found.append(f"name {header.first('rtmpx.remoting.header.name')} expected {expected['name']}")
    if header.shown("rtmpx.remoting.header.must_understand") != [str(int(expected["must_understand"]))]:
        found.append(f"must understand is not {expected['must_understand']}")
    return [f"header {expected['name']}: {text}" for text in found]


def compare_message(message, expected, start):
    found = compare_lengths(message, "rtmpx.remoting.length", expected)
    found += compare_value(message, expected["value"], start)
    for key in ("target", "response"):
        if message.first(f"rtmpx.remoting.{key}") != expected[key]:
            found.append(f"{key} {message.first(f'rtmpx.remoting.{key}')} expected {expected[key]}")
    return found


def compare_packet(packet, rows):
    """What differs between an AMF packet and its expected messages, as texts."""
    first, found = rows[0], []
    headers, messages = packet.all("rtmpx.remoting.header"), packet.all("rtmpx.remoting.message")
    for field, wanted in (("version", first["version"]), ("message_count", first["count"]),
                          ("header_count", len(first["headers"])),
                          ("direction", int(first["http"] == "response"))):
        if packet.number(f"rtmpx.remoting.{field}") != wanted:
            found.append(f"{field} {packet.number(f'rtmpx.remoting.{field}')} expected {wanted}")
    if len(headers) != len(first["headers"]) or len(messages) != len(rows):
        return found + [f"{len(headers)} headers, {len(messages)} messages"]
    if bool(packet.all("rtmpx.remoting.trailing")) != bool(first["rest"]):
        found.append(f"{first['rest']} bytes should be left")
    for header, wanted in zip(headers, first["headers"]):
        found += compare_header(header, wanted, packet.position)
    for message, wanted in zip(messages, rows):
        found += [f"message {wanted['index']}: {text}" for text in compare_message(message, wanted,
                                                                                       packet.position)]
    return found


def packets_of(rows):
    """Expected messages by frame, those of a packet together."""
    packets = collections.defaultdict(list)
    for row in rows:
        if row["index"] == 0:
            packets[row["frame"]].append([])
        packets[row["frame"]][-1].append(row)
    return packets


def compare_capture(tshark, capture, expected_file):
    """(packets, texts of differences)"""
    expected = packets_of(map(json.loads, expected_file.read_text().splitlines()))
    frames = list(decoded.frames(tshark, capture, *ARGUMENTS))
    count, found = sum(map(len, expected.values())), compare_rows(tshark, capture, frames)
    for frame in frames:
        packets, rows = frame.all("rtmpx.remoting"), expected.pop(frame.number, [])
        if len(packets) != len(rows):
            found.append(f"frame {frame.number}: {len(packets)} packets, expected {len(rows)}")
        for packet, wanted in zip(packets, rows):
            found += [f"frame {frame.number}: {text}" for text in compare_packet(packet, wanted)]
    return count, found + [f"frame {number}: no packet" for number in expected]


def compare_rows(tshark, capture, frames):
    """Rows (-z rtmpx,messages) are the messages of the packets, with the same summaries, calls and links."""
    output = tshark.run("-q", *ARGUMENTS, "-z", "rtmpx,messages,json+all", capture=capture).stdout
    rows = [row for row in map(json.loads, output.splitlines()) if row["kind"] == "remoting"]
    messages = [(frame, message) for frame in frames for packet in frame.all("rtmpx.remoting")
                for message in packet.all("rtmpx.remoting.message")]
    if len(rows) != len(messages):
        return [f"{len(rows)} rows of {len(messages)} messages"]
    found = []
    for row, (frame, message) in zip(rows, messages):
        is_reply = "rtmpx.remoting.status" in {item.name for item in message.walk()}
        same = {"frame": frame.number, "direction": int(is_reply), "summary": message.show, "length": message.size}
        for column, field in (("response_to", "response_to"), ("response_to_name", "response_to_call"),
                              ("response_in", "response_in"), ("status_code", "fault.code"),
                              ("status_description", "fault.description"),
                              ("command", "status" if is_reply else "call")):
            shown = message.first(f"rtmpx.remoting.{field}")
            same[column] = int(shown) if shown and column in ("response_to", "response_in") else shown
        found += [f"frame {frame.number}: row with {column} {row.get(column)!r}, item with {value!r}"
                  for column, value in same.items() if (row.get(column) or None) != (value or None)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path)
    parser.add_argument("--expected", type=pathlib.Path, default=HERE / "remoting")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = {file.stem: file for directory in options.captures or CAPTURES for file in directory.iterdir()}
    names = options.names or sorted(file.stem for file in options.expected.glob("*.jsonl"))
    failed = 0
    with Tshark(options.build) as tshark:
        for name in names:
            count, found = compare_capture(tshark, captures[name], options.expected / f"{name}.jsonl")
            failed += bool(found)
            print(f"{name:30} {count:4} packets {len(found):4} differences")
            for text in found[:5]:
                print(f"    {text[:400]}")
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
