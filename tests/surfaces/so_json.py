#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exported SharedObjects (--export-objects rtmpx,DIR): each client's copy is, in the end, what an independent reader
found (tests/session/README.md); in one pass, and in the second of two.

usage: so_json.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "session"))

from reader import compare_captures  # noqa: E402

from tshark import run_main  # noqa: E402

WAYS = {"one pass": (), "two passes": ("-2",)}


def connections(tshark, capture, arguments):
    """{number of the TCP connection: that of the RTMP connection}"""
    lines = tshark.run("-Y", "rtmpx.so.name", "-T", "fields", "-e", "tcp.stream", "-e", "rtmpx.connection", *arguments,
                       capture=capture).stdout.splitlines()
    return {int(stream): int(connection.split(",")[0]) for stream, connection in map(str.split, lines)}


def exported_objects(tshark, capture, arguments):
    """{(name, connection): copy}"""
    directory = tshark.writable("objects")
    for file in directory.iterdir():
        file.unlink()
    tshark.run("-q", *arguments, "--export-objects", f"rtmpx,{directory}", capture=capture)
    objects = [json.loads(file.read_text()) for file in directory.glob("*.json")]
    return {(found["name"], copy["connection"]): copy for found in objects for copy in found["copies"]}


def without_order(value):
    """Writers differ in whether an array with names is one: here it is an object."""
    if isinstance(value, list):
        return {str(index): without_order(item) for index, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: without_order(item) for key, item in value.items()}
    return value


def differences(copy, row):
    wanted = row["attributes"] if row["released_in"] is None else row["at_release"]
    states = ["released"] if row["released_in"] else ["in use", "connection ended"] if row["confirmed_in"] else ["use unanswered", "use refused"]
    found = [] if copy["attributes"].keys() == wanted.keys() else [
        f"attributes {sorted(copy['attributes'])} expected {sorted(wanted)}"]
    found += [f"{key} = {copy['attributes'].get(key)!r} expected {value!r}" for key, value in wanted.items()
              if without_order(copy["attributes"].get(key)) != without_order(value)]
    if copy["state"] not in states:
        found.append(f"state {copy['state']} expected {states}")
    # The other reader forgets that of a released copy. Versions are compared by so_table.py.
    if not row["released_in"] and copy["set_in"] != row["set_in"]:
        found.append(f"set_in {copy['set_in']} expected {row['set_in']}")
    return found


def compare(tshark, capture, rows, arguments):
    found = []
    numbers = connections(tshark, capture, arguments)
    for way, more in WAYS.items():
        copies = exported_objects(tshark, capture, (*arguments, *more))
        wanted = {(row["name"], numbers.get(row["stream"])): row for row in rows}
        found += [f"{way}: {key}: {'not written' if key in wanted else 'not expected: ' + copies[key]['state']}"
                  for key in wanted.keys() ^ copies.keys() if key in wanted or copies[key]["state"] != "use refused"]
        found += [f"{way}: {key}: {text}" for key in wanted.keys() & copies.keys()
                  for text in differences(copies[key], wanted[key])]
    return len(rows), found


def main():
    return compare_captures(__doc__.splitlines()[0], "so-state.jsonl", compare, "copies")


if __name__ == "__main__":
    run_main(main)
