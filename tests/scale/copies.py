# SPDX-License-Identifier: GPL-2.0-or-later
"""A large capture from small ones of gen_rtmp_pcap.py: copies of them with client addresses of their own, interleaved,
over IPv4, IPv6, VLAN, QinQ and VXLAN; and one of RTMPT sessions."""
import itertools
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmpt_writer import Network, Session  # noqa: E402

LINKS = ("ipv4", "ipv6", "vlan", "qinq", "vxlan")
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
CLIENT = b"\x0a\1\0\2"  # the generator's
VXLAN_PORT = 4789
START = 1_600_000_000  # seconds since 1970


def read_frames(path):
    with open(path, "rb") as file:
        data = file.read()
    at = len(HEADER)
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def record(microseconds, frame):
    """A frame as it stands in a capture, with its time since 1970."""
    return struct.pack("<IIII", microseconds // 10**6, microseconds % 10**6, len(frame), len(frame)) + frame


def with_client(frame, client):
    """From or to another client, checksums adjusted (RFC 1624)."""
    at = 26 if frame[26:30] == CLIENT else 30
    difference = sum(struct.unpack("!2H", client)) - sum(struct.unpack("!2H", CLIENT))
    frame = bytearray(frame)
    frame[at:at + 4] = client
    for checksum in (24, 50):  # IP's, TCP's
        old = struct.unpack_from("!H", frame, checksum)[0]
        struct.pack_into("!H", frame, checksum, 0xFFFF - (0xFFFF - old + difference) % 0xFFFF)
    return bytes(frame)


def over_ipv6(frame):
    def address(ipv4):
        return b"\x20\1\x0d\xb8" + bytes(8) + ipv4

    tcp = frame[34:]  # its checksum is not right any more; nobody verifies it
    return (frame[:12] + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + address(frame[26:30])
            + address(frame[30:34]) + tcp)


def over_vxlan(frame):
    """The clients are behind seven ends of tunnels."""
    source, target = (b"\xac\x10\0" + bytes([1 + sum(frame[at:at + 4]) % 7]) for at in (26, 30))
    udp = struct.pack("!HHHHII", 50000, VXLAN_PORT, 16 + len(frame), 0, 0x08000000, 42 << 8) + frame
    return (frame[:12] + b"\x08\0" + struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
            + source + target + udp)


def over(link, frame):
    if link == "ipv6":
        return over_ipv6(frame)
    if link == "vlan":
        return frame[:12] + b"\x81\0\0\5" + frame[12:]
    if link == "qinq":
        return frame[:12] + b"\x88\xa8\0\7\x81\0\0\5" + frame[12:]
    return over_vxlan(frame) if link == "vxlan" else frame


def frames_in_turn(sources, first, last, links):
    """Of each source the copies with the numbers first to last, one frame of each in turn."""
    def copy(frames, number):
        link, client = links[number % len(links)], bytes((10, 1 + number // 250, 1 + number % 250, 2))
        return (over(link, with_client(frame, client)) for frame in frames)

    copies = [copy(frames, number * len(sources) + at)
              for number in range(first, last) for at, frames in enumerate(sources)]
    for turn in itertools.zip_longest(*copies):
        yield from (frame for frame in turn if frame)


def write_copies(sources, output, count, together=10, links=LINKS, step=100):
    """`count` copies of the sources, so many at a time; a frame each `step` microseconds. Returns the number of frames."""
    sources, written = [list(read_frames(source)) for source in sources], 0
    arp = b"\xff" * 6 + b"\2\0\0\0\0\1\x08\6" + bytes(28)  # belongs to no flow
    with open(output, "wb", buffering=1 << 20) as file:
        file.write(HEADER)
        for first in range(0, count, together):
            group = frames_in_turn(sources, first, min(first + together, count), links)
            for frame in itertools.chain([arp], group):
                file.write(record(START * 10**6 + written * step, frame))
                written += 1
    return written


def tunnel(number):
    """The segments of a client with two RTMPT sessions, which take turns on its three TCP connections."""
    network = Network(client=f"10.{200 + number // 250}.{number % 250}.2", start=START * 10**9)
    carriers = [network.connect() for _ in range(3)]
    sessions = [Session(network, f"{number}-{at}").open(carriers[at], seed=at) for at in range(2)]
    for turn in range(1, 7):
        for at, session in enumerate(sessions):
            call = session.writer[rtmp.CLIENT].write(rtmp.command(f"call{turn}", turn, None))
            answer = session.writer[rtmp.SERVER].write(rtmp.command("_result", turn, None, number))
            session.exchange(carriers[(turn + at) % 3], call)
            session.exchange(carriers[(turn + at + 1) % 3], b"\0", answer, verb="idle")
    for session in sessions:
        session.exchange(carriers[0], b"\0", verb="close")
    return network.segments()


def write_tunnels(output, count, links=LINKS):
    """So many clients of RTMPT. Returns the number of frames."""
    segments = [(segment.time, number, segment) for number in range(count) for segment in tunnel(number)]
    segments.sort(key=lambda each: each[:2])
    with open(output, "wb") as file:
        file.write(HEADER)
        for time, number, segment in segments:
            file.write(record(time // 1000, over(links[number % len(links)], pcap.frame_bytes(segment))))
    return len(segments)
