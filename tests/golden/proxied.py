#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP, TLS and RTMP on port 1935 behind a PROXY protocol header: `--write FILE`.

By tcp.stream: HTTP behind version 1 and 2, TLS behind both, RTMP behind version 2; the odd ones have the header in the
segment of the first bytes behind it, the even ones in one of its own.
"""
import dataclasses
import pathlib
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
import tls  # noqa: E402
from rtmp_writer import CLIENT, SERVER, Connection, command  # noqa: E402

TEXT = b"PROXY TCP4 192.0.2.7 192.0.2.1 56324 1935\r\n"
BINARY = b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x21, 0x11]) + struct.pack("!H4B4BHH", 12, 192, 0, 2, 7, 192, 0, 2, 1, 56324, 1935)


def behind(header, segments, apart):
    """The same connection with a header before the client's first byte."""
    client = segments[0].source
    first = next(i for i, s in enumerate(segments) if s.payload)
    shifted = []
    for segment in segments[first:]:
        by_client = segment.source == client
        shifted.append(dataclasses.replace(
            segment, sequence=segment.sequence + len(header) * by_client,
            acknowledgement=segment.acknowledgement + len(header) * (not by_client)))
    alone = dataclasses.replace(segments[first], payload=header)
    if not apart:
        alone = dataclasses.replace(alone, payload=header + shifted.pop(0).payload)
    return segments[:first] + [alone] + shifted


def options(number):
    return {"client": (f"10.0.1.{number}", 50000), "start": 10**18 + number * 10**9}


def http(number):
    link = Connection(**options(number)).open()
    link.send(CLIENT, b"GET /live/cam1.m3u8 HTTP/1.1\r\nHost: example.org\r\n\r\n")
    link.send(SERVER, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    link.send(CLIENT, b"GET /live/cam2.m3u8 HTTP/1.1\r\nHost: example.org\r\n\r\n")
    return link.segments


def encrypted(number, keys):
    """Records of several segments, so that they do not begin where segments do."""
    link = tls.Connection(keys, segment=200, **options(number)).open().shake()
    link.message(CLIENT, command("connect", 1, {"app": "live"}))
    return link.segments


def plain(number):
    link = Connection(**options(number)).open().shake()
    link.message(CLIENT, command("connect", 1, {"app": "live"}))
    return link.segments


def main():
    with tempfile.TemporaryDirectory() as directory:
        keys = pathlib.Path(directory) / "keys"
        segments = [
            *behind(TEXT, http(0), apart=True), *behind(BINARY, http(1), apart=False),
            *behind(BINARY, encrypted(2, keys), apart=True), *behind(TEXT, encrypted(3, keys), apart=False),
            *behind(BINARY, plain(4), apart=True), *behind(BINARY, plain(5), apart=False)]
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], segments)


if __name__ == "__main__":
    main()
