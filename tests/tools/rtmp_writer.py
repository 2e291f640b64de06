# SPDX-License-Identifier: GPL-2.0-or-later
"""Write RTMP: AMF values, SharedObject messages, chunks of any kind, handshakes, TCP connections.

Deterministic: the same calls give the same bytes. Nothing here is shared with the product; the
protocol is written down once more on purpose, so that an error shows as a difference.
"""
import dataclasses
import hashlib
import hmac
import random
import struct

import pcap

# ---------------------------------------------------------------- AMF


@dataclasses.dataclass(frozen=True)
class Raw:
    """Bytes put where a value would stand."""
    data: bytes


@dataclasses.dataclass(frozen=True)
class Ecma:
    entries: dict
    count: int = None  # declared; None: the true one


@dataclasses.dataclass(frozen=True)
class Typed:
    name: str
    members: dict


@dataclasses.dataclass(frozen=True)
class Date:
    milliseconds: float
    timezone: int = 0


@dataclasses.dataclass(frozen=True)
class Xml:
    text: str


@dataclasses.dataclass(frozen=True)
class Amf3:
    """An AMF3 value where AMF0 stands (marker 0x11)."""
    value: object


UNDEFINED = Raw(b"\x06")  # AMF0


def short_text(text):
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def _members0(members):
    return b"".join(short_text(k) + amf0(v) for k, v in members.items()) + b"\0\0\x09"


def amf0(value):
    """One AMF0 value: None, bool, number, str, dict, list, or one of the classes above."""
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack("!d", value)
    if isinstance(value, str):
        data = value.encode()
        if len(data) > 0xFFFF:
            return b"\x0c" + struct.pack("!I", len(data)) + data
        return b"\x02" + short_text(value)
    if isinstance(value, dict):
        return b"\x03" + _members0(value)
    if isinstance(value, list):
        return b"\x0a" + struct.pack("!I", len(value)) + b"".join(map(amf0, value))
    if isinstance(value, Ecma):
        count = len(value.entries) if value.count is None else value.count
        return b"\x08" + struct.pack("!I", count) + _members0(value.entries)
    if isinstance(value, Typed):
        return b"\x10" + short_text(value.name) + _members0(value.members)
    if isinstance(value, Date):
        return b"\x0b" + struct.pack("!dh", value.milliseconds, value.timezone)
    if isinstance(value, Xml):
        data = value.text.encode()
        return b"\x0f" + struct.pack("!I", len(data)) + data
    if isinstance(value, Amf3):
        return b"\x11" + amf3(value.value)
    if isinstance(value, Raw):
        return value.data
    raise TypeError(f"no AMF0 form of {value!r}")


def u29(number):
    number &= 0x1FFFFFFF
    if number < 0x80:
        return bytes([number])
    if number < 0x4000:
        return bytes([number >> 7 | 0x80, number & 0x7F])
    if number < 0x200000:
        return bytes([number >> 14 | 0x80, number >> 7 & 0x7F | 0x80, number & 0x7F])
    return bytes([number >> 22 | 0x80, number >> 15 & 0x7F | 0x80, number >> 8 & 0x7F | 0x80,
                  number & 0xFF])


def _text3(text):
    data = text.encode()
    return u29(len(data) << 1 | 1) + data


def amf3(value):
    """One AMF3 value, without references. dict: anonymous dynamic object; Typed: sealed members."""
    if value is None:
        return b"\x01"
    if isinstance(value, bool):
        return b"\x03" if value else b"\x02"
    if isinstance(value, int):
        return b"\x04" + u29(value)
    if isinstance(value, float):
        return b"\x05" + struct.pack("!d", value)
    if isinstance(value, str):
        return b"\x06" + _text3(value)
    if isinstance(value, (bytes, bytearray)):
        return b"\x0c" + u29(len(value) << 1 | 1) + value
    if isinstance(value, list):
        return b"\x09" + u29(len(value) << 1 | 1) + b"\x01" + b"".join(map(amf3, value))
    if isinstance(value, dict):
        return b"\x0a\x0b\x01" + b"".join(_text3(k) + amf3(v) for k, v in value.items()) + b"\x01"
    if isinstance(value, Typed):
        return (b"\x0a" + u29(len(value.members) << 4 | 3) + _text3(value.name)
                + b"".join(map(_text3, value.members)) + b"".join(map(amf3, value.members.values())))
    if isinstance(value, Date):
        return b"\x08\x01" + struct.pack("!d", value.milliseconds)
    if isinstance(value, Xml):
        return b"\x0b" + _text3(value.text)
    if isinstance(value, Raw):
        return value.data
    raise TypeError(f"no AMF3 form of {value!r}")


# ---------------------------------------------------------------- messages

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, PEER_BANDWIDTH = range(1, 7)
AUDIO, VIDEO, DATA, SHARED_OBJECT, COMMAND, AGGREGATE = 8, 9, 18, 19, 20, 22
SHARED_OBJECT_AMF3 = 16
USE, RELEASE, REQUEST_CHANGE, CHANGE, SUCCESS, SEND, STATUS, CLEAR, REMOVE, REQUEST_REMOVE, \
    USE_SUCCESS = range(1, 12)


@dataclasses.dataclass(frozen=True)
class Message:
    type: int
    body: bytes
    csid: int = 3
    timestamp: int = 0
    stream_id: int = 0


def command(name, transaction, *arguments, **where):
    return Message(COMMAND, b"".join(map(amf0, (name, transaction) + arguments)), **where)


def data(*values, **where):
    return Message(DATA, b"".join(map(amf0, values)), **where)


def control(kind, *numbers, extra=b"", **where):
    where.setdefault("csid", 2)
    return Message(kind, b"".join(struct.pack("!I", n) for n in numbers) + extra, **where)


def user_control(event, *numbers, **where):
    where.setdefault("csid", 2)
    body = struct.pack("!H", event) + b"".join(struct.pack("!I", n) for n in numbers)
    return Message(USER_CONTROL, body, **where)


def so_event(kind, body=b""):
    return struct.pack("!BI", kind, len(body)) + body


def so_pairs(pairs):
    """Names and values of a change (4) or request change (3)."""
    return b"".join(short_text(k) + amf0(v) for k, v in pairs.items())


def shared_object(name, version, flags, *events, kind=SHARED_OBJECT, **where):
    prefix = b"\0" if kind == SHARED_OBJECT_AMF3 else b""
    header = prefix + short_text(name) + struct.pack("!III", version, flags, 0)
    return Message(kind, header + b"".join(events), **where)


# ---------------------------------------------------------------- chunks


def basic_header(fmt, csid):
    if csid < 64:
        return bytes([fmt << 6 | csid])
    if csid < 320:
        return bytes([fmt << 6, csid - 64])
    return bytes([fmt << 6 | 1, csid - 64 & 0xFF, csid - 64 >> 8])


class ChunkWriter:
    """One direction's chunk stream."""

    def __init__(self, chunk_size=128, repeat_extended=True):
        self.chunk_size = chunk_size
        self.repeat_extended = repeat_extended  # the 4 bytes again on type 3 chunks
        self.last = {}  # csid -> (message, delta or None)

    def smallest_fmt(self, message):
        """The format of the shortest header that says what is new; any lower one says it too."""
        before, delta = self.last.get(message.csid, (None, None))
        if not before or before.stream_id != message.stream_id \
                or message.timestamp < before.timestamp:
            return 0
        if (before.type, len(before.body)) != (message.type, len(message.body)):
            return 1
        return 3 if message.timestamp - before.timestamp == delta else 2

    def chunks(self, message, fmt=None):
        """The chunks of one message, a list of byte strings. fmt None: the smallest header."""
        fmt = self.smallest_fmt(message) if fmt is None else fmt
        before = self.last.get(message.csid, (None, None))[0]
        delta = None if fmt == 0 else (message.timestamp - before.timestamp) % pcap.WRAP
        number = message.timestamp if fmt == 0 else delta
        extended = struct.pack("!I", number) if number >= 0xFFFFFF else b""
        field = struct.pack("!I", min(number, 0xFFFFFF))[1:]
        length = struct.pack("!I", len(message.body))[1:]
        header = (field + length + bytes([message.type]) + struct.pack("<I", message.stream_id),
                  field + length + bytes([message.type]), field, b"")[fmt] + extended
        size = self.chunk_size
        parts = [message.body[i:i + size] for i in range(0, len(message.body), size)] or [b""]
        again = basic_header(3, message.csid) + (extended if self.repeat_extended else b"")
        self.last[message.csid] = (message, delta)
        if message.type == SET_CHUNK_SIZE and len(message.body) == 4:
            self.chunk_size = struct.unpack("!I", message.body)[0]
        return [basic_header(fmt, message.csid) + header + parts[0]] + [again + p for p in parts[1:]]

    def write(self, message, fmt=None):
        return b"".join(self.chunks(message, fmt))


# ---------------------------------------------------------------- handshake

_KEY_TAIL = bytes.fromhex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae")
CLIENT_KEY = b"Genuine Adobe Flash Player 001"
SERVER_KEY = b"Genuine Adobe Flash Media Server 001"


def _signed(packet, scheme, key):
    """The 1536-byte packet with its digest in place, and the digest."""
    base, first = ((8, 12), (772, 776))[scheme]
    at = sum(packet[base:base + 4]) % 728 + first
    digest = hmac.new(key, packet[:at] + packet[at + 32:], hashlib.sha256).digest()
    return packet[:at] + digest + packet[at + 32:], digest


def handshake(scheme=None, version=3, seed=1):
    """(C0+C1, S0+S1+S2, C2); scheme None: plain echo, 0 or 1: digests."""
    noise = random.Random(seed)
    c1 = struct.pack("!II", 1000, 0x80000702 if scheme is not None else 0) + noise.randbytes(1528)
    s1 = struct.pack("!II", 2000, 0x0D0E0A0D if scheme is not None else 0) + noise.randbytes(1528)
    if scheme is None:
        s2 = c1[:4] + struct.pack("!I", 2000) + c1[8:]
        c2 = s1[:4] + struct.pack("!I", 1000) + s1[8:]
    else:
        c1, client_digest = _signed(c1, scheme, CLIENT_KEY)
        s1, server_digest = _signed(s1, scheme, SERVER_KEY)
        s2 = _response(noise.randbytes(1504), SERVER_KEY, client_digest)
        c2 = _response(noise.randbytes(1504), CLIENT_KEY, server_digest)
    zero = bytes([version])
    return zero + c1, zero + s1 + s2, c2


def _response(noise, key, digest):
    secret = hmac.new(key + _KEY_TAIL, digest, hashlib.sha256).digest()
    return noise + hmac.new(secret, noise, hashlib.sha256).digest()


# ---------------------------------------------------------------- connections

CLIENT, SERVER = 0, 1


class Connection:
    """A TCP connection as a list of segments; `send` cuts bytes into segments of at most mss."""

    def __init__(self, client=("10.0.0.2", 50000), server=("10.0.0.1", 1935), mss=1448,
                 start=10**18, sequences=(1000, 5000), step=10**6):
        self.ends, self.mss, self.time, self.step = (client, server), mss, start, step
        self.sequence = list(sequences)
        self.segments = []
        self.writer = (ChunkWriter(), ChunkWriter())

    def emit(self, direction, flags=pcap.ACK, payload=b""):
        self.segments.append(pcap.Segment(
            self.time, self.ends[direction], self.ends[1 - direction], self.sequence[direction],
            self.sequence[1 - direction] if flags & pcap.ACK else 0, flags, payload))
        self.time += self.step
        consumed = len(payload) + bool(flags & (pcap.SYN | pcap.FIN))
        self.sequence[direction] = (self.sequence[direction] + consumed) % pcap.WRAP

    def open(self):
        self.emit(CLIENT, pcap.SYN)
        self.emit(SERVER, pcap.SYN | pcap.ACK)
        self.emit(CLIENT)
        return self

    def send(self, direction, payload, mss=None):
        mss = mss or self.mss
        for at in range(0, len(payload), mss):
            self.emit(direction, pcap.ACK | pcap.PSH, payload[at:at + mss])

    def shake(self, **options):
        first, answer, last = handshake(**options)
        self.send(CLIENT, first)
        self.send(SERVER, answer)
        self.send(CLIENT, last)
        return self

    def message(self, direction, *messages, fmt=None):
        """Send messages so that they share segments where they fit."""
        self.send(direction, b"".join(self.writer[direction].write(m, fmt) for m in messages))

    def pause(self, milliseconds):
        self.time += milliseconds * 10**6

    def close(self):
        self.emit(CLIENT, pcap.FIN | pcap.ACK)
        self.emit(SERVER, pcap.FIN | pcap.ACK)
        self.emit(CLIENT)
        return self
