# SPDX-License-Identifier: GPL-2.0-or-later
"""The messages of one direction with the byte ranges that carry them: the truth for property tests.

Shares no code with the product and is checked against the expected files (tests/expected)."""
import dataclasses
import functools
import struct
import zlib

import pcap

HANDSHAKE = 3073  # bytes before the first chunk, in either direction


@dataclasses.dataclass
class Message:
    type: int
    length: int
    timestamp: int
    stream_id: int
    csid: int
    fmt: int  # of the first chunk
    ranges: list  # (start, end) of each chunk, header included
    headers: list  # (start, end) of each chunk's header
    body: bytes
    shape: tuple  # (start, end) of the chunk header that gave type and length
    clock: list  # of the headers since the last fmt 0 on the chunk stream, that one first

    @property
    def header(self):
        return (self.type, self.length, self.timestamp, self.stream_id, self.csid)

    @functools.cached_property
    def checksum(self):
        return zlib.adler32(self.body)

    @property
    def start(self):
        return self.ranges[0][0]

    @property
    def end(self):
        return self.ranges[-1][1]


@dataclasses.dataclass
class _ChunkStream:
    timestamp: int = 0
    delta: int = 0
    length: int = 0
    type: int = 0
    stream_id: int = 0
    extended: int = None  # value of the last header, when it had one
    open: Message = None
    shape: tuple = None
    clock: list = dataclasses.field(default_factory=list)


def _number(data, at, length):
    if at + length > len(data):
        raise IndexError
    return int.from_bytes(data[at:at + length], "big")


def _repeats_extended(data, at, chunk_stream):
    """Whether the 4 bytes after a type 3 basic header are the extended timestamp again."""
    return chunk_stream.extended is not None and \
        _number(data, at, 4) in (chunk_stream.extended, chunk_stream.timestamp)


def messages(data, at=HANDSHAKE, chunk_size=128):
    """Yield the complete messages in `data` (one direction's bytes, without holes)."""
    streams = {}
    while at < len(data):
        try:
            message, at = _chunk(data, at, chunk_size, streams)
        except IndexError:
            return
        if message:
            yield message
            if message.type == 1 and message.length >= 4:
                chunk_size = max(1, struct.unpack_from("!I", message.body)[0] & 0x7FFFFFFF)
            elif message.type == 2 and message.length >= 4:
                aborted = streams.get(struct.unpack_from("!I", message.body)[0])
                if aborted:
                    aborted.open = None


def _chunk(data, start, chunk_size, streams):
    """(the message that this chunk completes or None, position after the chunk)"""
    fmt, csid, at = data[start] >> 6, data[start] & 63, start + 1
    if csid < 2:
        width = csid + 1
        csid = 64 + int.from_bytes(data[at:at + width], "little")
        at += width
    stream = streams.setdefault(csid, _ChunkStream())
    if fmt < 3:
        at = _header(data, at, fmt, stream)
        if fmt < 2:
            stream.shape = start, at
    elif _repeats_extended(data, at, stream) if stream.extended is not None else False:
        at += 4
    if not stream.open:
        if fmt:
            stream.timestamp = (stream.timestamp + stream.delta) % pcap.WRAP
        stream.clock = (stream.clock if fmt else []) + [(start, at)]
        stream.open = Message(stream.type, stream.length, stream.timestamp, stream.stream_id, csid,
                              fmt, [], [], b"", stream.shape, stream.clock)
    size = min(chunk_size, stream.length - len(stream.open.body))
    if at + size > len(data):
        raise IndexError
    stream.open.body += data[at:at + size]
    stream.open.ranges.append((start, at + size))
    stream.open.headers.append((start, at))
    done = stream.open if len(stream.open.body) == stream.length else None
    if done:
        stream.open = None
    return done, at + size


def _header(data, at, fmt, stream):
    number = _number(data, at, 3)
    at += 3
    if fmt < 2:
        stream.length, stream.type = _number(data, at, 3), data[at + 3]
        at += 4
    if fmt == 0:
        stream.stream_id = int.from_bytes(data[at:at + 4], "little")
        at += 4
    stream.extended = None
    if number == 0xFFFFFF:
        number = stream.extended = _number(data, at, 4)
        at += 4
    stream.delta = 0 if fmt == 0 else number
    if fmt == 0:
        stream.timestamp = number
    stream.open = None
    return at


def directions(segments):
    """{(source, target): bytes} of each direction from its SYN on; duplicates removed, in order."""
    parts, first = {}, {}
    for segment in segments:
        ends = segment.source, segment.target
        if segment.flags & pcap.SYN:
            first[ends] = (segment.sequence + 1) % pcap.WRAP
        if segment.payload and ends in first:
            offset = (segment.sequence - first[ends]) % pcap.WRAP
            parts.setdefault(ends, []).append((offset, segment.payload))
    result = {}
    for ends, pieces in parts.items():
        data = b""
        for offset, payload in sorted(pieces):
            if offset > len(data):
                break
            data += payload[len(data) - offset:]
        result[ends] = data
    return result
