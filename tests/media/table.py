#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of README.md: every codec id, FourCC and packet type with what proves it.

usage: table.py [--write [DIR...]]
Without --write the table is checked: each line of the name lists has a row, each row's vector and encoder stream are
there and say what the row says. With --write the table is made anew from tests/vectors/av.jsonl, streams.jsonl and the
captures of real programs (samples/, tests/captures/ and those of DIR); a row keeps a capture that is not there.
"""
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAMES = ROOT / "src" / "base" / "names"
README = HERE / "README.md"
BEGIN, END = "<!-- table -->", "<!-- end -->"
CAPTURES = (ROOT / "samples", ROOT / "tests" / "captures")

sys.path.insert(0, str(HERE.parent / "tools"))
import elementary  # noqa: E402
import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
import rtmp_writer  # noqa: E402
import streams  # noqa: E402


def entries(name):
    """[(value, text)] of a name list."""
    text = (NAMES / f"{name}.def").read_text()
    if name == "fourccs":
        found = re.findall(r"^FOURCC\('(.)', '(.)', '(.)', '(.)', \w+, (\w+)\)", text, re.M)
        return [("".join(row[:4]), row[4]) for row in found]
    return [(int(value, 0), label)
            for value, label in re.findall(r'^NAME\((\w+), \w+, "([^"]*)"', text, re.M)]


GROUPS = (  # title, name list, what a message's facts must hold
    ("Sound format", "sound_formats", "format"),
    ("Video codec id", "video_codecs", "codec_id"),
    ("FourCC", "fourccs", "fourcc"),
    ("Video frame type", "frame_types", "frame_type"),
    ("Video packet type", "video_packet_types", "video_type"),
    ("Audio packet type", "audio_packet_types", "audio_type"),
    ("Multitrack type", "multitrack_types", "layout"),
    ("ModEx type", "modex_types", "modex"),
    ("Video command", "video_commands", "command"),
    ("Channel order", "channel_orders", "order"),
)
CODECS = ("format", "codec_id", "fourcc")  # what an encoder decides; the other groups are the sender's


def _modex(body, at, packet_type, facts):
    while packet_type == 7:
        size, at = body[at] + 1, at + 1
        if size == 256:
            size, at = int.from_bytes(body[at:at + 2], "big") + 1, at + 2
        at += size
        facts["modex"].add(body[at] >> 4)
        packet_type, at = body[at] & 15, at + 1
    return at, packet_type


def facts_of(kind, body):
    """What a body holds of each group: read here, without the product's code."""
    facts = {key: set() for _, _, key in GROUPS}
    if not body:
        return facts
    if kind == "video":
        facts["frame_type"].add(body[0] >> 4 & 7)
    if not elementary.is_enhanced(kind, body):
        if kind == "audio":
            facts["format"].add(body[0] >> 4)
            if body[0] >> 4 == 10 and len(body) > 1:
                facts["audio_type"].add(body[1])
        else:
            facts["codec_id"].add(body[0] & 15)
            if body[0] >> 4 == 5 and len(body) == 2:
                facts["command"].add(body[1])
            elif body[0] & 15 == 7 and len(body) > 1:
                facts["video_type"].add(body[1])
        return facts
    if kind == "audio":
        facts["format"].add(9)
    types = facts["video_type" if kind == "video" else "audio_type"]
    types.add(body[0] & 15)
    at, packet_type = _modex(body, 1, body[0] & 15, facts)
    types.add(packet_type)
    if kind == "video" and body[0] >> 4 & 7 == 5 and packet_type != 4:
        facts["command"].add(body[at])
        return facts
    head = bytes([body[0] & 0xF0 | packet_type])
    if packet_type == elementary.MULTITRACK[kind]:
        facts["layout"].add(body[at] >> 4)
        types.add(body[at] & 15)
    elif kind == "video" and packet_type == 4:
        facts["fourcc"].add(body[at:at + 4].decode("latin-1"))
    for packet in elementary.packets(kind, head + body[at:]):
        facts["fourcc"].add(packet.fourcc.decode("latin-1"))
        if kind == "audio" and packet.type == 4:
            facts["order"].add(packet.data[0])
    return facts


def vectors():
    """{name: facts} of our own vectors."""
    found = {}
    for line in (ROOT / "tests" / "vectors" / "av.jsonl").read_text().splitlines():
        vector = json.loads(line)
        found[vector["name"]] = facts_of(vector["meaning"]["media"], bytes.fromhex(vector["hex"]))
    return found


def encoders():
    """{name: facts} of the streams of real encoders."""
    found = {}
    for line in (HERE / "streams.jsonl").read_text().splitlines():
        stream = json.loads(line)
        together = found.setdefault(stream["name"], {key: set() for _, _, key in GROUPS})
        for kind, body in streams.bodies_of(stream):
            for key, values in facts_of("video" if kind == rtmp_writer.VIDEO else "audio", body).items():
                together[key] |= values
    return found


def captures(directories):
    """{file stem: facts} of the captures, in order of the directories; third-party files left out."""
    found = {}
    for directory in directories:
        for file in sorted(directory.glob("*.pcap*")) if directory.is_dir() else []:
            if file.name.startswith(("chunk-forms", "noteroom", "public_", "rtmp", "cut_", "seg_gso", "d07", "d08")):
                continue
            together = found.setdefault(file.stem, {key: set() for _, _, key in GROUPS})
            for data in rtmp_reader.directions(pcap.read_segments(file)).values():
                for message in rtmp_reader.messages(data):
                    if message.type in (8, 9):
                        kind = "audio" if message.type == 8 else "video"
                        for key, values in facts_of(kind, message.body).items():
                            together[key] |= values
    return found


def proof(found, key, value):
    return next((name for name, facts in found.items() if value in facts[key]), "")


def rows_of(text):
    """{(kind, value): cells} of a table."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6:
            rows[(cells[0], cells[1])] = cells
    return rows


def table(old, more):
    """Lines of the table. A capture that is not here keeps its place in the row of the `old` table."""
    ours, coded, real = vectors(), encoders(), captures([*CAPTURES, *more])
    kept = rows_of(old)
    rows = ["| kind | value | name | vector | encoder's stream | capture |", "|---|---|---|---|---|---|"]
    for title, names, key in GROUPS:
        for value, text in entries(names):
            capture = proof(real, key, value) or kept.get((title, str(value)), [""])[-1]
            rows.append(f"| {title} | {value} | {text} | {proof(ours, key, value)} "
                        f"| {proof(coded, key, value) if key in CODECS else ''} | {capture} |")
    return rows


def check(text):
    """What is wrong with the committed table."""
    ours, coded = vectors(), encoders()
    rows = rows_of(text)
    wrong = []
    for title, names, key in GROUPS:
        for value, label in entries(names):
            row = rows.get((title, str(value)))
            if not row or row[2] != label:
                wrong.append(f"no row for {title} {value} ({label})")
            elif value not in ours.get(row[3], {key: ()})[key]:
                wrong.append(f"{title} {value}: vector '{row[3]}' does not prove it")
            elif row[4] and value not in coded.get(row[4], {key: ()})[key]:
                wrong.append(f"{title} {value}: stream '{row[4]}' does not prove it")
    return wrong


def main():
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    if sys.argv[1:2] == ["--write"]:
        README.write_text(before + BEGIN + "\n" + "\n".join(table(old, map(pathlib.Path, sys.argv[2:]))) + "\n" + END + after)
        return 0
    wrong = check(old)
    print("\n".join(wrong) or "every codec id, FourCC and packet type has its proof")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
