#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark's profile RTMP: tshark reads it without a complaint, each of its columns has a value in some frame, each
of its colour rules colours one, and each filter of its buttons, macros, graphs and plots finds one.

usage: profile.py [--build DIR]
"""
import csv
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("orders", "tools")]

from orders import Sharkd  # noqa: E402
from tshark import ROOT, run_check  # noqa: E402

PROFILE = ROOT / "packaging" / "profile" / "RTMP"
CAPTURES = [ROOT / path for path in ("samples/noteroom.pcap", "tests/captures/defects/d07_lost_segment.pcap",
                                     "samples/remoting_py3amf_amf0.pcapng")]
# What the macros' arguments are: something that noteroom.pcap has.
ARGUMENTS = {"rtmp_attribute": ["note_1"], "rtmp_call": ["publish"], "rtmp_property": ["2.width", "640"],
             "rtmp_stream": ["0"]}


def rows(name):
    text = re.sub(r"\\x22", '""', (PROFILE / name).read_text())
    return list(csv.reader(line for line in text.splitlines() if line and line[0] != "#"))


def macros():
    """{name: its text with the arguments put in}"""
    texts = {}
    for name, text in rows("dfilter_macros"):
        for number, argument in enumerate(ARGUMENTS[name], 1):
            text = text.replace(f"${number}", argument)
        texts[name] = text
    return texts


def filters():
    """{what: its filter} of buttons and macros, and of graphs and plots, which need their field as well"""
    drawn = [*(row[1:3] + [row[6]] for row in rows("io_graphs")), *(row[2:4] + [row[6]] for row in rows("plots"))]
    return {**{f"button {row[1]}": row[2] for row in rows("dfilter_buttons")},
            **{f"macro {name}": text for name, text in macros().items()},
            **{f"graph {name}": f"({text}) && {field or 'frame'}" for name, text, field in drawn}}


def colours():
    return [line.split("@")[1] for line in (PROFILE / "colorfilters").read_text().splitlines() if line[0] == "@"]


def install(tshark):
    """Where tshark finds the profile, and where 4.4 writes the macros in its own form."""
    directory = pathlib.Path(tshark.environment["HOME"])
    for name in (".config", "wireshark", "profiles", "RTMP"):
        directory = tshark.writable(directory / name)
    for file in PROFILE.iterdir():
        tshark.give(shutil.copyfile(file, directory / file.name))


def uncoloured(tshark):
    """The colour rules of ours that colour no frame, and what tshark complains of."""
    seen, complaints = set(), set()
    for capture in CAPTURES:
        result = tshark.run("-C", "RTMP", "--color", "-T", "fields", "-e", "frame.coloring_rule.name", capture=capture)
        seen |= set(result.stdout.split("\n"))
        complaints |= {line for line in result.stderr.splitlines() if line and "dangerous" not in line}
    return [f"colour rule {name}: no frame" for name in colours()
            if name.startswith("RTMP") and name not in seen] + sorted(complaints)


def column_fields():
    """The fields that columns show."""
    return re.findall(r'%Cus:([^:"]+)', (PROFILE / "preferences").read_text())


def check(tshark, _):
    install(tshark)
    found = uncoloured(tshark)
    sharkds = [Sharkd(tshark, capture) for capture in CAPTURES]
    wanted = {**filters(), **{f"column {field}": field for field in column_fields()}}
    for what, text in wanted.items():
        if not any(sharkd.call("frames", filter=text) for sharkd in sharkds):
            found.append(f"{what}: {text} finds nothing")
    for sharkd in sharkds:
        sharkd.close()
    return found, f"{len(wanted)} filters and {len(colours())} colour rules"


if __name__ == "__main__":
    run_check(__doc__, check)
