#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of streams (-z rtmpx,streams) says of each what an independent reader found (tests/session/README.md).

usage: streams_table.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "session"))

from reader import by_begin, compare_captures  # noqa: E402

from tshark import run_main  # noqa: E402

COLUMNS = ("number", "role", "name", "video", "video_rate", "frame_rate", "key_interval",
           "video_drift", "audio", "audio_rate", "audio_drift", "duration", "key_delay", "lost", "ended", "client", "app")

WIDTHS = {"name": 16, "app": 15}

# The other reader's names of codecs.
NAMES = {"LPCM LE": "PCM", "H.263 (Sorenson)": "Sorenson H.263", "Nellymoser 16k": "Nellymoser", "Nellymoser 8k": "Nellymoser"}


def table(tshark, capture, arguments):
    lines = tshark.run("-q", "-z", "rtmpx,streams", *arguments, capture=capture).stdout.splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line[:7].strip().isdigit()]
    return [dict(zip(COLUMNS, row)) for row in rows]


def rate(kind):
    """kbit/s, whole."""
    return (kind.get("bit_rate") or 0) // 1000


def ended_by(reason):
    """What the table says for what the other reader found."""
    if reason.startswith("FIN from"):
        return "connection"
    return "status" if reason.startswith("NetStream.") else reason


def wanted_row(stream):
    audio, video = stream["audio"] or {}, stream["video"] or {}
    keys = video.get("key_interval_ms") or []
    row = {"role": stream["role"], "name": stream["name"], "app": stream["app"], "client": stream["peers"][0],
           "ended": ended_by(stream.get("end_reason") or ""),
           "duration": str(max(audio.get("duration_ms") or 0, video.get("duration_ms") or 0)),
           "key_interval": str(sum(keys) // len(keys)) if keys else "0"}
    # Where a timestamp wraps, the other reader's duration is negative, and it has no rates.
    if (audio.get("duration_ms") or 0) >= 0:
        row["audio_rate"] = str(rate(audio))
    if (video.get("duration_ms") or 0) >= 0:
        row |= {"video_rate": str(rate(video)), "frame_rate": f"{video.get('frame_rate') or 0:.2f}"}
    return row


def cut(text, width):
    """A longer name is cut in the middle."""
    return text if len(text) <= width else f"{text[:width // 2]}…{text[-((width - 1) // 2):]}"


def is_near(column, seen, wanted):
    """Rates are rounded in other places. Where a timestamp wraps, the other reader's times are negative."""
    if column in WIDTHS:
        return seen == cut(wanted, WIDTHS[column])
    if column in ("duration", "key_interval") and int(wanted) < 0:
        return True
    if column in ("video_rate", "audio_rate"):
        return abs(int(seen) - int(wanted)) <= 1
    if column == "frame_rate":
        return abs(float(seen) - float(wanted)) <= 0.01
    return seen == wanted


def differences(row, stream):
    wanted = wanted_row(stream)
    found = [f"{column} {row[column]!r} expected {value!r}" for column, value in wanted.items()
             if not is_near(column, row[column], value)]
    for kind in ("audio", "video"):
        for codec in (stream[kind] or {}).get("codecs", []):
            if NAMES.get(codec, codec) not in row[kind]:
                found.append(f"{kind} {row[kind]!r} lacks {codec}")
    delay = (stream["video"] or {}).get("first_key_delay_ms")
    # The other reader counts from publish or play, the table from the status that answers it.
    if (delay is None) != (row["key_delay"] == "") or (delay is not None and float(row["key_delay"]) > delay + 1):
        found.append(f"first key frame {row['key_delay']!r} expected {delay}")
    return found


def compare(tshark, capture, streams, arguments):
    rows = table(tshark, capture, arguments)
    found = [] if len(rows) == len(streams) else [f"{len(rows)} rows, expected {len(streams)}"]
    for number, (row, stream) in enumerate(zip(rows, by_begin(streams))):
        found += [f"stream {number}: {text}" for text in differences(row, stream)]
    return len(streams), found


def main():
    return compare_captures(__doc__.splitlines()[0], "streams.jsonl", compare, "rows")


if __name__ == "__main__":
    run_main(main)
