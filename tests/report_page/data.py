#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The data of report pages (-z rtmpx,report): they follow report.schema.json, say the same in one pass and in two, count
the messages that the rows of messages have; calls of Flash Remoting have the replies that those rows have; the filter of
each finding shows its frame. Without names this is asked of all captures of the project and of those that the test of
filters makes, in which every finding of findings.def must occur, and of hostile names; else of one more that is made, with
Flash Remoting of all sorts (tests/transports/remoting.py). An unwritable path is an error before the capture is read, and
leaves nothing behind.

usage: data.py [--build DIR] [--captures DIR...] [NAME...]
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("filters", "session", "tools", "expected", "transports"):
    sys.path.insert(0, str(HERE.parent / folder))

import hostile  # noqa: E402
import made  # noqa: E402
import media_experts  # noqa: E402
import pcap  # noqa: E402
import remoting  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from compare import CAPTURES, find_captures  # noqa: E402
from page import data_of, form_differs, jsonschema, report  # noqa: E402
from rtmp_writer import CLIENT, SERVER  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

# What the made capture raises.
REMOTING = {f"rtmpx.remoting.{name}" for name in (
    "error_status", "no_answer", "second_answer", "length_mismatch", "trailing")} | {"rtmpx.malformed"}
# Sequences with which a text could end the script element of the data, or begin a comment in it.
DANGEROUS = ("<", ">", "&", "\u2028", "\u2029")


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
    name = "-".join(capture.parts[-2:]) + ".html"
    page = report(tshark, capture, *arguments, name=name)
    text = data_of(page)
    data = json.loads(text)
    found = [f"{c!r} in the data" for c in DANGEROUS if c in text] + form_differs(data)
    two = data_of(report(tshark, capture, "-2", *arguments, name=name))
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
    (directory / "link").symlink_to("/dev/null")
    for path in (directory / "none" / "x.html", directory / "folder", directory / "link", pathlib.Path("")):
        text = str(path) if path.name else ""
        said = tshark.run("-q", "-z", f"rtmpx,report,{text}", capture=capture, check=False)
        if said.returncode != 1 or not said.stderr.strip() or said.stdout:
            found.append(f"{text!r}: ended with {said.returncode}: {said.stdout}{said.stderr}")
    directory.chmod(0o555)
    said = tshark.run("-q", "-z", f"rtmpx,report,{kept}", capture=capture, check=False)
    directory.chmod(0o755)
    if said.returncode != 1 or kept.read_text() != "kept":
        found.append(f"read-only folder: ended with {said.returncode}: {said.stderr}")
    kept.chmod(0o444)
    said = tshark.run("-q", "-z", f"rtmpx,report,{kept}", capture=capture, check=False)
    if said.returncode != 1 or kept.read_text() != "kept":
        found.append(f"read-only file: ended with {said.returncode}: {said.stderr}")
    left = sorted(file.name for file in directory.iterdir())
    return found + ([f"left behind: {left}"] if left != ["folder", "kept.html", "link"] else [])


def pages_differ(tshark, capture):
    """FILE -: the same page on the standard output."""
    out = tshark.run("-q", "-z", "rtmpx,report,-", capture=capture).stdout
    return [] if out == report(tshark, capture) else ["another page on the standard output"]


def times_differ(tshark):
    """Times that run backwards, and such as no clock has: the data keep their form."""
    found = []
    capture = tshark.directory / "times.pcapng"
    segments = unlike_others()
    for name, microseconds in (("backwards", lambda i: 10**15 - i * 10**6), ("beyond all", lambda i: 2**63 - 1 - i)):
        pcap.write_pcapng(capture, [one.replace(time=microseconds(i) * 1000) for i, one in enumerate(segments)])
        capture.chmod(0o644)
        data = json.loads(data_of(report(tshark, capture)))
        found += [f"{name}: {text}" for text in form_differs(data)]
        if data["file"]["duration"] < 0:
            found.append(f"{name}: {data['file']}")
    return found


def titles():
    """Of every finding that there is, its title."""
    text = (ROOT / "src/export/report/findings.def").read_text()
    rows = re.findall(r"^FINDING\((.*?)\)$", text, re.M | re.S)
    return {re.findall(r'"([^"]*)"', row)[2] for row in rows}


def with_keys(tshark, path):
    """What tshark needs to decrypt a capture whose keys lie beside it."""
    keys = [file for file in (path.with_suffix(".keys"), path.parent / "rtmps.keys") if file.exists()]
    return ("-o", f"tls.keylog_file:{tshark.readable(keys[0])}") if keys else ()


def shipped(tshark, directories):
    """[(name, capture, arguments)] of captures as files."""
    return [(name, path, with_keys(tshark, path)) for name, path in find_captures(directories).items()]


def unlike_others():
    """Segments that raise the findings which no other capture has: a stream that is silent before its end, a client that is
    refused and does not authenticate itself."""
    silent = media_experts.Publisher(0)
    silent.configure().play(0, 2000)
    silent.at(9000).message(CLIENT, rtmp.command("deleteStream", 6, None, 1.0))
    refused = rtmp.Connection(("10.4.0.1", 50000), start=2 * 10**18).open().shake()
    refused.message(CLIENT, rtmp.command("connect", 1, {"app": "live", "tcUrl": "rtmp://h/live"}))
    refused.message(SERVER, rtmp.command("_error", 1, None, {
        "level": "error", "code": "NetConnection.Connect.Rejected",
        "description": "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : "}))
    return silent.segments + refused.close().segments


def written(tshark):
    """The same of those that are made."""
    capture, others = tshark.directory / "hostile.pcap", tshark.directory / "unlike_others.pcap"
    hostile.write(capture)
    pcap.write_segments(others, unlike_others())
    others.chmod(0o644)
    made_for_filters = [(path.stem, path, [word for item in preferences.items() for word in ("-o", "{}:{}".format(*item))])
                        for path, preferences in made.captures(tshark.directory) if tshark.directory in path.parents]
    return [*made_for_filters, ("hostile", capture, ()), ("unlike_others", others, ())]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    failed, findings, raised = 0, 0, set()
    with Tshark(options.build) as tshark:
        everything = not options.captures and not options.names
        below = (CAPTURES[1] / name for name in ("defects", "field", "remoting"))
        captures = shipped(tshark, options.captures or (*CAPTURES, *below)) + (written(tshark) if everything else [])
        if options.names:
            named = {name: (name, path, arguments) for name, path, arguments in captures}
            captures = [named[name] for name in options.names]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            compared = list(pool.map(lambda one: compare(tshark, *one[1:]), captures))
        for (name, _, _), (data, found) in zip(captures, compared):
            findings += len(data["findings"]["sev"])
            raised.update(data["findings"]["title"])
            failed += bool(found)
            for text in found[:5]:
                print(f"{name}: {text}")
        found = made_differs(tshark) + refusals_differ(tshark, captures[0][1]) + pages_differ(tshark, captures[0][1])
        found += times_differ(tshark)
        found += [f"no capture has the finding: {title}" for title in sorted(titles() - raised) if everything]
        print("\n".join(found), end="\n" if found else "")
    print(f"{len(captures)} reports, {findings} findings, {failed} differ"
          f"{'' if jsonschema else '; without python3-jsonschema the schema is not checked'}")
    return bool(failed or found or not findings)


if __name__ == "__main__":
    run_main(main)
