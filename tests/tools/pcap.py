# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as lists of TCP segments: read and write pcap and pcapng. Standard library only."""
import dataclasses
import ipaddress
import struct

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
WRAP = 1 << 32

# Bytes before the IP header by link type; None: look for the Ethertype of Ethernet.
LINK_HEADERS = {0: 4, 108: 4, 101: 0, 12: 0, 228: 0, 113: 16, 276: 20, 1: None}


@dataclasses.dataclass(frozen=True)
class Segment:
    """One TCP segment (IPv4). source and target are (address as text, port)."""
    time: int  # nanoseconds since 1970
    source: tuple
    target: tuple
    sequence: int
    acknowledgement: int
    flags: int
    payload: bytes = b""
    window: int = 65535

    @property
    def connection(self):
        """The same for both directions."""
        return tuple(sorted((self.source, self.target)))

    def replace(self, **changes):
        return dataclasses.replace(self, **changes)


def read_frames(path):
    """Yield (nanoseconds, link type, bytes) for each packet of a pcap or pcapng file."""
    with open(path, "rb") as file:
        data = file.read()
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from _read_pcapng(data)
        return
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nanosecond = magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    if not nanosecond and magic not in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4"):
        raise ValueError(f"{path}: neither pcap nor pcapng")
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from(order + "IIII", data, at)
        yield (seconds * 10**9 + fraction * (1 if nanosecond else 1000), link,
               data[at + 16:at + 16 + length])
        at += 16 + length


def _read_pcapng(data):
    at, order, interfaces = 0, "<", []
    while at + 12 <= len(data):
        if data[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, length = struct.unpack_from(order + "II", data, at)
        body = data[at + 8:at + length - 4]
        if kind == 1:
            interfaces.append((struct.unpack_from(order + "H", body)[0], _resolution(order, body)))
        elif kind == 6:
            interface, high, low, captured = struct.unpack_from(order + "IIII", body)
            link, ticks = interfaces[interface]
            yield ((high << 32 | low) * 10**9 // ticks, link, body[20:20 + captured])
        at += length


def _resolution(order, interface_block):
    """Ticks a second of a pcapng interface (option 9, else microseconds)."""
    at = 8
    while at + 4 <= len(interface_block):
        option, length = struct.unpack_from(order + "HH", interface_block, at)
        if option == 9:
            value = interface_block[at + 4]
            return 2 ** (value & 0x7F) if value & 0x80 else 10**value
        if option == 0:
            break
        at += 4 + (length + 3 & ~3)
    return 10**6


def parse_segment(time, link, frame):
    """The TCP segment in a frame, or None."""
    start = LINK_HEADERS.get(link, -1)
    if start is None:
        start = 14
        while frame[start - 2:start] == b"\x81\x00":
            start += 4
        if frame[start - 2:start] != b"\x08\x00":
            return None
    packet = frame[start:] if start >= 0 else b""
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != 6:
        return None
    total = struct.unpack_from("!H", packet, 2)[0] or len(packet)  # 0: segmentation offload
    tcp = packet[(packet[0] & 15) * 4:total]
    if len(tcp) < 20:
        return None
    source_port, target_port, sequence, acknowledgement, offset, flags = struct.unpack_from(
        "!HHIIBB", tcp)
    return Segment(time, (str(ipaddress.IPv4Address(packet[12:16])), source_port),
                   (str(ipaddress.IPv4Address(packet[16:20])), target_port),
                   sequence, acknowledgement, flags, tcp[(offset >> 4) * 4:])


def read_segments(path):
    """All TCP segments of a capture in order; other frames are left out."""
    parsed = (parse_segment(*frame) for frame in read_frames(path))
    return [segment for segment in parsed if segment]


def _sum(data):
    data += b"\0" * (len(data) & 1)
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def _checksum(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame_bytes(segment):
    """The segment as an Ethernet frame with right checksums."""
    addresses = b"".join(ipaddress.ip_address(end[0]).packed for end in (segment.source, segment.target))
    tcp = struct.pack("!HHIIBBHHH", segment.source[1], segment.target[1], segment.sequence % WRAP,
                      segment.acknowledgement % WRAP, 5 << 4, segment.flags, segment.window, 0, 0)
    tcp += segment.payload
    check = _checksum(_sum(addresses + struct.pack("!HH", 6, len(tcp))) + _sum(tcp))
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    if len(addresses) == 32:  # IPv6
        ip = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + addresses
        return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x86\xdd" + ip + tcp
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + addresses
    ip = ip[:10] + struct.pack("!H", _checksum(_sum(ip))) + ip[12:]
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + ip + tcp


def write_segments(path, segments, snaplen=0):
    """Write a classic pcap (Ethernet, microseconds); snaplen cuts every frame to so many bytes."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for segment in segments:
            frame = frame_bytes(segment)
            kept = frame[:snaplen] if snaplen else frame
            microseconds = segment.time // 1000
            file.write(struct.pack("<IIII", microseconds // 10**6, microseconds % 10**6,
                                   len(kept), len(frame)) + kept)


def write_pcapng(path, segments):
    """Write a pcapng, whose times may be any 64-bit number of microseconds."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28))
        file.write(struct.pack("<IIHHII", 1, 20, 1, 0, 0, 20))
        for segment in segments:
            frame = frame_bytes(segment)
            padded = frame + bytes(-len(frame) % 4)
            size = 32 + len(padded)
            high, low = divmod(segment.time // 1000, WRAP)
            file.write(struct.pack("<IIIIIII", 6, size, 0, high, low, len(frame), len(frame)) + padded
                       + struct.pack("<I", size))
