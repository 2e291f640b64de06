#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The data of report pages (-z rtmpx,report): they follow report.schema.json, say the same in one pass and in two, count
the messages that the rows of messages have; calls of Flash Remoting have the replies that those rows have; the filter of
each finding shows its frame. One more capture is made, with Flash Remoting of all sorts (tests/transports/remoting.py). An
unwritable path is an error before the capture is read, and leaves nothing behind.

usage: data.py [--build DIR] [--captures DIR...] [NAME...]
"""
import argparse
import collections
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("tools", "expected", "transports"):
    sys.path.insert(0, str(HERE.parent / folder))

import pcap  # noqa: E402
import remoting  # noqa: E402
from compare import CAPTURES, find_captures  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((HERE / "report.schema.json").read_text())
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)
# What the made capture raises.
REMOTING = {f"rtmpx.remoting.{name}" for name in (
    "error_status", "no_answer", "second_answer", "length_mismatch", "trailing")} | {"rtmpx.malformed"}
# Sequences with which a text could end the script element of the data, or begin a comment in it.
DANGEROUS = ("<", ">", "&", "\u2028", "\u2029")


def report(tshark, capture, *arguments, name="page.html"):
    """The page of a capture as text; fails if tshark does."""
    path = tshark.writable("pages") / name
    said = tshark.run("-q", *arguments, "-z", f"rtmpx,report,{path}", capture=capture)
    assert said.stdout == f"RTMP report: {path}\n", said.stdout
    return path.read_text(encoding="utf-8")


def data_of(page):
    return DATA.search(page).group(1)


def lengths_differ(value, path="$"):
    """Tables, objects of nothing but arrays, whose columns differ in length."""
    if isinstance(value, list):
        return [text for i, item in enumerate(value) for text in lengths_differ(item, f"{path}[{i}]")]
    if not isinstance(value, dict):
        return []
    found = [text for key, item in value.items() for text in lengths_differ(item, f"{path}.{key}")]
    columns = {key: len(item) for key, item in value.items() if isinstance(item, list)}
    if path.rsplit(".", 1)[-1] in ("findings", "calls", "e", "pings", "keys", "series") and len(set(columns.values())) > 1:
        found.append(f"{path}: columns of different lengths: {columns}")
    return found


def filters_differ(tshark, capture, arguments, data):
    """Findings whose filter does not show their frame."""
    findings = data["findings"]
    wanted = [(f"({text}) && frame.number == {frame}", text, frame)
              for text, frame in zip(findings["filter"], findings["frame"])]
    found = []
    for at in range(0, len(wanted), 20):
        part = wanted[at:at + 20]
        output = tshark.run("-2", "-q", *arguments, "-z", "io,stat,0," + ",".join(f for f, _, _ in part),
                            capture=capture).stdout
        row = re.search(r"<>[^|]*\|(.*)", output).group(1)
        counts = [int(cell) for cell in row.split("|") if cell.strip()][::2]
        found += [f"finding: {text} does not show frame {frame}" for (_, text, frame), n in zip(part, counts) if n != 1]
    return found


def remoting_differs(data, rows):
    """Calls of Flash Remoting: each with the reply that the rows of messages link to it."""
    calls = data["calls"]
    mine = [i for i, connection in enumerate(calls["c"]) if connection is None]
    found = []
    frames = collections.Counter((calls["f"][i], calls["dir"][i]) for i in mine)
    if frames != collections.Counter((row["frame"], row["direction"]) for row in rows):
        found.append(f"{len(mine)} messages of Flash Remoting, {len(rows)} rows")
    times = {(row["response_to"], row["frame"]): int(row["response_time"] * 1000 + 1e-6) for row in rows
             if row.get("response_to") and row["command"] != "onDebugEvents"}
    answered = {(calls["f"][i], calls["rf"][i]): calls["rt"][i] for i in mine if calls["rt"][i] is not None}
    if answered != times:
        found.append(f"answered calls {answered}, rows have {times}")
    failed = sum(calls["error"][i] for i in mine if calls["dir"][i])
    listed = sum(count for what, count in zip(data["findings"]["what"], data["findings"]["count"])
                 if what == "rtmpx.remoting.error_status")
    if failed != listed or failed < sum(bool(row.get("status_code")) for row in rows):
        found.append(f"{failed} errors of Flash Remoting, {listed} in findings")
    if sum(sum(http["messages"]) for http in data["http"]) != len(mine) + data["left_out"].get("commands", 0):
        found.append(f"connections of HTTP have other than {len(mine)} messages")
    return found


def compare(tshark, capture, arguments):
    page = report(tshark, capture, *arguments)
    text = data_of(page)
    data = json.loads(text)
    found = [f"{c!r} in the data" for c in DANGEROUS if c in text] + lengths_differ(data)
    if jsonschema:
        errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(data)
        found += [f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message[:120]}" for error in errors]
    two = data_of(report(tshark, capture, "-2", *arguments))
    if json.loads(two) != data:
        found.append("another report in two passes")
    columns = "rtmpx,messages,json+command+response_to+response_time+status_code"
    rows = tshark.run("-q", *arguments, "-z", columns, capture=capture).stdout.splitlines()
    rows = list(map(json.loads, rows))
    counted = collections.Counter((row["connection"], row["direction"]) for row in rows if row["kind"] != "remoting")
    found += remoting_differs(data, [row for row in rows if row["kind"] == "remoting"])
    seen = {(c["number"], side): n for c in data["connections"] for side, n in enumerate(c["messages"]) if n}
    if seen != dict(counted):
        found.append(f"messages {seen}, rows have {dict(counted)}")
    return data, found + filters_differ(tshark, capture, arguments, data)


def made_differs(tshark):
    """Flash Remoting of all sorts: every finding that there is of it."""
    capture = tshark.directory / "remoting.pcap"
    pcap.write_segments(capture, remoting.written()[0])
    capture.chmod(0o644)
    data, found = compare(tshark, capture, ())
    missing = REMOTING - set(data["findings"]["what"])
    return found + ([f"no finding {sorted(missing)}"] if missing else [])


def refusals_differ(tshark, capture):
    """What cannot be written is refused, with one line and without a trace."""
    found = []
    directory = tshark.writable("refused")
    kept = directory / "kept.html"
    kept.write_text("kept")
    (directory / "folder").mkdir()
    for path in (directory / "none" / "x.html", directory / "folder", pathlib.Path("")):
        text = str(path) if path.name else ""
        said = tshark.run("-q", "-z", f"rtmpx,report,{text}", capture=capture, check=False)
        if said.returncode != 1 or not said.stderr.strip() or said.stdout:
            found.append(f"{text!r}: ended with {said.returncode}: {said.stdout}{said.stderr}")
    directory.chmod(0o555)
    said = tshark.run("-q", "-z", f"rtmpx,report,{kept}", capture=capture, check=False)
    directory.chmod(0o755)
    if said.returncode != 1 or kept.read_text() != "kept":
        found.append(f"read-only folder: ended with {said.returncode}: {said.stderr}")
    left = sorted(file.name for file in directory.iterdir())
    return found + ([f"left behind: {left}"] if left != ["folder", "kept.html"] else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    captures = find_captures(options.captures or (*CAPTURES, CAPTURES[1] / "remoting"))
    failed, findings = 0, 0
    with Tshark(options.build) as tshark:
        for name in options.names or captures:
            data, found = compare(tshark, captures[name], ())
            findings += len(data["findings"]["sev"])
            failed += bool(found)
            for text in found[:5]:
                print(f"{name}: {text}")
        found = made_differs(tshark) + refusals_differ(tshark, captures[next(iter(options.names or captures))])
        print("\n".join(found), end="\n" if found else "")
    print(f"{len(options.names or captures)} reports, {findings} findings, {failed} differ"
          f"{'' if jsonschema else '; without python3-jsonschema the schema is not checked'}")
    return bool(failed or found or not findings)


if __name__ == "__main__":
    run_main(main)
