#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of SharedObjects (-z rtmpx,so) counts of each client's copy what an independent reader found of its events
(tests/session/README.md).

usage: so_table.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import collections
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "session"))

from reader import compare_captures  # noqa: E402

from tshark import run_main  # noqa: E402

COLUMNS = ("name", "client", "version", "attributes", "writes", "refused", "unanswered", "median", "state", "values")
REQUESTS, STATE_EVENTS = (3, 10), (4, 5, 8, 9, 11)
# What answers a request to set and a request to remove.
ANSWERS = ("confirmed_in", "removed_in")


def table(tshark, capture, arguments):
    """{(name, client): row}"""
    lines = tshark.run("-q", "-z", "rtmpx,so", *arguments, capture=capture).stdout.splitlines()
    rows = [dict(zip(COLUMNS, (cell.strip() for cell in line.split("|", len(COLUMNS) - 1)))) for line in lines
            if line.count("|") >= len(COLUMNS) - 1 and not line.startswith("Object")]
    return {(row["name"], row["client"]): row for row in rows}


def clients_and_times(tshark, capture, arguments):
    """{TCP connection: its client's address}, {frame: ms}"""
    fields = ("tcp.stream", "ip.src", "tcp.srcport", "rtmpx.direction", "ip.dst", "tcp.dstport", "frame.number",
              "frame.time_epoch")
    lines = tshark.run("-Y", "rtmpx.so.name", "-T", "fields", *(x for field in fields for x in ("-e", field)), *arguments,
                       capture=capture).stdout.splitlines()
    clients, times = {}, {}
    for stream, source, source_port, direction, target, target_port, frame, time in map(str.split, lines):
        from_client = direction.startswith("0")
        clients[int(stream)] = f"{source}:{source_port}" if from_client else f"{target}:{target_port}"
        times[int(frame)] = float(time) * 1000
    return clients, times


def wanted_row(rows, times):
    """What the rows of one copy say; of a released one what it was."""
    asked = [row for row in rows if row["dir"] == "c2s" and row["type"] in REQUESTS]
    answers = [next((row[name] for name in ANSWERS if name in row), None) for row in asked]
    refused = sum("refused_in" in row for row in asked)
    taken = [times[answer] - times[row["frame"]] for row, answer in zip(asked, answers) if answer]
    versions = [row["version"] for row in rows if row["dir"] == "s2c" and row["type"] in STATE_EVENTS]
    counts = [row["count"] for row in rows if row["type"] in STATE_EVENTS and row.get("count") is not None]
    return {"writes": len(asked), "refused": refused, "unanswered": len(asked) - refused - len(taken),
            "version": versions[-1] if versions else 0, "attributes": counts[-1] if counts else 0,
            "median": statistics.median(taken) if taken else None}


def differences(row, wanted):
    found = [f"{column} {row[column]} expected {value}" for column, value in wanted.items()
             if column != "median" and int(row[column]) != value]
    seen = float(row["median"]) if row["median"] else None
    if (seen is None) != (wanted["median"] is None) or (seen is not None and abs(seen - wanted["median"]) > 0.002):
        found.append(f"median {seen} expected {wanted['median']}")
    return found


def compare(tshark, capture, events, arguments):
    rows = table(tshark, capture, arguments)
    clients, times = clients_and_times(tshark, capture, arguments)
    copies = collections.defaultdict(list)
    for event in events:
        copies[event["name"], clients.get(event["stream"])].append(event)
    found = [f"{key}: {'no row' if key in copies else 'not expected'}" for key in rows.keys() ^ copies.keys()]
    for key in rows.keys() & copies.keys():
        found += [f"{key}: {text}" for text in differences(rows[key], wanted_row(copies[key], times))]
    return len(copies), found


def main():
    return compare_captures(__doc__.splitlines()[0], "so-events.jsonl", compare, "copies")


if __name__ == "__main__":
    run_main(main)
