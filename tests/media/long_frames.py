#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames far longer than what is kept of them: every NAL unit, OBU and track must be listed.

usage: long_frames.py [--build DIR]
A made-up connection sends coded frames of all codecs that have units, in all layouts, with lengths of NAL
units of 4, 3, 2 and 1 bytes as the configuration records before them say. Types, lengths and offsets are
compared with what was written: on one pass, on two, and in sharkd backward and shuffled. Then segments
are taken out: a list must be complete, or say that it is not."""
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "orders")]

import decoded  # noqa: E402
import orders  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import run_check  # noqa: E402

MSS = 4000
NOISE = random.Random(17)
AVC, HEVC, VVC, AV1 = b"avc1", b"hvc1", b"vvc1", b"av01"
VP8 = bytes.fromhex("100200 9d012a 4001f000")  # a key frame of 320x240
HEADERS = {AVC: {5: b"\x65\x88", 1: b"\x41\x9a", 6: b"\x06\x06\x01\xc4\x80", 9: b"\x09\xf0"},
           HEVC: {19: b"\x26\x01", 1: b"\x02\x01", 39: b"\x4e\x01\x06\x01\xd0\x80"},
           VVC: {7: b"\x00\x39", 0: b"\x00\x01", 23: b"\x00\xb9\x06\x01\x80"}}


def record(fourcc, length_size):
    last = length_size - 1
    if fourcc == AVC:
        return bytes.fromhex("0164001f") + bytes([0xFC | last, 0xE0, 0])
    if fourcc == HEVC:
        return bytes.fromhex("01 01 60000000 900000000000 5d f000 fc fd f8 f8 0000") + \
            bytes([0x0C | last, 0])
    return bytes([0xF8 | last << 1, 0])  # vvcC without a profile, no arrays


def units(fourcc, length_size, kinds):
    """(bytes, [(type, length, offset)]) of NAL units; kinds: (type, bytes)."""
    out, listed = b"", []
    for kind, size in kinds:
        unit = HEADERS[fourcc][kind]
        unit += NOISE.randbytes(max(0, size - len(unit)))
        listed.append((kind, len(unit), len(out)))
        out += len(unit).to_bytes(length_size, "big") + unit
    return out, listed


def leb128(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def obus(kinds):
    out, listed = b"", []
    for number, (kind, size) in enumerate(kinds):
        last = number + 1 == len(kinds)  # the last one needs no size
        listed.append((kind, None if last else size, len(out)))
        out += bytes([kind << 3 | (0 if last else 2)]) + (b"" if last else leb128(size))
        out += b"\x10"[:size] + NOISE.randbytes(max(0, size - 1))
    return out, listed


def moved(listed, by):
    return [(kind, length, offset + by) for kind, length, offset in listed]


def track_list(codecs, tracks):
    """A body of many tracks: (body without its first byte, listed). tracks: (FourCC, time, data, listed)."""
    out, listed = b"" if codecs else tracks[0][0], []
    for number, (fourcc, time, data, list_of_track) in enumerate(tracks):
        out += (fourcc if codecs else b"") + bytes([number]) + len(time + data).to_bytes(3, "big")
        listed += moved(list_of_track, 2 + len(out) + len(time))
        out += time + data
    return out, listed


SLICES = [(6, 5)] + [(5, 7000 + 997 * n) for n in range(8)]
FRAMES = {"h264": [(9, 2), (6, 5), (5, 70000)], "h264 slices": SLICES,
          "h264 packets": [(1, 1200 + n % 7) for n in range(90)],
          "h264 small": [(1, 40 + n) for n in range(60)]}


def cases():
    """[(name, body, [(type, length, offset)])] in the order of sending; configurations are unnamed."""
    found = [("", b"\x17\0\0\0\0" + record(AVC, 4), None)]
    for name, kinds in FRAMES.items():
        data, listed = units(AVC, 4, kinds)
        found.append((name, b"\x17\x01\0\0\x28" + data, moved(listed, 5)))
    for size in (3, 2, 1, 4):
        top = min(60000, 256 ** size - 1)
        data, listed = units(AVC, size, [(5, top), (6, 5)] + [(1, 90), (1, top)] * 3)
        found += [("", b"\x17\0\0\0\0" + record(AVC, size), None),
                  (f"h264, lengths of {size}", b"\x17\x01\0\0\0" + data, moved(listed, 5))]
    for fourcc, kinds in ((HEVC, [(39, 6)] + [(19, 9011)] * 5), (VVC, [(23, 5)] + [(7, 4001)] * 9)):
        data, listed = units(fourcc, 4, kinds)
        found += [("", b"\x90" + fourcc + record(fourcc, 4), None),
                  (f"{fourcc.decode()} frames", b"\x91" + fourcc + b"\xff\xff\xd8" + data,
                   moved(listed, 8)),
                  (f"{fourcc.decode()} frames X", b"\xa3" + fourcc + data, moved(listed, 5)),
                  (f"{fourcc.decode()} nanoseconds",
                   b"\x97\x02\0\1\xf4\x01" + fourcc + b"\0\0\0" + data, moved(listed, 13))]
    data, listed = obus([(2, 0), (15, 11)] + [(6, 17001), (5, 33), (6, 130)] * 4 + [(6, 999)])
    found.append(("av01", b"\x91" + AV1 + data, moved(listed, 5)))
    return found + track_cases()


def track_cases():
    found = [("", b"\x96\x00" + AVC + b"\x07" + record(AVC, 2), None)]  # track 7: lengths of 2
    data, listed = units(AVC, 2, [(1, 6000)] * 12)
    found.append(("one track", b"\xa6\x01" + AVC + b"\x07\0\0\0" + data, moved(listed, 10)))
    parts = [(AVC, b"\0\0\x28", *units(AVC, 4, [(6, 5)] + [(5, 9000)] * n)) for n in (3, 4, 1)]
    body, listed = track_list(False, parts)
    found += [("", b"\x96\x00" + AVC + b"\0" + record(AVC, 4), None),
              ("many tracks", b"\x96\x11" + body, listed)]
    parts = [(HEVC, b"\0\0\0", *units(HEVC, 4, [(1, 7000)] * 3)), (b"vp08", b"", VP8 + NOISE.randbytes(9000), []),
             (AV1, b"", *obus([(6, 8000)] * 3)), (AVC, b"\0\0\0", *units(AVC, 4, [(1, 5000)] * 3))]
    body, listed = track_list(True, parts)
    return found + [("many codecs", b"\x96\x21" + body, listed)]


def connection_of(bodies):
    """The segments, and where in them each body begins."""
    connection, begins = rtmp.Connection(mss=MSS).open().shake(), []
    connection.message(rtmp.CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
    for number, body in enumerate(bodies):
        begins.append(len(connection.segments))
        connection.message(rtmp.CLIENT, rtmp.Message(rtmp.VIDEO, body, csid=6, stream_id=1,
                                                     timestamp=40 * number))
    return connection.segments, begins


def listed_in(message):
    """[(type, length, offset)] as the plugin shows them, NAL units and OBUs alike."""
    found = []
    for unit in message.all("rtmpx.video.nal", "rtmpx.video.av1.obu"):
        obu = unit.name.endswith("obu")
        length = "rtmpx.video.av1.obu.size" if obu else "rtmpx.video.nal.length"
        found.append((unit.number(unit.name + ".type"), unit.number(length),
                      unit.number(unit.name + ".offset")))
    return found


def complete(frames):
    return {message.number("rtmpx.timestamp") // 40: message
            for frame in frames for message in frame.messages() if message.first("rtmpx.type") == "9"}


def check_lists(tshark, path, wanted):
    found = []
    for arguments in ((), ("-2",), ("-o", "rtmpx.keep_media:TRUE")):
        shown = complete(decoded.frames(tshark, path, *arguments))
        for number, (name, _, listed) in enumerate(wanted):
            message = shown.get(number)
            if message is None:
                found.append(f"{name}: not shown")
            elif name and listed_in(message) != listed:
                found.append(f"{name} {arguments}: {listed_in(message)[:6]}..., expected {listed[:6]}...")
            elif message.all("_ws.expert"):
                found.append(f"{name} {arguments}: {message.all('_ws.expert')[0].all('_ws.expert.message')}")
    return found


def check_order(tshark, path):
    return [f"orders: {text}" for text in orders.check(tshark, path, 1)[1]]


def check_loss(tshark, segments, begins, directory, wanted):
    """Without one segment of a frame: its list is complete, or says that it is not."""
    found, cut, whole = [], 0, 0
    for name in ("h264", "h264 packets", "vvc1 frames"):
        number = [case[0] for case in wanted].index(name)
        lost = (begins[number] + begins[number + 1]) // 2
        file = directory / f"loss{number}.pcap"
        pcap.write_segments(file, segments[:lost] + segments[lost + 1:])
        message = complete(decoded.frames(tshark, file)).get(number)
        if message is None or message.first("rtmpx.missing") is None:
            found.append(f"{name} without a segment is not shown, or not as incomplete")
            continue
        ours, listed = listed_in(message), wanted[number][2]
        said = "list of units ends" in str(message.all("_ws.expert.message"))
        whole += ours == listed and not said
        cut += ours == listed[:len(ours)] and len(ours) < len(listed) and said
    return found if (cut, whole) == (2, 1) else [*found, f"{cut} lists cut, {whole} whole by loss"]


def everything(tshark, directory):
    wanted = cases()
    segments, begins = connection_of([body for _, body, _ in wanted])
    path = directory / "long.pcap"
    pcap.write_segments(path, segments)
    found = check_lists(tshark, path, wanted) + check_order(tshark, path)
    found += check_loss(tshark, segments, begins, directory, wanted)
    return found, f"{len(wanted)} messages as written"


if __name__ == "__main__":
    run_check(__doc__, everything)
