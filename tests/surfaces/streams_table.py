#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of streams (-z rtmpx,streams) says of each what an independent reader found (tests/session/README.md).

usage: streams_table.py [--build DIR] [--captures DIR... --expected FILE] [NAME...]
"""
import json
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


def jumps_of(clock, duration):
    """Steps between coded messages that are no time of the stream: ahead of the arrival, or back by a second or more."""
    return [step for _, step, ahead in (clock or {}).get("jumps", ())
            if 2000 <= ahead and step <= duration or -(2**30) < step <= -1000]


def within_runs(kind, clock):
    """What the other reader found of a kind, from whose first to last timestamp it measures, less the jumps among them."""
    duration = kind.get("duration_ms") or 0
    jumps = jumps_of(clock, duration)
    if not jumps:
        return kind
    within = duration - sum(jumps)
    keys = list(kind.get("key_interval_ms") or ())
    for jump in jumps if keys else ():
        keys.remove(min(keys, key=lambda interval: abs(interval - jump)))
    return kind | {"duration_ms": within, "bit_rate": (kind["bit_rate"] or 0) * duration // within, "key_interval_ms": keys,
                   "frame_rate": (kind["coded"] - 1 - len(jumps)) * 1000 / within, "has_jumps": True}


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


def is_near(column, seen, wanted, stream):
    """Rates are rounded in other places. Where a timestamp wraps, the other reader's times are negative."""
    if column in WIDTHS:
        return seen == cut(wanted, WIDTHS[column])
    if column in ("duration", "key_interval") and int(wanted) < 0:
        return True
    if column in ("video_rate", "audio_rate"):
        kind = stream[column.removesuffix("_rate")] or {}
        first_frames = int(wanted) // 10 if kind.get("has_jumps") else 0  # behind a jump, whose bytes have no time
        return -first_frames - 1 <= int(seen) - int(wanted) <= 1
    if column == "frame_rate":
        # The other reader's jump may lead to a configuration, from whose timestamp the first frame differs.
        return abs(float(seen) - float(wanted)) <= (0.05 if (stream["video"] or {}).get("has_jumps") else 0.01)
    return seen == wanted


def differences(row, stream):
    wanted = wanted_row(stream)
    found = [f"{column} {row[column]!r} expected {value!r}" for column, value in wanted.items()
             if not is_near(column, row[column], value, stream)]
    for kind in ("audio", "video"):
        for codec in (stream[kind] or {}).get("codecs", []):
            if NAMES.get(codec, codec) not in row[kind]:
                found.append(f"{kind} {row[kind]!r} lacks {codec}")
    delay = (stream["video"] or {}).get("first_key_delay_ms")
    # The other reader counts from publish or play, the table from the status that answers it.
    if (delay is None) != (row["key_delay"] == "") or (delay is not None and float(row["key_delay"]) > delay + 1):
        found.append(f"first key frame {row['key_delay']!r} expected {delay}")
    return found


def clocks_beside(file):
    """{(capture, stream): its clocks}, of a file beside that of the streams."""
    clocks = file.with_name("clocks.jsonl")
    rows = map(json.loads, clocks.read_text().splitlines()) if clocks.exists() else ()
    return {(row["capture"], row["stream"]): row for row in rows}


def compare(clocks, tshark, capture, streams, arguments):
    streams = [stream | {kind: within_runs(stream[kind] or {}, clocks.get((stream["capture"], stream["stream"]), {}).get(kind))
                         for kind in ("audio", "video")} for stream in streams]
    rows = table(tshark, capture, arguments)
    found = [] if len(rows) == len(streams) else [f"{len(rows)} rows, expected {len(streams)}"]
    for number, (row, stream) in enumerate(zip(rows, by_begin(streams))):
        found += [f"stream {number}: {text}" for text in differences(row, stream)]
    return len(streams), found


def main():
    return compare_captures(__doc__.splitlines()[0], "streams.jsonl", compare, "rows", beside=clocks_beside)


if __name__ == "__main__":
    run_main(main)
