#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of findings (-z rtmpx,findings): one for each expert item of ours that PDML shows, with its values, in its order;
the same in csv and json; what cannot be done is refused.

usage: findings.py [--build DIR]
"""
import csv
import io
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import run_check  # noqa: E402

CAPTURES = ["samples/noteroom.pcap", "samples/so-red5-srv_red5-cli_amf0.pcap",
            "tests/captures/so-red5-srv_red5-cli_amf0-valuebreaks.pcap", "tests/captures/fail_play_denied.pcapng",
            "tests/captures/defects/d07_lost_segment.pcap", "tests/captures/field/nb_s12.pcapng",
            "tests/captures/cap_nanosecond_pcap_pub_ffmpeg51.pcap", "samples/remoting_py3amf_amf0.pcapng"]
SEVERITIES = {0x200000: "Chat", 0x400000: "Note", 0x600000: "Warning", 0x800000: "Error"}


def first(packet, name):
    found = packet.find(f".//field[@name='{name}']")
    return None if found is None else found.get("show")


def expected_rows(tshark, capture):
    """Of each frame the expert items of ours, from its tree."""
    pdml = tshark.run("-T", "pdml", "-Y", "rtmpx or rtmpx.remoting", capture=capture).stdout
    rows = []
    for packet in ElementTree.fromstring(pdml.encode("utf-8", "replace")).iter("packet"):
        ip = "ip" if first(packet, "ip.src") else "ipv6"
        for item in packet.iterfind(".//field[@name='_ws.expert']"):
            names = [field.get("name") for field in item]
            if not names[0].startswith("rtmpx."):
                continue
            rows.append({
                "frame": first(packet, "frame.number"), "time": first(packet, "frame.time_epoch"),
                "source": first(packet, f"{ip}.src"), "source_port": first(packet, "tcp.srcport"),
                "destination": first(packet, f"{ip}.dst"), "destination_port": first(packet, "tcp.dstport"),
                "severity": SEVERITIES[int(first(item, "_ws.expert.severity"), 0)],
                "name": names[0], "message": first(item, "_ws.expert.message")})
    return rows


def differences(tshark, capture):
    def run(argument):
        return tshark.run("-q", "-z", f"rtmpx,findings,{argument}", capture=capture).stdout

    rows = [json.loads(line, parse_float=str, parse_int=str) for line in run("json").splitlines()]
    if list(csv.DictReader(io.StringIO(run("csv"), newline=""))) != rows:
        return 0, ["csv and json differ"]
    expected = expected_rows(tshark, capture)
    # The order within a frame is that in which they were raised, in a tree that of the items.
    order = lambda row: (int(row["frame"]), row["name"], row["message"])  # noqa: E731
    without_group = [{key: value for key, value in row.items() if key != "group"} for row in rows]
    wrong = [f"row {found}, expected {row}"
             for found, row in zip(sorted(without_group, key=order), sorted(expected, key=order)) if found != row]
    if len(rows) != len(expected):
        wrong.append(f"{len(rows)} rows, {len(expected)} expert items")
    return len(rows), wrong


def refusals(tshark, capture):
    for argument, word in (("xml", "xml"), ("csv,/nowhere/rows.csv", "/nowhere/rows.csv"),
                           ("csv,-,nonsense ==", "nonsense")):
        run = tshark.run("-q", "-z", f"rtmpx,findings,{argument}", capture=capture, check=False)
        if run.returncode == 0 or word not in run.stderr or run.stdout:
            yield f"{argument}: status {run.returncode}, {run.stderr[:80]!r}, {run.stdout[:80]!r}"


def check(tshark, _):
    found, total = list(refusals(tshark, ROOT / CAPTURES[0])), 0
    for name in CAPTURES:
        count, wrong = differences(tshark, ROOT / name)
        total += count
        found += [f"{name}: {text}" for text in wrong[:5]]
    if not total:
        found.append("no finding in any capture")
    return found, f"{total} findings of {len(CAPTURES)} captures"


run_check(__doc__, check)
