#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What both sides say of codecs outside audio and video messages: the plugin must say what the numbers mean.

usage: negotiation.py [--build DIR]
A made-up connection with the capabilities of `connect` and of its result, the codecs and tracks of `onMetaData`, the
colours of a video metadata packet, and a request to reconnect (Enhanced RTMP v2)."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import run_check  # noqa: E402


def fourcc(text):
    return int.from_bytes(text.encode(), "big")


CAPABILITIES = {"fourCcList": ["hvc1", "*"], "videoFourCcInfoMap": {"*": 4, "hvc1": 3},
                "audioFourCcInfoMap": {"Opus": 7}, "capsEx": 15, "videoFunction": 14}
MEANT = {"fourCcList.0": None, "videoFourCcInfoMap.*": "forward", "videoFourCcInfoMap.hvc1": "decode, encode",
         "audioFourCcInfoMap.Opus": "decode, encode, forward",
         "capsEx": "reconnect, multitrack, ModEx, nanosecond offset",
         "videoFunction": "HDR, metadata packet, large-scale tile"}
METADATA = {"width": 1280, "videocodecid": fourcc("hvc1"), "audiocodecid": fourcc("mp4a"),
            "videoTrackIdInfoMap": {"1": {"videocodecid": 7}, "2": {"videocodecid": 12}, "3": {"videocodecid": 4711}},
            "audioTrackIdInfoMap": {"1": {"audiocodecid": 10.0}, "2": {"audiocodecid": fourcc("Opus")},
                                    "3": {"audiocodecid": 10.5}}}
COLOURS = {"colorConfig": {"bitDepth": 10, "colorPrimaries": 9, "transferCharacteristics": 16, "matrixCoefficients": 9},
           "hdrCll": {"maxFall": 400, "maxCLL": 1000}}
STATUS = {"level": "status", "code": "NetConnection.Connect.ReconnectRequest", "description": "moved",
          "tcUrl": "//other.example/live"}
# (sender, message, {path: meaning or None})
CONVERSATION = (
    (rtmp.CLIENT, rtmp.command("connect", 1, {"app": "live", "audioCodecs": 0x0400, "videoCodecs": 0x0080,
                                              **CAPABILITIES}),
     {"2.audioCodecs": "AAC", "2.videoCodecs": "H.264"} | {f"2.{path}": text for path, text in MEANT.items()}),
    (rtmp.SERVER, rtmp.command("_result", 1, {"fmsVer": "x/1", **CAPABILITIES}, None),
     {f"2.{path}": text for path, text in MEANT.items()}),
    (rtmp.CLIENT, rtmp.data("@setDataFrame", "onMetaData", rtmp.Ecma(METADATA), csid=4, stream_id=1),
     {"2.width": None, "2.videocodecid": "HEVC", "2.audiocodecid": "AAC",
      "2.videoTrackIdInfoMap.1.videocodecid": "H.264", "2.videoTrackIdInfoMap.2.videocodecid": "HEVC",
      "2.videoTrackIdInfoMap.3.videocodecid": None, "2.audioTrackIdInfoMap.1.audiocodecid": "AAC",
      "2.audioTrackIdInfoMap.2.audiocodecid": "Opus", "2.audioTrackIdInfoMap.3.audiocodecid": None}),
    (rtmp.CLIENT, rtmp.Message(rtmp.VIDEO, b"\x94hvc1" + rtmp.amf0("colorInfo") + rtmp.amf0(COLOURS), csid=6,
                               stream_id=1),
     {"1.colorConfig.colorPrimaries": "BT.2020", "1.colorConfig.transferCharacteristics": "PQ (ST 2084)",
      "1.colorConfig.matrixCoefficients": "BT.2020 non-constant", "1.colorConfig.bitDepth": None,
      "1.hdrCll.maxCLL": None}),
    (rtmp.SERVER, rtmp.command("onStatus", 0, None, STATUS), {"3.tcUrl": None}),
)


def meanings(message):
    """{path: meaning or None} of every leaf."""
    found = {}
    for item in [message, *message.walk()]:
        own = {child.name: child.show for child in item.children}
        if "rtmpx.amf.path" in own:
            found[own["rtmpx.amf.path"]] = own.get("rtmpx.amf.meaning")
    return found


def check(messages):
    found = []
    for (_, sent, wanted), message in zip(CONVERSATION, messages):
        shown = meanings(message)
        found += [f"type {sent.type}: {path} means {shown.get(path, 'nothing, is not there')}, expected {text}"
                  for path, text in wanted.items() if path not in shown or shown[path] != text]
        found += [f"type {sent.type}: {item.first('_ws.expert.message')}" for item in message.all("_ws.expert")]
    status = messages[-1]
    found += [f"{field} is {status.first(field)}" for field, text in (
        ("rtmpx.status.code", STATUS["code"]), ("rtmpx.status.level", "status"), ("rtmpx.status.description", "moved"))
        if status.first(field) != text]
    if "3.tcUrl=//other.example/live" not in [item.show for item in status.all("rtmpx.amf.pair")]:
        found.append("where to reconnect to is not shown")
    return found


def everything(tshark, directory):
    connection = rtmp.Connection().open().shake()
    for sender, message, _ in CONVERSATION:
        connection.message(sender, message)
    path = directory / "negotiation.pcap"
    pcap.write_segments(path, connection.segments)
    messages = [message for frame in decoded.frames(tshark, path) for message in frame.messages()]
    found = check(messages) if len(messages) == len(CONVERSATION) else [f"{len(messages)} messages shown"]
    return found, f"{len(CONVERSATION)} messages say what their numbers mean"


if __name__ == "__main__":
    run_check(__doc__, everything)
