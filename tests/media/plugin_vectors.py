#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Send every audio and video vector through the plugin and compare the fields that users filter on.

usage: plugin_vectors.py [--build DIR] [--vectors DIR]
Vectors: tests/vectors/av.jsonl and DIR/av.jsonl, where it is there. Each becomes one message of a
made-up connection, whole in one segment and again in segments of 7 bytes; then media that lie, each between two
good neighbours that must stay visible."""
import argparse
import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

TYPES = {"audio": 8, "video": 9}
FRAME_TYPES = {"key": 1, "inter": 2, "disposable": 3, "generated key": 4, "command": 5}
PACKET_TYPES = {"SequenceStart": 0, "CodedFrames": 1, "SequenceEnd": 2, "CodedFramesX": 3,
                "Metadata": 4, "MultichannelConfig": 4, "MPEG2TSSequenceStart": 5}
LAYOUTS = {"OneTrack": 0, "ManyTracks": 1, "ManyTracksManyCodecs": 2}
# (what, message type, body, expert item that must be there)
LIES = (
    ("frame without NAL units", "video", "1701000000 ffffffffff", "rtmpx.remark"),
    ("silence", "audio", "", "rtmpx.remark"),
    ("no bytes", "video", "", "rtmpx.remark"),
    ("FourCC cut short", "video", "91 617663", "rtmpx.malformed"),
    ("FourCC cut short", "audio", "91 4f70", "rtmpx.malformed"),
    ("track size past the end", "video", "96 13 76703038 00 00ffff 1000", "rtmpx.malformed"),
    ("track size past the end", "audio", "95 11 4f707573 01 000100 fc", "rtmpx.malformed"),
    ("ModEx past the end", "video", "97 fe 00", "rtmpx.malformed"),
    ("ModEx chain without end", "audio", "97" + "00aa17" * 300, "rtmpx.malformed"),
    ("multitrack inside multitrack", "video", "96 06 61766331 00 01", "rtmpx.malformed"),
    ("avcC cut short", "video", "1700000000 0164001fffe1", "rtmpx.malformed"),
    ("parameter set past the end", "video", "1700000000 0164001fffe1 ffff 6764", "rtmpx.malformed"),
    ("NAL unit past the end", "video", "1701000000 ffffffffff", "rtmpx.malformed"),
    ("hvcC with 255 arrays", "video", "90 68766331" + "01" * 22 + "ff a1ffff", "rtmpx.malformed"),
    ("ASC cut short", "audio", "af00 12", "rtmpx.malformed"),
    ("OpusHead that is none", "audio", "90 4f707573 4f707573546167730001", "rtmpx.malformed"),
    ("composition time cut short", "video", "1701 0000", "rtmpx.malformed"),
    ("AV1 unit past the end", "video", "91 61763031 32ff01 00", "rtmpx.malformed"),
    ("bytes behind a command", "video", "d0 00 abcd", "rtmpx.remark"),
)


def read_vectors(directories):
    found = {}
    for directory in directories:
        file = directory / "av.jsonl"
        for line in file.read_text().splitlines() if file.exists() else []:
            vector = json.loads(line)
            found.setdefault(vector["name"], vector)
    return list(found.values())


def write(path, bodies, mss):
    connection = rtmp.Connection(mss=mss).open().shake()
    for number, (kind, body) in enumerate(bodies):
        connection.message(rtmp.CLIENT, rtmp.Message(TYPES[kind], body, csid=4, stream_id=1,
                                                     timestamp=number * 10))
    pcap.write_segments(path, connection.segments)


def messages(tshark, bodies, mss):
    """The plugin's messages of the bodies, in order."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "media.pcap"
        write(path, bodies, mss)
        frames = decoded.frames(tshark, path, "-o", "rtmpx.keep_media:TRUE")
    return [message for frame in frames for message in frame.messages()]


def expected_fields(meaning):
    """{field: values} that the plugin must show of a vector."""
    kind = meaning["media"]
    fields = {}

    def want(field, value):
        if value is not None:
            fields.setdefault(field, []).append(str(int(value)) if not isinstance(value, str) else value)

    if meaning.get("silence"):
        want("rtmpx.audio.silence" if kind == "audio" else "rtmpx.video.empty", 1)
        return fields
    frame_type = meaning.get("frame_type")
    want("rtmpx.video.frame_type", FRAME_TYPES.get(frame_type, frame_type))
    want("rtmpx.video.codec_id", meaning.get("codec_id"))
    want("rtmpx.video.command", meaning.get("command"))
    want("rtmpx.video.composition_time", meaning.get("composition_time"))
    want("rtmpx.audio.format", meaning.get("sound_format"))
    want("rtmpx.audio.rate", meaning.get("rate"))
    want("rtmpx.audio.sample_size", meaning.get("size16"))
    want("rtmpx.audio.channels", meaning.get("stereo"))
    want(f"rtmpx.{kind}.fourcc", meaning.get("fourcc"))
    want("rtmpx.multitrack_type", LAYOUTS.get(meaning.get("multitrack")))
    want("rtmpx.audio.channel_order", meaning.get("channel_order"))
    if kind == "audio" and meaning.get("packet_type") == "MultichannelConfig":
        want("rtmpx.audio.channel_count", meaning.get("channel_count"))
    for modifier in meaning.get("modex", []):
        want("rtmpx.modex.type", modifier["modex_type"])
        want("rtmpx.timestamp_nano_offset", modifier.get("nano_offset"))
    for track in meaning.get("tracks", []):
        want("rtmpx.track_id", track["track_id"])
        want("rtmpx.track_size", track.get("track_size"))
        want(f"rtmpx.{kind}.fourcc", track.get("fourcc"))
        want("rtmpx.video.composition_time", track.get("composition_time"))
    return fields


def differences(vector, message):
    meaning = vector["meaning"]
    found = []
    for field, values in expected_fields(meaning).items():
        if message.shown(field) != values:
            found.append(f"{field} is {message.shown(field)}, expected {values}")
    kind = meaning["media"]
    types = message.shown(f"rtmpx.{kind}.packet_type")
    last = meaning.get("aac_packet_type", meaning.get("avc_packet_type"))
    if last is None and "packet_type" in meaning:
        last = PACKET_TYPES[meaning["packet_type"]]
    if last is not None and types[-1:] != [str(last)]:
        found.append(f"packet types are {types}, expected the last to be {last}")
    data = [t["data_hex"] for t in meaning.get("tracks", [])] or [meaning.get("data_hex", "")]
    ours = [item.show.replace(":", "") for item in message.all(
        f"rtmpx.{kind}.data", f"rtmpx.{kind}.config", "rtmpx.video.metadata")]
    if ours != [d for d in data if d]:
        found.append(f"payloads are {ours}, expected {data}")
    return found


def check_vectors(tshark, wanted, mss):
    bodies = [(v["meaning"]["media"], bytes.fromhex(v["hex"])) for v in wanted]
    ours = messages(tshark, bodies, mss)
    if len(ours) != len(wanted):
        return [f"{len(wanted)} messages sent, {len(ours)} shown (segments of {mss})"]
    return [f"{vector['name']} (segments of {mss}): {line}"
            for vector, message in zip(wanted, ours) for line in differences(vector, message)]


def check_lies(tshark):
    neighbour = ("audio", bytes.fromhex("af001210"))
    bodies = []
    for _, kind, body, _ in LIES:
        bodies += [neighbour, (kind, bytes.fromhex(body.replace(" ", "")))]
    ours = messages(tshark, [*bodies, neighbour], 1448)
    if len(ours) != len(bodies) + 1:
        return [f"{len(bodies) + 1} messages sent, {len(ours)} shown"]
    found = []
    for message in ours[0::2]:
        if message.first("rtmpx.audio.sample_rate") != "44100" or message.all("_ws.expert"):
            found.append("a neighbour of a lying message is not as it should be")
    for (name, _, _, expert), message in zip(LIES, ours[1::2]):
        if not message.all(expert):
            found.append(f"{name}: no {expert}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--vectors", action="append", type=pathlib.Path, default=[], metavar="DIR")
    options = parser.parse_args()
    vectors = read_vectors([ROOT / "tests" / "vectors", *options.vectors])
    with Tshark(options.build) as tshark:
        found = [wrong for mss in (1448, 7) for wrong in check_vectors(tshark, vectors, mss)] + check_lies(tshark)
    print("\n".join(found) or f"{len(vectors)} vectors and {len(LIES)} lies as expected")
    return bool(found)


if __name__ == "__main__":
    run_main(main)
