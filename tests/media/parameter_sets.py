#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Parameter sets shown by Wireshark's own dissectors: their fields are there, and nothing else follows.

usage: parameter_sets.py [--build DIR]
The sets of streams.jsonl, good ones and ones with bytes changed, inserted and taken out, each in a message of
its own. Every message must stay visible, the columns must stay ours, and no exception may reach the frame as
Wireshark's malformed packet or bug, whatever those dissectors think of the bytes. Without the preference, none
of their fields is there."""
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import elementary  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import run_check  # noqa: E402

CHANGED = 600
ON = ("-o", "rtmpx.parameter_sets:TRUE")
FIELDS = {"avc1": "h264.profile_idc", "hvc1": "h265.general_level_idc"}


def parameter_sets():
    """[(FourCC, header bytes, NAL unit)]"""
    found = []
    for line in (HERE / "streams.jsonl").read_text().splitlines():
        stream = json.loads(line)
        if stream["fourcc"] in FIELDS:
            units = elementary.avc_units if stream["fourcc"] == "avc1" else elementary.hevc_units
            found += [(stream["fourcc"], 1 if stream["fourcc"] == "avc1" else 2, unit)
                      for unit in units(bytes.fromhex(stream["record"])) if len(unit) < 300]
    return found


def changed(noise, header, unit):
    unit = bytearray(unit)
    for _ in range(noise.choice((1, 1, 2, 5, 20))):
        at, kind = noise.randrange(header, len(unit)), noise.randrange(4)
        if kind == 0:
            unit[at] ^= 1 << noise.randrange(8)
        elif kind == 1:
            unit[at] = noise.choice((0, 255, noise.randrange(256)))
        elif kind == 2 and len(unit) > header + 4:
            del unit[at:at + noise.randrange(1, 4)]
        else:
            unit[at:at] = bytes(noise.choice((0, 255)) for _ in range(noise.randrange(1, 9)))
    return bytes(unit)


def write(path, sets):
    connection = rtmp.Connection(mss=30000).open().shake()
    for fourcc, _, unit in sets:
        body = b"\x91" + fourcc.encode() + b"\0\0\0" + len(unit).to_bytes(4, "big") + unit
        connection.message(rtmp.CLIENT, rtmp.Message(rtmp.VIDEO, body, csid=6, stream_id=1))
    pcap.write_segments(path, connection.segments)


def lines(tshark, path, *arguments):
    return tshark.run(*arguments, capture=path).stdout.splitlines()


def check(tshark, directory):
    good = parameter_sets()
    noise, found = random.Random(5), []
    bad = [(fourcc, header, changed(noise, header, unit))
           for fourcc, header, unit in noise.choices(good, k=CHANGED)]
    for name, sets in (("good", good), ("bad", bad)):
        path = directory / f"{name}.pcap"
        write(path, sets)
        shown = lines(tshark, path, *ON, "-V")
        messages = sum(line.strip().startswith("NAL unit,") for line in shown)
        if messages != len(sets):
            found.append(f"{name}: {len(sets)} sets sent, {messages} shown")
        found += [f"{name}: {line.strip()}" for line in shown
                  if "Malformed Packet" in line or "Dissector bug" in line]
        columns = lines(tshark, path, *ON, "-Y", "h264 or h265", "-T", "fields", "-e", "_ws.col.Protocol")
        if set(columns) != {"RTMP"}:
            found.append(f"{name}: protocol column {set(columns)}")
    for fourcc, field in FIELDS.items():
        if not lines(tshark, directory / "good.pcap", *ON, "-Y", field, "-T", "fields", "-e", field):
            found.append(f"{field} is not there")
        if lines(tshark, directory / "good.pcap", "-Y", field):
            found.append(f"{field} is there without the preference")
    return found


def everything(tshark, directory):
    good = f"{len(parameter_sets())} good and {CHANGED} bad parameter sets as they should be"
    return check(tshark, directory), good


if __name__ == "__main__":
    run_check(__doc__, everything)
