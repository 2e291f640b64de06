#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of the built-in dissector's filters (packaging/doc/built-in.md): it has each filter of this Wireshark's, those
of no other series but the marked ones, and each of ours that it names is a field or an expert item. On what we decode the
built-in's names find frames with ours, but those of the last section none; and the plugin registers no field of the built-in.

usage: built_in.py [--build DIR]
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("orders", "tools")]

from orders import Sharkd  # noqa: E402
from tshark import ROOT, run_check  # noqa: E402

TABLE = ROOT / "packaging" / "doc" / "built-in.md"
NAME = re.compile(r"`([a-z0-9_.]+\.[a-z0-9_.]+)[^`]*`(?: \(([\d.]+)\))?")
FILTER = re.compile(r"`(rtmpx\.[^`]+)`")
# What between them has most of the fields.
CAPTURES = [ROOT / path for path in (
    "samples/noteroom.pcap", "samples/chunk-forms.pcap", "samples/enh_pub_ffmpeg71_hevc_aac_nms4.pcapng",
    "samples/so-fluorine-srv_fluorine-cli_amf3.pcap", "samples/so-red5-srv_red5-cli_amf0.pcap",
    "samples/remoting_py3amf_amf0.pcapng", "tests/captures/defects/d12_aggregate.pcap",
    "tests/captures/defects/d09_amf3.pcap")]
# Filters on values: the built-in's, ours.
VALUES = [
    ("rtmpt", "rtmpx"), ("rtmp", "rtmpx"),
    ("rtmpt.header.typeid == 20", "rtmpx.type == 20"), ("rtmpt.header.timestamp > 100", "rtmpx.timestamp > 100"),
    ("rtmpt.audio.format == 10", "rtmpx.audio.format == 10"), ("rtmpt.video.type == 1", "rtmpx.video.frame_type == 1"),
    ("rtmpt.video.control == 0x17", "rtmpx.video.frame_type == 1 && rtmpx.video.codec_id == 7"),
    ("rtmpt.function.response < 40", "rtmpx.command.response_to < 40"),
    ("amf.string == \"live\"", "rtmpx.amf.string == \"live\""), ("amf.number == 1", "rtmpx.amf.number == 1"),
    ("amf.boolean == 1", "rtmpx.amf.boolean == 1"), ("amf.integer == 7", "rtmpx.amf.integer == 7"),
    ("amf.date > \"1990-01-01\"", "rtmpx.amf.date > \"1990-01-01\""),
    ("rtmpt.tag.ets == 0", "rtmpx.aggregate.tag.timestamp < 0x1000000"),
    ("amf.message.target_uri contains \"on\"", "rtmpx.remoting.target contains \"on\""),
]


def table():
    """{built-in filter: (series that it began in, or "", our filters, whether it is in the last section)}"""
    rows, last = {}, False
    for line in TABLE.read_text().splitlines():
        last |= line == "## Not found"
        cells = line.split("|")
        if len(cells) == 5:
            for name, since in NAME.findall(cells[1]):
                rows[name] = since, FILTER.findall(cells[2]), last
    return rows


def named_filters():
    """Ours that the document names anywhere."""
    return {name for name, _ in NAME.findall(TABLE.read_text()) if name.startswith("rtmpx.")} - {"rtmpx.chunk."}


def registered(tshark):
    with tshark.popen("tshark", "-G", "fields", stdout=subprocess.PIPE, text=True) as process:
        rows = [line.split("\t") for line in process.stdout]
    return {(row[2], row[3]) for row in rows if row[0] == "F"}


def number(series):
    return [int(part) for part in series.split(".")]


def names_against(fields, tshark):
    there = {name for name, (since, _, _) in table().items() if not since or number(since) <= number(tshark.series)}
    wireshark = {name for name in fields if name.startswith(("rtmpt.", "amf."))}
    return there, [f"the table lacks {name}" for name in sorted(wireshark - there)] + [
        f"Wireshark {tshark.series} has no {name}" for name in sorted(there - wireshark)] + [
        f"rtmpx has no {name}" for name in sorted(named_filters() - fields)]


class Captures:
    def __init__(self, tshark):
        self.sharkds = [Sharkd(tshark, capture) for capture in CAPTURES]

    def frames(self, text):
        """{(capture, frame)} that a filter finds"""
        return {(i, frame["num"]) for i, sharkd in enumerate(self.sharkds)
                for frame in sharkd.call("frames", filter=text)}

    def close(self):
        for sharkd in self.sharkds:
            sharkd.close()


def finds(captures, name, row):
    """What is wrong with the frames that a name of the built-in finds."""
    _, ours, last = row
    found = captures.frames(name)
    if last:
        return [f"{name} finds frames"] if found else []
    with_ours = captures.frames(" || ".join(ours))
    if not found and with_ours:
        return [f"{name} finds nothing, {' '.join(ours)} {len(with_ours)} frames"]
    return [f"{name} finds frames without {' '.join(ours)}"] if found - with_ours else []


def check(tshark, _):
    fields = registered(tshark)
    added = {field for field in fields - registered(tshark.without_plugin()) if not field[0].startswith("rtmpx.")}
    there, found = names_against({name for name, _ in fields}, tshark)
    found += [f"registered by the plugin: {name}" for name, _ in sorted(added)]
    captures = Captures(tshark)
    for name in sorted(there):
        found += finds(captures, name, table()[name])
    for name, ours in VALUES:
        if not captures.frames(name) or captures.frames(name) != captures.frames(ours):
            found.append(f"{name}: other frames than {ours}")
    captures.close()
    return found, f"{len(there)} filters of the built-in dissector"


if __name__ == "__main__":
    run_check(__doc__, check)
