#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare the facts of each SharedObject event with an independent reader's (README.md here): the attributes of the
copy after it, where and to what an attribute was set before, and the links between requests and their answers.

usage: so_facts.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
Default: so-events.jsonl here, captures from samples/ and tests/captures/.
"""
import collections
import datetime

from reader import compare_captures

import decoded
from tshark import run_main

# Field of the plugin, and the members of an expected row that say it.
LINKS = {"rtmpx.so.set_in": ("set_in",), "rtmpx.so.confirmed_in": ("confirmed_in", "removed_in"),
         "rtmpx.so.request_in": ("request_in", "removes_for"), "rtmpx.so.refused_in": ("refused_in",)}
COUNTED = (4, 5, 8, 9, 11)
STATUS = 7
TEXT_BYTES = 256


def _number(value):
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def value_text(value, inside=False):
    """A value as `rtmpx.so.previous` shows it, without its bound."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, str):
        return f'"{value}"' if inside else value
    if isinstance(value, list):
        return "[" + ", ".join(value_text(item, True) for item in value) + "]"
    if "__date__" in value:
        date = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=value["__date__"])
        return date.strftime("%Y-%m-%dT%H:%M:%S.") + f"{date.microsecond // 1000:03}Z"
    if "__xml__" in value:
        return value["__xml__"]
    name = value.get("__class__")
    members = ", ".join(f"{key}: {value_text(item, True)}" for key, item in value.items()
                        if not key.startswith("__"))
    return (f"{name} " if name else "") + "{" + members + "}"


def is_bounded(shown, whole):
    if len(whole.encode()) < TEXT_BYTES - 4:
        return shown == whole
    return shown.endswith("\u2026") and whole.startswith(shown[:-1]) and len(shown) > 50


def compare_previous(shown, row):
    if "old" not in row:
        return [] if shown is None else [f"previous {shown!r} expected none"]
    whole = value_text(row["old"])
    # What both readers call an array with names differs in whether it is one.
    same = shown is not None and (is_bounded(shown, whole) or
                                  is_bounded(shown.replace("[", "{").replace("]", "}"),
                                             whole.replace("[", "{").replace("]", "}")))
    return [] if same else [f"previous {shown!r} expected {whole!r}"]


def compare_item(item, row):
    found = []
    for field, members in LINKS.items():
        wanted = next((row[name] for name in members if name in row), None)
        if field == "rtmpx.so.request_in" and row["type"] == STATUS:
            wanted = row.get("refuses", row.get("named_refuses"))
        if item.number(field) != wanted:
            found.append(f"{field} {item.number(field)} expected {wanted}")
    return found + compare_previous(item.first("rtmpx.so.previous"), row)


def compare_event(event, rows):
    found = []
    wanted = rows[-1]["count"] if rows[0]["type"] in COUNTED else None
    count = event.number("rtmpx.so.attribute_count")
    if count != wanted:
        found.append(f"attribute_count {count} expected {wanted}")
    items = event.all("rtmpx.so.key") or [event]
    if len(items) != len(rows):
        return found + [f"{len(items)} attributes, expected {len(rows)}"]
    for item, row in zip(items, rows):
        found += compare_item(item, row)
    return found


def note_named_refusals(rows):
    """A change that names what is refused has the link in the rows; the plugin shows it with the status behind it."""
    named = collections.defaultdict(list)
    for row in rows:
        if row["type"] == 4 and "refuses" in row:
            named[row["n"]].append(row["refuses"])
        elif row["type"] == STATUS and "refuses" not in row and named[row["n"]]:
            row["named_refuses"] = named[row["n"]].pop(0)


def compare_capture(tshark, capture, rows, arguments):
    """(expected rows, texts of differences)"""
    wanted = collections.defaultdict(list)
    for row in rows:
        key = (row["frame"], row["n"], row["event"])
        wanted[key].append(row)
    by_frame = collections.defaultdict(list)
    note_named_refusals(rows)
    for (frame, _, _), event_rows in wanted.items():
        by_frame[frame].append(event_rows)
    found = []
    for frame in decoded.frames(tshark, capture, "-2", *arguments):
        expected = by_frame.pop(frame.number, [])
        events = frame.all("rtmpx.so.event")
        if len(events) != len(expected):
            found.append(f"frame {frame.number}: {len(events)} events, expected {len(expected)}")
        for event, event_rows in zip(events, expected):
            found += [f"frame {frame.number}: event {event_rows[0]['type']} {event_rows[0].get('key')}: {text}"
                      for text in compare_event(event, event_rows)]
    return len(rows), found + [f"frame {number}: not there" for number in by_frame]


def main():
    return compare_captures(__doc__.splitlines()[0], "so-events.jsonl", compare_capture, "events")


if __name__ == "__main__":
    run_main(main)
