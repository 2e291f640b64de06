#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input, one case a connection: a good message, the bad one and a good one in one segment.

Asserted for each: the bad message has the expected expert item at the bad value, its undecoded bytes
reach to the end of its body, its neighbours are right and clean; and nowhere Wireshark's own
"Malformed Packet" or a dissector bug. With --captures DIR: the last two for every capture in DIR.

usage: bad_input.py [--build DIR] [--captures DIR]
"""
import argparse
import os
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmp_writer import amf0, short_text  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

MALFORMED, LIMIT, REMARK = "rtmpx.malformed", "rtmpx.limit", "rtmpx.remark"
CALL = amf0("x") + amf0(1)
FLASH_CALL = b"\0" + CALL + b"\x11"
SO_HEAD = short_text("room") + struct.pack("!III", 1, 0, 0)
HEADERS = 54 + 12  # Ethernet, IPv4, TCP; an RTMP header of fmt 0


def case(kind, before, bad, expert=MALFORMED):
    """kind of message; the good bytes before the bad value; the bad value; its expert item."""
    return kind, before, bad, expert


CASES = {
    # AMF0
    "long string length wraps": case(20, CALL, b"\x0c\xff\xff\xff\xfb"),
    "xml length wraps": case(20, CALL, b"\x0f\xff\xff\xff\xfb"),
    "string longer than the body": case(20, CALL, b"\x02\xff\xffab"),
    "strict array count bomb": case(20, CALL, b"\x0a\xff\xff\xff\xff"),
    "strict array without its items": case(20, CALL, b"\x0a\0\0\0\x05" + amf0(1)),
    "number cut": case(20, CALL, b"\0\x3f\xf0"),
    "marker that does not exist": case(20, CALL, b"\x77abc"),
    "stray object end": case(20, CALL, b"\x09\x05"),
    "date cut": case(20, CALL, b"\x0b\0\0\0\0"),
    "nested too deep": case(20, CALL, b"\x0a\0\0\0\x01" * 3000, LIMIT),
    "objects nested too deep": case(20, CALL, b"\x03\0\x01a" * 3000, LIMIT),
    "key longer than the body": case(20, CALL, b"\x03\xff\xffk"),
    "reference to nothing": case(20, CALL, b"\x07\xff\xff", REMARK),
    "reference beyond our table": case(20, CALL + b"\x03\0\0\x09" * 2049, b"\x07\x08\x00", LIMIT),
    # AMF3
    "string reference to nothing": case(17, FLASH_CALL, b"\x06\x7e", REMARK),
    "array count bomb": case(17, FLASH_CALL, b"\x09\xff\xff\xff\xff\x01"),
    "array nested too deep": case(17, FLASH_CALL, b"\x09\x03\x01" * 3000, LIMIT),
    "traits by a reference to nothing": case(17, FLASH_CALL, b"\x0a\x79\x04\x01"),
    "traits bomb": case(17, FLASH_CALL, b"\x0a\xff\xff\xff\xf3\x01"),
    "unknown externalizable": case(17, FLASH_CALL, b"\x0a\x07\x07a.B123"),
    "vector longer than the body": case(17, FLASH_CALL, b"\x0d\x7f\0\0\0\0\x01"),
    "byte array longer than the body": case(17, FLASH_CALL, b"\x0c\x7fab"),
    "integer cut": case(17, FLASH_CALL, b"\x04\x80\x80"),
    "dictionary without its value": case(17, FLASH_CALL, b"\x11\x03\0\x04\x01"),
    "marker of AMF3 that does not exist": case(17, FLASH_CALL, b"\x20\x01"),
    # SharedObject
    "name longer than the body": case(19, b"", b"\xff\xffroom"),
    "version cut": case(19, short_text("room"), b"\0\0"),
    "event longer than the body": case(19, SO_HEAD, b"\x04\0\0\xff\xff\0\x01a\x05"),
    "key longer than the event": case(19, SO_HEAD + b"\x04\0\0\0\x04", b"\0\x09ab"),
    "value cut by its event": case(19, SO_HEAD + b"\x04\0\0\0\x08\0\x01a", b"\0\x3f\xf0\0\0"),
    # Control
    "set chunk size of 3 bytes": case(1, b"", b"\0\x10\0"),
    "user control of 1 byte": case(4, b"", b"\0"),
    "ping without its time": case(4, b"\0\x06", b"\0\0"),
    "acknowledgement cut": case(3, b"", b"\0\0"),
    # Media
    "AVC header cut": case(9, b"\x17", b"\x01\0"),
    "enhanced FourCC cut": case(9, b"\x90", b"hv"),
    "aggregate tag longer than the body": case(22, b"", b"\x09\xff\xff\xff" + bytes(7) + b"AAAA"),
    # Said once: where it stands, not for the message as well.
    "set chunk size with its top bit": case(1, b"", b"\x80\x01\0\0"),
}


def write(path):
    segments = []
    for number, (kind, before, bad, _) in enumerate(CASES.values()):
        link = rtmp.Connection((f"10.1.{number >> 8}.{number & 255}", 50000), mss=65000,
                               start=10**18 + number * 10**9).open().shake()
        link.message(rtmp.CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 65536))
        writer = link.writer[rtmp.CLIENT]
        link.send(rtmp.CLIENT, writer.write(rtmp.Message(kind, before + bad, csid=5), fmt=0)
                  + writer.write(rtmp.command("after", 7, None, csid=3), fmt=0))
        segments += link.close().segments
    pcap.write_segments(path, segments)


def experts(item):
    """[(field, item that carries it)] below an item, itself included."""
    found = []
    for node in [item, *item.walk()]:
        for child in node.children:
            if child.name == "_ws.expert":
                found += [(field.name, node) for field in child.children
                          if field.name.startswith(("rtmpx.", "_ws.malformed"))]
    return found


def check_case(frame, before, bad, expert):
    """What is wrong with how a case is shown, as texts."""
    messages = frame.messages()
    if len(messages) < 2:
        return [f"{len(messages)} messages, expected 2"]
    message, after = messages[0], messages[-1]
    found = []
    if after.first("rtmpx.command.name") != "after" or experts(after):
        found.append(f"the next message: {after.label} {experts(after)}")
    start = HEADERS + len(before)
    end = start + len(bad)
    places = [node for name, node in experts(message) if name == expert]
    if not any(start - 5 <= node.position <= end for node in places):
        found.append(f"no {expert} at {start}..{end}: "
                     f"{[(n, i.position, i.size) for n, i in experts(message)]}")
    covered = [node.position + node.size for part in message.children
               if part.name != "rtmpx.chunk" for node in [part, *part.walk()] if node.size]
    if end not in covered:
        found.append(f"no item reaches to the end {end}: {sorted(set(covered))}")
    return found


def check_cases(tshark):
    path = tshark.directory / "bad.pcap"
    write(path)
    frames = [f for f in decoded.frames(tshark, path, "-2")
              if any(m.first("rtmpx.command.name") == "after" for m in f.messages())]
    by_stream = {frame.stream: frame for frame in frames}
    failed = 0
    for number, (name, (_, before, bad, expert)) in enumerate(CASES.items()):
        found = check_case(by_stream[number], before, bad, expert) if number in by_stream \
            else ["the message after it is not shown"]
        failed += bool(found)
        for text in found:
            print(f"{name}: {text}")
    print(f"{len(CASES)} bad messages, {failed} not shown as they should be")
    return failed


def processor_time():
    """Seconds that processes which ended have taken: what else the machine does is no matter."""
    times = os.times()
    return times.children_user + times.children_system


def check_captures(tshark, directory):
    failed = 0
    for capture in sorted(directory.glob("*.pcap*")):
        began = processor_time()
        output = tshark.run("-V", "-2", capture=capture, timeout=60).stdout
        if "Malformed Packet" in output:
            failed += 1
            print(f"{capture.name}: Malformed Packet")
        took = processor_time() - began
        if took > 10:
            failed += 1
            print(f"{capture.name}: took {took:.1f} s")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", action="append", type=pathlib.Path, default=[])
    parser.add_argument("--write", metavar="FILE", help="the cases, and nothing else")
    options = parser.parse_args()
    if options.write:
        return write(options.write)
    with Tshark(options.build) as tshark:
        failed = check_cases(tshark)
        failed += sum(check_captures(tshark, directory) for directory in options.captures)
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
