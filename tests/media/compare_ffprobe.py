#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare what the plugin says of audio and video with what ffprobe says of the same streams.

usage: compare_ffprobe.py [--build DIR] [--table] [CAPTURE...]
Default: captures of samples/, tests/captures/ and, of each --captures DIR. The media are taken
out of each capture by an independent reader (tests/tools/rtmp_reader.py, elementary.py) and handed to
ffprobe; codec, width, height, profile, level, frame rate, sample rate, channels, the number of frames,
of key frames and of each composition time must agree. Exit status 77: no ffprobe, nothing compared.
--table prints the values of both sides.
"""
import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import elementary  # noqa: E402
import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

SKIPPED = 77
OUR_CAPTURES = (ROOT / "samples", ROOT / "tests" / "captures")
# One capture for each codec and program is enough: the others repeat the same media.
WANTED = ("codec_", "enh_", "pub_ffmpeg51_h264_bframes", "pub_ffmpeg51_srs7", "pub_ffmpeg9",
          "pub_gst_rtmp2sink.", "crtmpserver_rtmp_play_rtmpdump.", "public_twinx", "noteroom")
# GStreamer 1.28 writes HEVC under codec id 8: ffprobe finds no H.263 in it, and we remark on it.
LEFT_OUT = ("enh_pub_gst_eflvmux",)
KINDS = {8: "audio", 9: "video"}
CODECS = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "aac": "AAC",
          "mp3": "MP3", "opus": "Opus", "flac": "FLAC", "ac3": "AC-3", "eac3": "E-AC-3",
          "flv1": "Sorenson H.263", "h263": "H.263", "mpeg4": "MPEG-4 Visual",
          "flashsv": "Screen video", "flashsv2": "Screen video 2", "vp6f": "VP6", "vp6a": "VP6 with alpha",
          "speex": "Speex", "nellymoser": "Nellymoser",
          "pcm_alaw": "G.711 A-law", "pcm_mulaw": "G.711 mu-law",
          "pcm_s16le": "PCM", "pcm_s16be": "PCM", "pcm_u8": "PCM", "adpcm_swf": "ADPCM"}
LEVEL_UNITS = {"h264": 10, "hevc": 30}


# ---- the independent side ----

def streams_of(path):
    """{(connection, stream id, kind, track): ("flv", [(time, body)]) or ("packets", [Packet])}"""
    found = collections.OrderedDict()
    for (source, target), data in rtmp_reader.directions(pcap.read_segments(path)).items():
        for message in rtmp_reader.messages(data):
            kind = KINDS.get(message.type)
            if not kind or not message.body:
                continue
            key = (frozenset((source, target)), message.stream_id, kind)
            if elementary.is_enhanced(kind, message.body):
                for packet in elementary.packets(kind, message.body):
                    found.setdefault((*key, packet.track), ("packets", []))[1].append(packet)
            else:
                found.setdefault((*key, None), ("flv", []))[1].append(
                    (message.timestamp, message.body))
    return found


def probe(form, data, directory):
    """What ffprobe says of the bytes."""
    file = directory / "stream"
    file.write_bytes(data)
    output = subprocess.run(
        ["ffprobe", "-v", "error", "-f", form, "-show_streams", "-show_packets", "-of", "json",
         str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    result = json.loads(output)
    stream = result["streams"][0]
    packets = result.get("packets", [])
    rate = stream.get("r_frame_rate", "0/0").split("/")
    name = stream["codec_name"]
    return {"codec": CODECS.get(name, name), "width": stream.get("width"),
            "height": stream.get("height"), "profile": stream.get("profile"),
            "level": stream["level"] / LEVEL_UNITS[name]
            if name in LEVEL_UNITS and stream.get("level", -99) > 0 else None,
            "frame_rate": int(rate[0]) / int(rate[1])
            if name in LEVEL_UNITS and form == name and int(rate[1]) else None,
            "sample_rate": int(stream["sample_rate"]) if "sample_rate" in stream else None,
            "channels": stream.get("channels"), "frames": len(packets),
            "key_frames": sum("K" in packet["flags"] for packet in packets)
            if "width" in stream else None,
            "composition_times": collections.Counter(
                int(packet["pts"]) - int(packet["dts"]) for packet in packets)
            if form == "flv" and "width" in stream else None}


def _legacy_annex_b(bodies):
    """Legacy H.264 also as Annex B: its frame rate and profile then come from the parameter sets."""
    record = next((body[5:] for _, body in bodies if body[0] & 15 == 7 and body[1] == 0), None)
    frames = [body[5:] for _, body in bodies if body[0] & 15 == 7 and body[1] == 1]
    return elementary.annex_b(record, frames, False) if record and frames else None


def independent(form, content, kind, directory):
    if form == "packets":
        written = elementary.elementary(content)
        return probe(*written, directory) if written else None
    if content[0][1][0] & 15 == 8 and kind == "video":  # FFmpeg's FLV reader restarts H.263 each frame
        said = probe("h263", b"".join(body[1:] for _, body in content), directory)
        return {**said, "key_frames": None}  # its reader calls every frame a key frame
    said = probe("flv", elementary.flv(kind, content), directory)
    units = _legacy_annex_b(content) if said["codec"] == "H.264" else None
    if units:
        said["frame_rate"] = probe("h264", units, directory)["frame_rate"]
    return said


# ---- the plugin's side ----

def _track_facts(facts, kind, message, item):
    prefix = f"rtmpx.{kind}."
    for name in ("codec", "width", "height", "profile", "level", "frame_rate", "sample_rate"):
        text = item.first(prefix + name) or (message.first(prefix + name) if name == "codec" else None)
        if text is not None:
            facts[name] = text
    if item.first("rtmpx.audio.channel_count"):
        facts["channels"] = item.first("rtmpx.audio.channel_count")
    if item.first("rtmpx.audio.aac.object_type"):
        facts["profile"] = item.all("rtmpx.audio.aac.object_type")[0].label
    if item.first(prefix + "data") is not None:
        facts["frames"] = facts.get("frames", 0) + 1
        if message.first("rtmpx.video.frame_type") in ("1", "4"):
            facts["key_frames"] = facts.get("key_frames", 0) + 1
        facts.setdefault("composition_times", collections.Counter())[
            item.number("rtmpx.video.composition_time") or 0] += 1


def plugin_streams(tshark, path):
    """{(tcp stream, stream id, kind, track): facts}"""
    found = collections.OrderedDict()
    for frame in decoded.frames(tshark, path):
        for message in frame.messages():
            kind = KINDS.get(message.number("rtmpx.type"))
            if not kind or message.number("rtmpx.length") == 0 or message.first("rtmpx.video.metadata"):
                continue
            key = (frame.stream, message.number("rtmpx.stream_id"), kind)
            enhanced = message.shown("rtmpx.video.enhanced") == ["1"] or \
                message.first("rtmpx.audio.format") == "9"
            tracks = message.all("rtmpx.track")
            for item in tracks or [message]:
                track = item.number("rtmpx.track_id") if tracks else 0 if enhanced else None
                _track_facts(found.setdefault((*key, track), {}), kind, message, item)
    return found


# ---- together ----

def _agree(name, ours, theirs):
    if theirs in (None, "unknown") or name in ("width", "height") and theirs == 0:
        return True  # ffprobe does not say: it could not open the codec
    if name in ("frames", "key_frames", "composition_times"):
        return (ours or 0) == (theirs or 0)
    if ours is None:  # formats without a record or a header of their own have nothing to say
        return name != "codec"
    if name in ("level", "frame_rate"):
        return abs(float(ours) - theirs) < 0.06
    if name == "profile":
        return theirs.removeprefix("Constrained ").lower() in ours.lower()
    if name == "codec":
        return ours == theirs
    return int(ours) == theirs


def compare(tshark, path, directory, rows):
    """The differences of one capture, as text lines."""
    ours = list(plugin_streams(tshark, path).items())
    theirs = list(streams_of(path).items())
    differences = []
    shape = collections.Counter(key[1:] for key, _ in ours)
    if shape != collections.Counter(key[1:] for key, _ in theirs):
        return [f"streams differ: {shape} and {[key[1:] for key, _ in theirs]}"]
    for key, (form, content) in theirs:
        said = independent(form, content, key[2], directory)
        index = next(i for i, (mine, _) in enumerate(ours) if mine[1:] == key[1:])
        facts = ours.pop(index)[1]
        rows.append((path.stem, key[2], key[3], facts, said))
        if said is None:
            differences.append(f"{key[1:]}: no file can be made of {facts.get('codec')}")
            continue
        for name, value in said.items():
            if not _agree(name, facts.get(name), value):
                differences.append(f"{key[1:]}: {name} is {facts.get(name)}, ffprobe says {value}")
    return differences


def captures(directories):
    files = {}
    for directory in directories:
        for file in sorted(directory.glob("*.pcap*")) if directory.is_dir() else []:
            if file.name.startswith(WANTED) and not file.name.startswith(LEFT_OUT):
                files.setdefault(file.name, file)
    return list(files.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--captures", action="append", type=pathlib.Path, default=[], metavar="DIR")
    parser.add_argument("capture", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if not shutil.which("ffprobe"):
        print("no ffprobe: nothing compared")
        return SKIPPED
    rows, failed = [], 0
    with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as directory:
        for path in options.capture or captures([*OUR_CAPTURES, *options.captures]):
            differences = compare(tshark, path, pathlib.Path(directory), rows)
            failed += bool(differences)
            for line in differences:
                print(f"{path.name}: {line}")
    for name, kind, track, facts, said in rows if options.table else []:
        print(name, kind, track, facts, said, sep="\t")
    print(f"{len(rows)} streams compared, {failed} captures differ")
    return 1 if failed or not rows else 0


if __name__ == "__main__":
    run_main(main)
