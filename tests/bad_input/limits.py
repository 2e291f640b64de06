#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every bound of src/base/limits.h that traffic can reach is said where it is reached.

A connection for each; asserted: the expert item (or field) that says so, for a filter and in two
passes, and that a bound has a case here or a reason why it has none.

usage: limits.py [--build DIR]
"""
import argparse
import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmp_writer import amf0, u29  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

LIMIT, REMARK, GIVEN_UP = "rtmpx.limit", "rtmpx.remark", "rtmpx.tunnel.given_up"
ON = ["-o", "rtmpx.parameter_sets:TRUE"]
KEPT = "rtmpx.available"  # no expert item: it is so for most media messages
CALL = amf0("x") + amf0(1)
FLASH_CALL = b"\0" + CALL + b"\x11"


def array3(count, values):
    return FLASH_CALL + b"\x09" + u29(count << 1 | 1) + b"\x01" + values


def strings3():
    """More strings than the table has, and a reference to one behind it."""
    return array3(2101, b"".join(b"\x06\x09%04d" % i for i in range(2100)) + b"\x06" + u29(2099 << 1))


def objects3():
    return array3(2101, b"\x0a\x0b\x01\x01" + b"\x0a\x01\x01" * 2099 + b"\x0a" + u29(2099 << 1))


def traits3():
    classes = b"".join(b"\x0a\x03\x09%04d" % i for i in range(300))
    return array3(301, classes + b"\x0a" + u29(299 << 2 | 1))


def units():
    """AVC in four-byte lengths, each unit longer than those that are kept whole."""
    return b"\x17\x01\0\0\0" + (struct.pack("!I", 100) + b"\x65" + bytes(99)) * 1100


def parameter_set():
    """With rtmpx.parameter_sets: one that Wireshark's dissector does not get."""
    unit = b"\x44\x01" + b"\xff" * 3000
    return b"\x90hvc1\x01" + bytes(20) + b"\x03\x01\x22\0\1" + struct.pack("!H", len(unit)) + unit


def tags(count):
    return (b"\x08" + bytes(14)) * count


def nested(levels):
    body = b""
    for _ in range(levels):
        body = b"\x16" + struct.pack("!I", len(body))[1:] + bytes(7) + body + bytes(4)
    return body


# (bound, kind of message, body, field that says it); the same bound may be reached in several ways.
MESSAGES = [
    ("AMF_DEPTH", 20, CALL + b"\x0a\0\0\0\x01" * 66, LIMIT),
    ("AMF_DEPTH", 17, FLASH_CALL + b"\x09\x03\x01" * 65, LIMIT),
    ("AMF_REFERENCES", 20, CALL + b"\x03\0\0\x09" * 2049 + b"\x07\x08\x00", LIMIT),
    ("AMF_REFERENCES", 17, strings3(), LIMIT),
    ("AMF_REFERENCES", 17, objects3(), LIMIT),
    ("AMF_TRAITS", 17, traits3(), LIMIT),
    ("AMF_PATH", 20, CALL + amf0({"k" * 300: {"k" * 300: 1}}), LIMIT),
    ("AMF_PATH", 20, CALL + amf0({"k" * 200: [None] * 10000}), LIMIT),  # what a full frame has room for
    ("MESSAGE_ITEMS", 20, CALL + b"\x05" * 100001, LIMIT),
    ("MESSAGE_ITEMS", 19, rtmp.short_text("so") + bytes(12) + b"\x08\0\0\0\0" * 100001, LIMIT),
    ("AGGREGATE_TAGS", 22, tags(10001), LIMIT),
    ("AGGREGATE_TAGS", 22, nested(3), LIMIT),
    ("MEDIA_HEAD", 8, b"\xaf\x01" + bytes(5000), KEPT),
    ("PARAMETER_SET", 9, parameter_set(), LIMIT),
    ("OUTLINE_UNITS", 9, units(), REMARK),
]
OTHERS = {
    "WHOLE_BODIES": "the exported file counts what is left out",
    "MESSAGE_LENGTH": "a field of 24 bits",
    "CSID": "the protocol's own bound",
    "DECODER_CONFIGS": "nothing is hidden: of a stream that lost its place the bytes tell again",
    "DECODER_CONFIG_STATES": "as DECODER_CONFIGS",
    "DEFAULT_CHUNK_SIZE": "the protocol's own value, no bound",
    "HOLES": "the hole is said (rtmpx.gap) when it is met, whatever may still fill it",
    "HOLE_STATE": "as HOLES",
    "LATE_BYTES": "as HOLES",
    "LATE_DIRECTIONS": "as HOLES",
    "LATE_MESSAGES": "as HOLES",
    "SIZING_BYTES": "the search that follows is said (rtmpx.resynchronized)",
    "OPEN_REQUESTS": "nothing false is said: of a request that lost its place no ending tells",
    "CALLS_ANSWERED": "nothing is hidden: what answers a call a second time tells by its form",
    "CALLS": "nothing is hidden: the answer to a call that lost its place tells by its form",
    "CLOCKS": "nothing false is said: media of further message streams have no intervals, skew and key frame numbers",
    "CLOCK_TRACKS": "as CLOCKS, of tracks",
    "PINGS": "nothing false is said: the response to a ping that lost its place is linked to none",
    "REMOTING_ID": "nothing false is said: a call with a longer id is linked to none",
    "REMOTING_MESSAGES": "shown by a hostile packet, in tests/transports/remoting.py",
    "REMOTING_REQUESTS": "nothing false is said: the reply to a request that lost its place is linked to none",
    "SO_ATTRIBUTES": "the copy is said to be incomplete (rtmpx.so.incomplete)",
    "SO_COPIES": "nothing false is said: of a copy that has no place no facts are shown",
    "SO_DIVERGENCES": "nothing false is said: of further copies that differ nothing is",
    "SO_REQUESTS": "as SO_ATTRIBUTES",
    "SECRETS": "the documents say it: of further names nothing is hidden",
    "SO_BODIES": "the event says it (rtmpx.limit), as tests/unit/test_so_follow.c shows; later values are not known",
    "SO_VALUE": "a longer value ends in an ellipsis",
    "STREAMS": "nothing false is said: messages of further streams have no stream",
    "STREAMS_IN_USE": "as STREAMS: no end is told of one that lost its place",
    "STREAM_IDS": "as STREAMS",
    "OUTLINE_UNIT": "part of what OUTLINE_UNITS shows",
    "OUTLINE_WHOLE": "part of what OUTLINE_UNITS shows",
}


def message(number, kind, body):
    link = rtmp.Connection((f"10.1.0.{number}", 50000), start=10**18 + number * 10**9).open().shake()
    link.message(rtmp.CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 0xFFFFFF))
    link.message(rtmp.CLIENT, rtmp.Message(kind, body, csid=5))
    return link


def search(number):
    """More bytes without a header than a search holds, then a header."""
    link = rtmp.Connection((f"10.1.0.{number}", 50000)).open().shake()
    link.send(rtmp.CLIENT, b"\xff" * 70000)
    link.message(rtmp.CLIENT, rtmp.command("found", 1), rtmp.command("again", 2))
    return link


def bodies(number):
    """More messages of several chunks in a frame than have a tab of bytes each."""
    link = rtmp.Connection((f"10.1.0.{number}", 50000), mss=65000).open().shake()
    link.message(rtmp.CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 3))
    writer = link.writer[rtmp.CLIENT]
    link.send(rtmp.CLIENT, b"".join(writer.write(rtmp.Message(20, b"\2\0\1x", csid=5)) for _ in range(2100)))
    return link


def tunnel(number):
    """Numbers that wait for one that never comes."""
    link = rtmp.Connection((f"10.1.0.{number}", 50000), ("10.0.0.1", 80)).open()
    for sequence in (1, *range(3, 22)):
        link.send(rtmp.CLIENT, b"POST /send/id/%d HTTP/1.1\r\nContent-Type: application/x-fcs\r\n"
                  b"Content-Length: 1\r\n\r\n\x03" % sequence)
    return link


def cases():
    """(bound, field that says it, connection)"""
    for number, (bound, kind, body, expert) in enumerate(MESSAGES):
        yield bound, expert, message(number, kind, body)
    yield "SEARCH_BYTES", LIMIT, search(len(MESSAGES))
    yield "FRAME_BODIES", LIMIT, bodies(len(MESSAGES) + 2)
    yield "TUNNEL_WAITING", GIVEN_UP, tunnel(len(MESSAGES) + 1)


def check(tshark, bound, field, link):
    """What is wrong, as texts."""
    path = tshark.directory / "limit.pcap"
    pcap.write_segments(path, link.close().segments)
    path.chmod(0o644)
    shown = tshark.run("-n", *ON, "-Y", field, capture=path).stdout
    again = tshark.run("-n", *ON, "-2", "-V", "-Y", field, capture=path).stdout
    found = [] if shown and again else [f"{bound}: no {field}"]
    return found + [f"{bound}: Malformed Packet"] * ("Malformed Packet" in again)


def check_all_are_here(bounds):
    header = (ROOT / "src/base/limits.h").read_text()
    defined = set(re.findall(r"#define RTMP_(?:LIMIT_)?(?:DEFAULT_(?=MEDIA))?(\w+) +[\dR]", header))
    defined = {name for name in defined if not name.startswith("REPORT_")}  # said in the page: tests/report_page
    known = bounds | OTHERS.keys()
    return [f"{name}: in limits.h or here, not in both" for name in sorted(defined ^ known)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    options = parser.parse_args()
    found, bounds, count = [], set(), 0
    with Tshark(options.build) as tshark:
        for bound, field, link in cases():
            bounds.add(bound)
            count += 1
            found += check(tshark, bound, field, link)
    found += check_all_are_here(bounds)
    for text in found:
        print(text)
    print(f"{len(bounds)} bounds reached in {count} ways, {len(found)} not said")
    return bool(found)


if __name__ == "__main__":
    run_main(main)
