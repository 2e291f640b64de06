# SPDX-License-Identifier: GPL-2.0-or-later
"""Media messages as files that ffprobe reads. Shares no code with the product.

A stream of legacy messages becomes an FLV file. FFmpeg 5.1 knows no Enhanced RTMP, so a track of
Enhanced RTMP becomes an elementary stream: Annex B, OBUs, IVF, ADTS, Ogg, or the codec's own frames."""
import dataclasses
import struct

MULTITRACK = {"video": 6, "audio": 5}
WITH_COMPOSITION_TIME = (b"avc1", b"hvc1", b"vvc1")


@dataclasses.dataclass
class Packet:
    """One packet of one track of an Enhanced RTMP message."""
    track: int
    fourcc: bytes
    type: int  # 0 sequence start, 1 coded frames, 3 coded frames X ...
    data: bytes


def is_enhanced(kind, body):
    return bool(body) and (body[0] & 0x80 if kind == "video" else body[0] >> 4 == 9)


def packets(kind, body):
    """The packets of an Enhanced RTMP body without ModEx; commands and metadata have none."""
    packet_type = body[0] & 15
    at = 1
    layout = None
    if packet_type == MULTITRACK[kind]:
        layout, packet_type, at = body[1] >> 4, body[1] & 15, 2
    if kind == "video" and packet_type == 4:
        return []
    fourcc = None
    if layout != 2:
        fourcc, at = body[at:at + 4], at + 4
    if layout is None:
        return [Packet(0, fourcc, packet_type, body[at:])]
    found = []
    while at < len(body):
        if layout == 2:
            fourcc, at = body[at:at + 4], at + 4
        track, at = body[at], at + 1
        size = len(body) - at
        if layout:
            size, at = int.from_bytes(body[at:at + 3], "big"), at + 3
        found.append(Packet(track, fourcc, packet_type, body[at:at + size]))
        at += size
    return found


def flv(kind, bodies):
    """[(timestamp, body)] of legacy messages as an FLV file."""
    tag_type = 9 if kind == "video" else 8
    out = [b"FLV\x01" + bytes([1 if kind == "video" else 4]) + struct.pack(">II", 9, 0)]
    for timestamp, body in bodies:
        time = struct.pack(">I", timestamp & 0xFFFFFFFF)
        out.append(bytes([tag_type]) + struct.pack(">I", len(body))[1:] + time[1:] + time[:1]
                   + b"\0\0\0" + body + struct.pack(">I", 11 + len(body)))
    return b"".join(out)


def _annex_b(units):
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def _sized(data, size):
    units, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at:at + size], "big")
        units.append(data[at + size:at + size + length])
        at += size + length
    return units


def avc_units(record):
    units, at = [], 6
    for count in (record[5] & 31, None):
        if count is None:
            count, at = record[at], at + 1
        for _ in range(count):
            length = int.from_bytes(record[at:at + 2], "big")
            units.append(record[at + 2:at + 2 + length])
            at += 2 + length
    return units


def hevc_units(record):
    units, at = [], 23
    for _ in range(record[22]):
        count = int.from_bytes(record[at + 1:at + 3], "big")
        at += 3
        for _ in range(count):
            length = int.from_bytes(record[at:at + 2], "big")
            units.append(record[at + 2:at + 2 + length])
            at += 2 + length
    return units


def annex_b(record, frames, hevc):
    """A configuration record and the frames behind it as an Annex B stream."""
    size = (record[21 if hevc else 4] & 3) + 1
    parameter_sets = hevc_units(record) if hevc else avc_units(record)
    return _annex_b(parameter_sets) + b"".join(_annex_b(_sized(frame, size)) for frame in frames)


def obus(record, frames):
    delimiter = b"\x12\0"
    return delimiter + record[4:] + b"".join(
        (b"" if frame.startswith(delimiter) or i == 0 else delimiter) + frame
        for i, frame in enumerate(frames))


def ivf(fourcc, frames):
    out = [b"DKIF" + struct.pack("<HH4sHHIIII", 0, 32, fourcc, 0, 0, 30, 1, len(frames), 0)]
    out += [struct.pack("<IQ", len(frame), i) + frame for i, frame in enumerate(frames)]
    return b"".join(out)


def adts(record, frames):
    object_type, index = record[0] >> 3, (record[0] & 7) << 1 | record[1] >> 7
    channels = record[1] >> 3 & 15
    out = []
    for frame in frames:
        length = len(frame) + 7
        out.append(bytes([0xFF, 0xF1, (object_type - 1) << 6 | index << 2 | channels >> 2,
                          (channels & 3) << 6 | length >> 11, length >> 3 & 255,
                          (length & 7) << 5 | 0x1F, 0xFC]) + frame)
    return b"".join(out)


def _ogg_crc_table():
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_OGG_CRC = _ogg_crc_table()


def ogg_opus(record, frames):
    """One packet a page."""
    tags = b"OpusTags" + struct.pack("<I4sI", 4, b"test", 0)
    out = []
    for number, packet in enumerate([record, tags, *frames]):
        lacing = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
        flags = 2 if number == 0 else 4 if number == len(frames) + 1 else 0
        page = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, max(0, number - 1) * 960, 1, number, 0,
                           len(lacing)) + lacing + packet
        crc = 0
        for byte in page:
            crc = (crc << 8 ^ _OGG_CRC[crc >> 24 ^ byte]) & 0xFFFFFFFF
        out.append(page[:22] + struct.pack("<I", crc) + page[26:])
    return b"".join(out)


def _frames(stream):
    return [packet.data[3:] if packet.type == 1 and packet.fourcc in WITH_COMPOSITION_TIME
            else packet.data for packet in stream if packet.type in (1, 3)]


def elementary(stream):
    """(ffprobe's input format, bytes) of one track's packets; None when it cannot be written."""
    fourcc = stream[0].fourcc
    records = [packet.data for packet in stream if packet.type == 0]
    record = records[0] if records else b""
    frames = _frames(stream)
    if fourcc in (b"avc1", b"hvc1"):
        hevc = fourcc == b"hvc1"
        return "hevc" if hevc else "h264", annex_b(record, frames, hevc)
    if fourcc == b"av01":
        return "obu", obus(record, frames)
    if fourcc in (b"vp08", b"vp09"):
        return "ivf", ivf(b"VP80" if fourcc == b"vp08" else b"VP90", frames)
    if fourcc == b"mp4a":
        return "aac", adts(record, frames)
    if fourcc == b"Opus":
        return "ogg", ogg_opus(record, frames)
    if fourcc == b"fLaC":
        head = b"" if record.startswith(b"fLaC") else b"fLaC\x80\0\0\x22"
        return "flac", head + record + b"".join(frames)
    if fourcc in (b"ac-3", b"ec-3", b".mp3"):
        return {b"ac-3": "ac3", b"ec-3": "eac3", b".mp3": "mp3"}[fourcc], b"".join(frames)
    return None
