#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No row of the tables of streams and of SharedObjects (-z rtmpx,streams and -z rtmpx,so) is wider than 200 columns of a
terminal, in any capture of ours, whatever names and numbers are in it, and the bars behind their cells are in the same
columns. Names are cut between characters; what stands for a secret (rtmpx.mask_secrets) is whole.

usage: widths.py [--build DIR]
"""
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("tools", "expected"):
    sys.path.insert(0, str(HERE.parent / folder))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from compare import CAPTURES, find_captures  # noqa: E402
from rtmp_writer import CLIENT, SERVER  # noqa: E402
from tshark import run_check  # noqa: E402

WIDEST = 200
TABLES = {"streams": ("-z", "rtmpx,streams"), "objects": ("-z", "rtmpx,so")}
HEADINGS = ("Stream |", "Object  ")
MASK = ("-o", "rtmpx.mask_secrets:TRUE")
LONG = 65535  # bytes of a name in AMF0
NAMES = {
    "64 KB": "n" * LONG, "wide": "漢" * (LONG // 3), "wide and narrow": "a漢" * 40, "accents": "e\u0301" * (LONG // 3),
    "many accents": "e" + "\u0301" * 100, "emoji": "\U0001F600" * (LONG // 4), "controls": "\0\x1b[2J\n\t" * 100,
    "invisible": "\u202e\u200b" * 100, "bars": "a|b", "only bars": "|" * 100, "just fits": "s" * 16, "one more": "s" * 17, "ends differ": "camera/" + "x" * 40 + "/7",
    "secret": "cam?key=s3cret", "secret behind": "a-long-name-of-a-camera?key=s3cret&expires=1234567",
    "secret before": "?key=s3cret&vhost=a-long-name-of-a-host", "secrets": "漢字?" + "&".join(f"k{n}=s3cret{n}" for n in range(9)),
}
WORD = re.compile(r"masked-(?![0-9a-f]{6}(?![0-9a-f]))")


def write_hostile(path):
    """Each name of an application, a stream and a SharedObject, with values; numbers of many digits."""
    segments = []
    for number, name in enumerate(NAMES.values()):
        client = ("2001:db8:1234:5678:9abc:def0:1234:5678", 40000 + number)
        link = rtmp.Connection(client=client, server=("2001:db8::1", 1935)).open().shake()
        link.message(CLIENT, rtmp.command("connect", 1, {"app": name}), rtmp.command("publish", 2, None, name, "live", stream_id=1))
        # Ever later key frames, of 60 kB in the same millisecond, of several codecs; the last are days later.
        video = [rtmp.Message(rtmp.VIDEO, bytes([0x10 | codec]) + bytes(60000), csid=4, stream_id=1, timestamp=time)
                 for codec, time in ((2, 0), (4, 0), (7, 1), (12, 1), (2, 2**31 - 1), (2, 2**31))]
        audio = [rtmp.Message(rtmp.AUDIO, bytes([codec << 4 | 0xF]) + bytes(60000), csid=5, stream_id=1, timestamp=time)
                 for time, codec in enumerate((1, 2, 7, 8, 11, 15))]
        link.message(CLIENT, *video, *audio)
        values = rtmp.so_pairs({name: name, "a": name})
        link.message(CLIENT, rtmp.shared_object(name, 0, 0, rtmp.so_event(rtmp.USE)))
        link.message(SERVER, rtmp.shared_object(name, 2**32 - 1, 0, rtmp.so_event(rtmp.USE_SUCCESS),
                                                rtmp.so_event(rtmp.CHANGE, values)))
        segments += link.close().segments
    pcap.write_segments(path, segments)
    path.chmod(0o644)


def width(line):
    """Columns of a terminal."""
    wide = sum(unicodedata.east_asian_width(character) in ("W", "F") for character in line)
    return len(line) + wide - sum(unicodedata.category(character) in ("Mn", "Me", "Cf") for character in line)


def rows_of(tshark, capture, *arguments):
    output = tshark.run("-q", *arguments, capture=capture).stdout
    return [line for line in output.splitlines() if line.endswith(" |")]


def bars(row):
    """The columns of the bars but for the last, which the header has behind its title."""
    return [width(row[:at]) for at, character in enumerate(row) if character == "|"][:-1]


def faults(name, rows):
    found = [f"{name}: {width(row)} columns: {row[:60]}" for row in rows if width(row) > WIDEST]
    headings = [bars(row) for row in rows if row.startswith(HEADINGS)]
    found += [f"{name}: {row}: its bars are not below those of the heading" for row in rows if bars(row) not in headings]
    return found + [f"{name}: {row[:60]}: a character is cut" for row in rows if "\ufffd" in row or "\udc80" <= max(row) <= "\udcff"]


def name_faults(rows, masked):
    """Of the table of streams."""
    def cells(lines):
        return {kind: [cell.strip() for cell in row.split("|")] for kind, row in zip(NAMES, lines[1:])}

    found = [f"{kind}: {row[column]} has no word" for kind, row in cells(masked).items() if kind.startswith("secret")
             for column in (2, 16) if "masked-" not in row[column]]
    wanted = {"just fits": "s" * 16, "one more": "s" * 8 + "…" + "s" * 7, "ends differ": "camera/x…xxxxx/7",
              "wide": "漢" * 7 + "…", "bars": "a<U+007C>b", "wide and narrow": "a漢a漢a…a漢a漢"}
    return found + [f"{kind}: {row[2]}, expected {wanted[kind]}" for kind, row in cells(rows).items()
                    if row[2] != wanted.get(kind, row[2])]


def hostile_faults(tshark):
    capture = tshark.directory / "hostile.pcap"
    write_hostile(capture)
    plain = {table: rows_of(tshark, capture, *arguments) for table, arguments in TABLES.items()}
    masked = {table: rows_of(tshark, capture, *arguments, *MASK) for table, arguments in TABLES.items()}
    found = name_faults(plain["streams"], masked["streams"])
    for rows in (*plain.values(), *masked.values()):
        found += faults("made", rows) + ([] if len(rows) == 1 + len(NAMES) else [f"made: {len(rows)} rows"])
    for row in (row for rows in masked.values() for row in rows):
        found += [f"half a word: {row}"] if WORD.search(row) else []
        found += [f"a secret: {row}"] if "s3cret" in row else []
    return found


def check(tshark, _):
    captures = find_captures(CAPTURES)
    found, count = hostile_faults(tshark), 0
    for name, capture in captures.items():
        rows = rows_of(tshark, capture, *(word for arguments in TABLES.values() for word in arguments))
        count += len(rows)
        found += faults(name, rows)
    return found, f"{count} rows of {len(captures)} captures, and hostile ones: none wider than {WIDEST} columns"


if __name__ == "__main__":
    run_check(__doc__, check)
