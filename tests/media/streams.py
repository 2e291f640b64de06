#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records and frames of real encoders in many settings (streams.jsonl), against what ffprobe said of them.

usage: streams.py [--build DIR]
make_streams.py made the lines; those of aac_configs.jsonl are make_aac_configs.py's, with what MediaInfo said.
Each stream becomes messages of a made-up Enhanced RTMP connection, H.264 and AAC in legacy messages too; size,
profile, level, frame rate, chroma, depth, colour, sample aspect ratio, sample rate and channels must be the same, and
no message may raise an expert item."""
import argparse
import json
import pathlib
import re
import sys
import tempfile
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

AUDIO = ("mp4a", "Opus", "fLaC", "ac-3", "ec-3", ".mp3")
CODES = {"bt709": 1, "bt2020": 9, "bt2020nc": 9, "smpte2084": 16}
ASPECTS = dict(enumerate(("", "1:1", "12:11", "10:11", "16:11", "40:33", "24:11", "20:11", "32:11", "80:33",
                          "18:11", "15:11", "64:33", "160:99", "4:3", "3:2", "2:1")))
LEVEL_UNITS = {"avc1": 10, "hvc1": 30}


def bodies_of(stream):
    """[(message type, body)]: Enhanced RTMP, then the legacy form where there is one."""
    fourcc, record = stream["fourcc"].encode(), bytes.fromhex(stream["record"])
    frames = [bytes.fromhex(frame) for frame in stream["frames"]]
    if stream["fourcc"] in AUDIO:
        found = [b"\x90" + fourcc + record] if record else []
        found += [b"\x91" + fourcc + frame for frame in frames]
        if fourcc == b"mp4a":
            found += [b"\xaf\0" + record] + [b"\xaf\1" + frame for frame in frames]
        return [(rtmp.AUDIO, body) for body in found]
    found = [b"\x90" + fourcc + record] if record else []
    timed = fourcc in (b"avc1", b"hvc1")
    found += [bytes([0x91 if n == 0 else 0xA1]) + fourcc + (b"\0\0\x28" if timed else b"") + frame
              for n, frame in enumerate(frames)]
    if fourcc == b"avc1":
        found += [b"\x17\0\0\0\0" + record] + [b"\x27\1\0\0\0" + frame for frame in frames]
    return [(rtmp.VIDEO, body) for body in found]


def pixels(said):
    """(chroma format, bit depth) of a pixel format; None when it says nothing."""
    match = re.fullmatch(r"(gray|yuvj?(420|422|444)p)(\d*)(le)?", said.get("pix_fmt", ""))
    return match and ({None: 0, "420": 1, "422": 2, "444": 3}[match[2]], int(match[3] or 8))


def wanted_values(stream):
    """{field: value} of what ffprobe knows and the plugin must show."""
    if "mediainfo" in stream:
        said = stream["mediainfo"]
        features = said["Format_AdditionalFeatures"].split()
        return {"rtmpx.audio.sample_rate": int(said["SamplingRate"])} | \
            {f"rtmpx.audio.aac.{name.lower()}": 1 for name in ("SBR", "PS") if name in features}
    said, fourcc = stream["ffprobe"], stream["fourcc"]
    want = {f"rtmpx.video.{key}": said[key] for key in ("width", "height") if key in said}
    want |= {"rtmpx.audio.sample_rate": int(said["sample_rate"])} if "sample_rate" in said else {}
    want |= {"rtmpx.audio.channel_count": said["channels"]} if "channels" in said else {}
    if fourcc in LEVEL_UNITS:
        want["rtmpx.video.level"] = said["level"] / LEVEL_UNITS[fourcc]
        want["rtmpx.video.frame_rate"] = float(Fraction(said["r_frame_rate"]))
        for key in ("color_primaries", "color_transfer", "color_space"):
            name = {"color_primaries": "colour_primaries", "color_transfer": "transfer_characteristics",
                    "color_space": "matrix_coefficients"}[key]
            want |= {f"rtmpx.video.{name}": CODES[said[key]]} if key in said else {}
        # H.264's gray is shown as 4:2:0 by FFmpeg's decoder, and its range only where it is full.
        want |= {"rtmpx.video.full_range": 1} if said.get("color_range") == "pc" else {}
    if fourcc == "fLaC":
        want["rtmpx.audio.flac.bits_per_sample"] = int(said["bits_per_raw_sample"])
    if pixels(said) and fourcc in ("avc1", "hvc1", "av01") and "gray" not in stream["name"]:
        want["rtmpx.video.chroma_format"], want["rtmpx.video.bit_depth"] = pixels(said)
    return want


def differences(stream, messages):
    found = []

    def shown(field):
        return [value for message in messages for value in message.shown(field)]

    for field, value in wanted_values(stream).items():
        values = {float(text) for text in shown(field)}
        # Baseline and main have one chroma format and depth, and do not say so.
        implied = field.endswith(("chroma_format", "bit_depth")) and not values and \
            "High" not in stream["ffprobe"]["profile"]
        if not implied and not (len(values) == 1 and abs(values.pop() - value) < 1e-3):
            found.append(f"{field} is {sorted(set(shown(field)))}, wanted {value}")
    said = stream.get("ffprobe")
    if stream["fourcc"] in LEVEL_UNITS:
        profile = "Format Range Extensions (RExt)" if said["profile"] == "Rext" else said["profile"]
        if set(shown("rtmpx.video.profile")) != {profile}:
            found.append(f"profile is {set(shown('rtmpx.video.profile'))}, ffprobe says {profile}")
        index = int((shown("rtmpx.video.aspect_ratio_idc") or ["1"])[0])
        aspect = ASPECTS.get(index) or ":".join(
            shown(f"rtmpx.video.sar_{side}")[0] for side in ("width", "height"))
        if aspect != said["sample_aspect_ratio"]:
            found.append(f"sample aspect ratio is {aspect}, ffprobe says {said['sample_aspect_ratio']}")
    if stream["name"] == "avc-recovery-points" and "6" not in shown("rtmpx.video.sei.payload_type"):
        found.append("no recovery point")
    found += [f"expert item: {item.first('_ws.expert.message')}"
              for message in messages for item in message.all("_ws.expert")]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    options = parser.parse_args()
    streams = [json.loads(line) for name in ("streams.jsonl", "aac_configs.jsonl")
               for line in (HERE / name).read_text().splitlines()]
    connection, owners = rtmp.Connection().open().shake(), []
    for number, stream in enumerate(streams):
        for kind, body in bodies_of(stream):
            connection.message(rtmp.CLIENT, rtmp.Message(kind, body, csid=6, stream_id=number + 1))
            owners.append(number)
    with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "streams.pcap"
        pcap.write_segments(path, connection.segments)
        messages = [message for frame in decoded.frames(tshark, path) for message in frame.messages()]
    failed = len(messages) != len(owners)
    for number, stream in enumerate(streams):
        for line in differences(stream, [m for m, owner in zip(messages, owners) if owner == number]):
            failed = True
            print(f"{stream['name']}: {line}")
    print(f"{len(streams)} streams in {len(messages)} messages compared")
    return failed


if __name__ == "__main__":
    run_main(main)
