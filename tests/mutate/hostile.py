#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic made to exhaust a reader: time stays linear in its bytes, memory bounded.

Each case is written in two sizes, one twice the other, and shown as a list, in full with every
preference of ours, and in full and filtered when TCP hands all of it to one frame, under a limit of address space. Asserted: it ends, in less than TIME
a megabyte, in not much more than twice the time for twice the bytes, with less than MEMORY for each
byte of the capture above what tshark takes for a small one, and no frame has more items than
Wireshark takes. A smaller one where Wireshark takes few items a frame says that a limit was reached.

usage: hostile.py [--build DIR] [--size BYTES] [CASE ...]
"""
import argparse
import dataclasses
import inspect
import os
import pathlib
import resource
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import ROOT, PluginError, Tshark, run_main  # noqa: E402

ADDRESS_SPACE = 3 << 30
# Records and bodies live for the whole capture, items of a frame while it is shown.
MEMORY = 400  # bytes for a byte of the capture
MEMORY_ALWAYS = 100 << 20
TIME = 12  # seconds for a megabyte of it
RATIO = 2.8  # of the times for 2n and n bytes
NOISE = 1.0  # seconds
FEW_ITEMS = 10000  # that Wireshark takes of a frame, of a capture of
SMALL = 30000  # bytes
TOGETHER = ["-o", "tcp.reassemble_out_of_order:TRUE"]
EVERY_PREFERENCE = ["-o", "rtmpx.parameter_sets:TRUE", "-o", "rtmpx.keep_media:TRUE", "-o", "rtmpx.literal_fmt3:TRUE",
                    "-o", "rtmpx.mask_secrets:TRUE"]
IN_ONE_FRAME = ["-V", *TOGETHER, *EVERY_PREFERENCE]
FILTER = 'rtmpx.command.name == "none" or rtmpx.amf.pair contains "none" or rtmpx.so.key == "none"'
MANNERS = {
    "list": [],
    "full, two passes": ["-2", "-V", *EVERY_PREFERENCE],
    "in one frame": IN_ONE_FRAME,
    "in one frame, filtered": ["-Y", FILTER, *TOGETHER],
}


@dataclasses.dataclass(frozen=True)
class Traffic:
    """Bytes of a client that are not simply a segment after the other behind a handshake."""
    data: bytes
    shake: bool = True
    port: int = 1935
    snaplen: int = 0  # bytes of each frame that are in the capture; 0: all
    mss: int = 60000
    lost: bool = False  # every second segment
    together: bool = True  # TCP may hand all of it to one frame


def u24(number):
    return struct.pack("!I", number)[1:]


def header(csid, kind, length, timestamp=0):
    return (rtmp.basic_header(0, csid) + u24(timestamp) + u24(length) + bytes([kind])
            + struct.pack("<I", 1))


def repeat(unit, size):
    return unit * (size // len(unit) + 1)


def message(kind, body):
    """One message after a chunk size that holds it."""
    scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, 0xFFFFFF))
    return scs + header(5, kind, len(body)) + body


CALL = rtmp.amf0("x") + rtmp.amf0(1)
CALL3 = b"\0" + CALL + b"\x11"


# ---- cases: bytes of a direction behind the handshake, of about `size`


def announced_sizes(size):
    """Chunk streams that announce 16 MB each and send 128 bytes of it."""
    return b"".join(header(3 + i % 60, 20, 0xFFFFFF) + bytes(128) for i in range(size // 140))


def chunk_streams(size):
    """A message open on every chunk stream there is."""
    return b"".join(header(64 + i % 65535, 20, 500) + bytes(128) for i in range(size // 142))


def one_byte_chunks(size):
    scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, 1))
    first = b"".join(header(csid, 9, 0xFFFFFF) + b"\x17" for csid in range(10, 50))
    return scs + first + repeat(b"".join(bytes([0xC0 | csid, 0]) for csid in range(10, 50)), size)


def chunk_size_changes_in_a_message(size):
    scs = [b"\x02" + bytes(3) + u24(4) + b"\x01" + bytes(4) + struct.pack("!I", n) for n in (8, 9)]
    body = header(5, 20, 0xFFFFFF) + bytes(128)
    return body + repeat(scs[0] + b"\xc5" + bytes(8) + scs[1] + b"\xc5" + bytes(9), size)


def losses(size):
    """Bytes that are no header, then two messages that are."""
    good = header(4, 8, 4) + b"\xaf\1\2\3" + header(5, 8, 4) + b"\xaf\1\2\3"
    return repeat(b"\xff" + good, size)


def losses_with_many_chunk_streams(size):
    streams = b"".join(header(64 + i, 8, 1) + b"\xaf" for i in range(min(65535, size // 30)))
    return streams + losses(size - len(streams))


def headers_everywhere(size):
    """Behind a loss: every few bytes what might be a header."""
    return b"\xff\xff\xff" + repeat(header(4, 9, 20000) + b"\x17\xc4\xc4\xc4\xc4", size)


def messages_without_bytes(size):
    return header(4, 8, 0) + repeat(b"\xc4", size)


def tiny_values(size):
    return message(20, CALL + repeat(b"\x05", size))


def strict_array_of_nulls(size):
    return message(20, CALL + b"\x0a" + struct.pack("!I", size) + b"\x05" * size)


def nested_arrays(size):
    return message(20, CALL + repeat(b"\x0a\0\0\0\1", size))


def nested_objects_with_long_names(size):
    key = b"\x02\x00" + b"k" * 512
    return message(20, CALL + repeat(b"\x03" + key, size))


def siblings_below_long_names(size):
    """A long path, and many leaves that all have it."""
    deep = (b"\x03\x00\xff" + b"k" * 255) * 60
    return message(20, CALL + deep + repeat(b"\0\1a\5", size))


def long_string_by_reference(size):
    """A string of a third of the message, and references to it."""
    text = size // 3
    return message(17, CALL3 + b"\x09" + rtmp.u29((size // 2) << 1 | 1) + b"\x01\x06"
                   + rtmp.u29(text << 1 | 1) + b"s" * text + b"\x06\x00" * (size // 3))


def long_member_name_by_reference(size):
    """Objects whose only member has a long name, by the traits of the first."""
    name = size // 3
    first = b"\x0a\x13\x01" + rtmp.u29(name << 1 | 1) + b"n" * name + b"\x01"
    return message(17, CALL3 + b"\x09" + rtmp.u29((size // 2) << 1 | 1) + b"\x01" + first
                   + b"\x0a\x01\x01" * (size // 5))


def reference_tables(size):
    strings = b"".join(b"\x06\x05" + b"%02x" % (i % 256) for i in range(size // 4))
    return message(17, CALL3 + b"\x09" + rtmp.u29(len(strings) // 4 << 1 | 1) + b"\x01" + strings)


def traits_bomb(size):
    return message(17, CALL3 + b"\x0a" + rtmp.u29((size << 4 | 3) & 0x1FFFFFFF) + b"\x01" * size)


def shared_object_events(size):
    return message(19, rtmp.short_text("so") + bytes(12) + repeat(b"\x08\0\0\0\0", size))


def aggregate_of_empty_tags(size):
    return message(22, repeat(b"\x08" + bytes(14), size))


def nested_aggregates(size):
    body = b""
    for _ in range(400):
        body = b"\x16" + u24(len(body)) + bytes(7) + body + struct.pack("!I", len(body) + 11)
    return message(22, repeat(body, size))


def large_messages_that_end_together(size):
    """Messages of many values on all chunk streams; the last bytes of all stand side by side."""
    body = CALL + b"\x05" * (size // 60)
    scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, len(body) - 1))
    return (scs + b"".join(header(csid, 20, len(body)) + body[:-1] for csid in range(3, 63))
            + b"".join(bytes([0xC0 | csid]) + body[-1:] for csid in range(3, 63)))


def odd_values(size):
    """Each with an expert item: references to nothing."""
    return message(20, CALL + repeat(b"\x07\xff\xff", size))


def nal_units(size):
    return message(9, b"\x17\x01\0\0\0" + repeat(b"\0\0\0\1\x65", size))


def hevc_configuration(unit, size):
    """One of so many bytes with a unit, again and again: a picture parameter set whose bits are an item each."""
    count = min(65535, size // (len(unit) + 2))
    units = (struct.pack("!H", len(unit)) + unit) * count
    return message(9, b"\x90hvc1" + b"\x01" + bytes(20) + b"\x03\x01\x22" + struct.pack("!H", count) + units)


def parameter_sets(size):
    return hevc_configuration(b"\x44\x01" + b"\xff" * 1500, size)


def long_parameter_set(size):
    return hevc_configuration(b"\x44\x01" + b"\xff" * min(65000, size // 2), size)


def modex_chain(size):
    return message(9, b"\x97" + repeat(b"\x00\x00\x07", size))


def tracks(size):
    return message(9, b"\x96\x10hvc1" + repeat(b"\0\0\0\1\0", size))


def interleaved_chunks_of_one_byte(size):
    """Two messages of many parts, which end in the same frame."""
    scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, 1))
    return (scs + b"".join(header(csid, 20, size // 4) + b"\2" for csid in (5, 6))
            + b"\xc5\5\xc6\5" * (size // 4 - 1))


def chunk_size_changes_until_the_message_ends(size):
    """As above, and a message that ends: its parts are to be found from each of them."""
    scs = [b"\x02" + bytes(3) + u24(4) + b"\x01" + bytes(4) + struct.pack("!I", n) for n in (4, 5)]
    turns = size // 43
    return (scs[0] + header(5, 20, 4 + 9 * turns) + b"\2\0\0\5"
            + (scs[1] + b"\xc5" + b"\5" * 5 + scs[0] + b"\xc5" + b"\5" * 4) * turns)


def small_messages_of_two_chunks(size):
    scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, 2))
    return scs + repeat(header(5, 20, 4) + b"\2\0\xc5\1x", size)


def shared_object_key_above_many_values(size):
    key = min(65535, size // 2)
    pair = rtmp.short_text("k" * key) + b"\x0a" + struct.pack("!I", size // 2) + b"\5" * (size // 2)
    return message(19, rtmp.short_text("so") + bytes(12) + rtmp.so_event(rtmp.CHANGE, pair))


def strings_by_reference_in_many_messages(size):
    """Each message stays below what one may show of its strings."""
    text = b"\x06" + rtmp.u29(10000 << 1 | 1) + b"s" * 10000
    body = CALL3 + b"\x09" + rtmp.u29(1001 << 1 | 1) + b"\x01" + text + b"\x06\x00" * 1000
    return repeat(message(17, body), size)


def headers_everywhere_in_midstream(size):
    """Each might begin a long message: its chunk size must be inferred."""
    return Traffic(b"\xff" * 5 + repeat(header(4, 8, 20000), size), shake=False)


def chunk_sizes_everywhere_in_midstream(size):
    """The same, and every few bytes what might be its next chunk."""
    return Traffic(b"\xff" * 5 + repeat(header(63, 9, 20000) + b"\x17\xff\x01\xff", size), shake=False)


def snapshot_lengths(size):
    """A hole in each segment."""
    return Traffic(repeat(header(4, 8, 300) + b"\xaf" * 300, size), snaplen=200, mss=400)


def holes_with_many_chunk_streams(size):
    """Each hole puts all chunk streams in doubt."""
    streams = b"".join(header(64 + i, 8, 100) + bytes(50) for i in range(min(65535, size // 126)))
    rest = repeat(b"".join(header(64 + i, 8, 30) + b"\xaf" * 30 for i in range(60)), size // 2)
    return Traffic(streams + rest, mss=100, lost=True, together=False)


# Of a frame Wireshark takes 500 layers at most.
FEW_LAYERS = {"mss": 10000, "together": False}


def tunnel(size, url):
    request = "POST %s HTTP/1.1\r\nContent-Type: application/x-fcs\r\nContent-Length: 1\r\n\r\n\3"
    requests = ((request % url(i)).encode() for i in range(size // 99))
    return Traffic(b"".join(requests), shake=False, port=80, **FEW_LAYERS)


def tunnel_sessions(size):
    return tunnel(size, "/send/{0:07}/1".format)


def tunnel_requests_ahead_of_their_turn(size):
    return tunnel(size, lambda i: f"/send/1/{i * 2:07}")


CASES = {name: case for name, case in list(globals().items())
         if inspect.isfunction(case) and list(inspect.signature(case).parameters) == ["size"]}


def traffic_of(case, size):
    traffic = case(size)
    return Traffic(traffic) if isinstance(traffic, bytes) else traffic


def write(path, traffic, in_one_frame):
    link = rtmp.Connection(server=("10.0.0.1", traffic.port)).open()
    if traffic.shake:
        link.shake()
    before = len(link.segments)
    link.send(rtmp.CLIENT, traffic.data, mss=traffic.mss)
    if traffic.lost:
        del link.segments[before + 1::2]
    if in_one_frame and traffic.together:  # the first segment comes last
        link.segments.append(link.segments.pop(before))
        times = sorted(segment.time for segment in link.segments)
        link.segments = [s.replace(time=time) for s, time in zip(link.segments, times)]
    pcap.write_segments(path, link.close().segments, traffic.snaplen)
    path.chmod(0o644)


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def measure(tshark, path, arguments):
    """(seconds of processor time, bytes of memory, what went wrong or None)"""
    errors_path = tshark.directory / "errors"
    with open(errors_path, "wb") as errors:
        process = tshark.popen("timeout", "300", "tshark", "-n", "-r", path, *arguments,
                               stdout=subprocess.DEVNULL, stderr=errors, preexec_fn=limit)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    wrong = None
    text = errors_path.read_text(errors="replace")
    if status or "Dissector bug" in text:
        wrong = f"status {status}: {text.strip()[-200:]}"
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, wrong


def check_few_items(tshark, name, case):
    path = tshark.directory / "hostile.pcap"
    traffic = traffic_of(case, SMALL)
    if not traffic.together:
        return []
    write(path, traffic, True)
    whole = tshark.run("-n", *IN_ONE_FRAME, capture=path).stdout
    try:
        few = tshark.run("-n", *IN_ONE_FRAME, "-o", f"gui.max_tree_items:{FEW_ITEMS}",
                         capture=path).stdout
    except PluginError as error:
        return [f"{name}, few items: {error}"]
    if whole.count("\n") > FEW_ITEMS and "a limit of this dissector was reached" not in few:
        return [f"{name}: does not say that items are missing"]
    return []


def check(tshark, name, case, size, baseline):
    """Failures of a case as texts; prints its figures."""
    failures = check_few_items(tshark, name, case)
    figures = {}
    for factor in (1, 2):
        path = tshark.directory / "hostile.pcap"
        traffic = traffic_of(case, size * factor)
        for manner, arguments in MANNERS.items():
            write(path, traffic, manner.startswith("in one frame"))
            seconds, memory, wrong = measure(tshark, path, arguments)
            figures[manner, factor] = seconds - baseline[0], memory - baseline[1]
            if wrong:
                failures.append(f"{name}, {manner}, {factor}: {wrong}")
    for manner in MANNERS:
        (once, some), (twice, memory) = figures[manner, 1], figures[manner, 2]
        print(f"{name:38} {manner:22} {once:7.2f} s {twice:7.2f} s {memory / 1e6:8.0f} MB", flush=True)
        if twice > TIME * 2 * size / 1e6:
            failures.append(f"{name}, {manner}: {twice:.1f} s")
        if twice > RATIO * once + NOISE:
            failures.append(f"{name}, {manner}: {twice:.1f} s for twice of {once:.1f} s")
        for taken, factor in ((some, 1), (memory, 2)):
            if taken > MEMORY_ALWAYS + MEMORY * factor * size:
                failures.append(f"{name}, {manner}: {taken / 1e6:.0f} MB, {factor} times the size")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--size", type=int, default=300000)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    failures = []
    with Tshark(options.build) as tshark:
        baseline = measure(tshark, tshark.readable(ROOT / "samples" / "noteroom.pcap"), ["-V"])
        for name, case in CASES.items():
            if not options.cases or name in options.cases:
                failures += check(tshark, name, case, options.size, baseline)
    for failure in failures:
        print(failure)
    print(f"{len(CASES)} kinds of hostile traffic, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    run_main(main)
