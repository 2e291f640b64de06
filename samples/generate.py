#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the generated samples (see README.md here) into a directory; the same bytes every time.

usage: samples/generate.py [DIRECTORY]     default: samples
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmp_writer import CLIENT, SERVER  # noqa: E402

ROOM = "noteroom"


class Bits:
    """Bits and Exp-Golomb codes, for a sequence parameter set that says something."""

    def __init__(self):
        self.text = ""

    def plain(self, value, width):
        self.text += f"{value:0{width}b}"
        return self

    def golomb(self, value):
        code = f"{value + 1:b}"
        self.text += "0" * (len(code) - 1) + code
        return self

    def nal(self):
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


def avc_configuration(width, height):
    """AVCDecoderConfigurationRecord: baseline, level 3.0, one SPS, one PPS."""
    bits = Bits().plain(0x6742C01E, 32).golomb(0).golomb(0).golomb(2).golomb(1).plain(0, 1)
    bits.golomb(width // 16 - 1).golomb(height // 16 - 1)
    sps = bits.plain(1, 1).plain(1, 1).plain(0, 1).plain(0, 1).nal()
    pps = bytes.fromhex("68ce3c80")
    return (bytes([1]) + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2, "big") + sps
            + b"\x01" + len(pps).to_bytes(2, "big") + pps)


def video(timestamp, key, packet_type, payload, composition=0):
    head = bytes([0x17 if key else 0x27, packet_type]) + composition.to_bytes(3, "big", signed=True)
    return rtmp.Message(rtmp.VIDEO, head + payload, csid=6, timestamp=timestamp, stream_id=1)


def audio(timestamp, packet_type, payload):
    return rtmp.Message(rtmp.AUDIO, bytes([0xAF, packet_type]) + payload, csid=4,
                        timestamp=timestamp, stream_id=1)


def slice_of(kind, length):
    """A NAL unit with its 4-byte length; the slice data is only filling."""
    return length.to_bytes(4, "big") + bytes([kind]) + bytes(i * 7 & 0xFF for i in range(length - 1))


def connect(link, extra=None):
    properties = {"app": ROOM, "flashVer": "LNX 9,0,124,2", "tcUrl": f"rtmp://10.0.0.1/{ROOM}",
                  "fpad": False, "capabilities": 15, "audioCodecs": 4071, "videoCodecs": 252,
                  "videoFunction": 1, "objectEncoding": 0, **(extra or {})}
    link.open().shake(scheme=1, seed=link.ends[0][1])
    link.message(CLIENT, rtmp.command("connect", 1, properties))
    link.message(SERVER, rtmp.control(rtmp.WINDOW_ACK_SIZE, 2500000),
                 rtmp.control(rtmp.PEER_BANDWIDTH, 2500000, extra=b"\x02"),
                 rtmp.user_control(0, 0), rtmp.control(rtmp.SET_CHUNK_SIZE, 4096),
                 rtmp.command("_result", 1, {"fmsVer": "FMS/3,5,1,525", "capabilities": 31},
                              {"level": "status", "code": "NetConnection.Connect.Success",
                               "description": "Connection succeeded.", "objectEncoding": 0}))
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))


def event_list(name, version, *events):
    return rtmp.shared_object(name, version, 2, *events)


def use(link, notes):
    """Use the object: the server answers use success, clear and what the object holds."""
    link.message(CLIENT, event_list(ROOM, 0, rtmp.so_event(rtmp.USE)))
    content = [rtmp.so_event(rtmp.CHANGE, rtmp.so_pairs({k: v})) for k, v in notes.items()]
    link.message(SERVER, event_list(ROOM, 5, rtmp.so_event(rtmp.USE_SUCCESS),
                                    rtmp.so_event(rtmp.CLEAR), *content))


def note(text, x, y):
    return {"text": text, "x": x, "y": y}


def noteroom():
    """Two clients share the notes of a room; one of them publishes video and is refused a name."""
    alice = rtmp.Connection(("10.0.0.2", 50001))
    bob = rtmp.Connection(("10.0.0.3", 50002), sequences=(7000, 9000), start=10**18 + 2 * 10**6,
                          step=2 * 10**6)
    connect(alice)
    connect(bob)
    notes = {"note_1": note("milk", 10, 20), "note_2": note("bread and butter", 40.5, 20)}
    for link in (alice, bob):
        use(link, notes)
    bob.time = alice.time = max(alice.time, bob.time)

    def change(author, other, version, name, value):
        pairs = rtmp.so_pairs({name: value})
        author.message(CLIENT, event_list(ROOM, version,
                                          rtmp.so_event(rtmp.REQUEST_CHANGE, pairs)))
        author.message(SERVER, event_list(ROOM, version + 1, rtmp.so_event(
            rtmp.SUCCESS, rtmp.short_text(name))))
        other.time = author.time
        other.message(SERVER, event_list(ROOM, version + 1, rtmp.so_event(rtmp.CHANGE, pairs)))
        author.time = other.time

    change(alice, bob, 5, "note_3", note("call Zoë", 200, 32))
    change(bob, alice, 6, "note_1", note("oat milk", 10, 20))
    alice.message(CLIENT, event_list(ROOM, 7, rtmp.so_event(
        rtmp.REQUEST_REMOVE, rtmp.short_text("note_2"))))
    for link in (alice, bob):
        link.time = max(alice.time, bob.time)
        link.message(SERVER, event_list(ROOM, 8, rtmp.so_event(
            rtmp.REMOVE, rtmp.short_text("note_2"))))
    bob.time = alice.time = max(alice.time, bob.time)
    bob.message(CLIENT, event_list(ROOM, 8, rtmp.so_event(
        rtmp.REQUEST_CHANGE, rtmp.so_pairs({"owner": "bob"}))))
    bob.message(SERVER, event_list(ROOM, 8, rtmp.so_event(
        rtmp.STATUS, rtmp.short_text("SharedObject.NoWriteAccess") + rtmp.short_text("error"))))
    bob.message(CLIENT, event_list(ROOM, 8, rtmp.so_event(
        rtmp.SEND, rtmp.amf0("flash") + rtmp.amf0("note_3") + rtmp.amf0(2))))
    for link in (alice, bob):
        link.message(SERVER, event_list(ROOM, 8, rtmp.so_event(
            rtmp.SEND, rtmp.amf0("flash") + rtmp.amf0("note_3") + rtmp.amf0(2))))

    publish(bob, 2, "cam1", refused=True)
    alice.time = bob.time = max(alice.time, bob.time)
    publish(alice, 2, "cam1?key=s3cret")
    media(alice)
    alice.message(CLIENT, rtmp.command("FCUnpublish", 4, None, "cam1"),
                  rtmp.command("deleteStream", 5, None, 1))
    bob.time = alice.time
    for link in (bob, alice):
        link.close()
    return sorted(alice.segments + bob.segments, key=lambda s: s.time)


def publish(link, transaction, name, refused=False):
    link.message(CLIENT, rtmp.command("createStream", transaction, None))
    link.message(SERVER, rtmp.command("_result", transaction, None, 1))
    link.message(CLIENT, rtmp.command("publish", transaction + 1, None, name, "live",
                                      csid=8, stream_id=1))
    level, code = ("error", "BadName") if refused else ("status", "Start")
    link.message(SERVER, rtmp.command("onStatus", 0, None, {
        "level": level, "code": f"NetStream.Publish.{code}",
        "description": "Stream name in use." if refused else "cam1 is now published."},
        csid=5, stream_id=1))


def media(link):
    metadata = rtmp.Ecma({"width": 640, "height": 480, "framerate": 25, "videocodecid": 7,
                          "audiocodecid": 10, "audiosamplerate": 44100, "stereo": True,
                          "encoder": "rtmp_writer"})
    link.message(CLIENT, rtmp.data("@setDataFrame", "onMetaData", metadata, csid=4, stream_id=1))
    link.message(CLIENT, video(0, True, 0, avc_configuration(640, 480)),
                 audio(0, 0, bytes.fromhex("1210")))
    sounds = 0
    for frame in range(10):
        now = frame * 40
        key = frame % 5 == 0
        payload = slice_of(0x65, 4100) if key else slice_of(0x41, 300 + 10 * frame)
        link.message(CLIENT, video(now, key, 1, payload, composition=40))
        while sounds * 1024 * 1000 // 44100 <= now:
            stamp = sounds * 1024 * 1000 // 44100
            link.message(CLIENT, audio(stamp, 1, bytes(60 + sounds)))
            sounds += 1
        link.pause(40)
    link.message(SERVER, rtmp.control(rtmp.ACKNOWLEDGEMENT, 12000))


def chunk_forms():
    """Every chunk header: fmt 0..3, chunk stream ids of 1, 2 and 3 bytes, extended timestamps as
    absolute and as delta, interleaved chunk streams, an abort, chunk size 1 and back."""
    link = rtmp.Connection(("10.0.0.2", 50003)).open().shake()
    writer = link.writer[CLIENT]

    def sound(csid, timestamp, length=200, sid=1):
        body = b"\xaf\x01" + bytes([csid & 0xFF]) * (length - 2)
        return rtmp.Message(rtmp.AUDIO, body, csid=csid, timestamp=timestamp, stream_id=sid)

    for csid in (2, 63, 64, 319, 320, 65599):
        for fmt, timestamp in ((0, 1000), (1, 1020), (2, 1040), (3, 1060)):
            link.message(CLIENT, sound(csid, timestamp), fmt=fmt)
    for fmt, timestamp in ((0, 0xFFFFFE), (0, 0xFFFFFF), (1, 0xFFFFFF + 0x1000000), (2, 5), (0, 7)):
        link.message(CLIENT, sound(70, timestamp % pcap.WRAP), fmt=fmt)
    first, second = writer.chunks(sound(71, 10), 0), writer.chunks(sound(72, 10), 0)
    link.send(CLIENT, first[0] + second[0] + first[1] + second[1])
    link.send(CLIENT, writer.chunks(sound(73, 20), 0)[0])
    link.message(CLIENT, rtmp.control(rtmp.ABORT, 73))
    link.message(CLIENT, sound(73, 30), fmt=0)
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 1))
    link.message(CLIENT, sound(3, 40, length=9), fmt=0)
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 0x7FFFFFFF))
    link.message(CLIENT, sound(3, 60, length=3000), fmt=1)
    return link.close().segments


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    pcap.write_segments(target / "noteroom.pcap", noteroom())
    pcap.write_segments(target / "chunk-forms.pcap", chunk_forms())


if __name__ == "__main__":
    main()
