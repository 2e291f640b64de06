#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a filter finds does not depend on the output: list, -V, -T fields and -T pdml.

Hostile traffic (hostile.py), and behind it a good command, audio message and SharedObject, is handed by TCP to one
frame. Each filter must select the same frames in every output, the good command must be found where the reader still
knows where it begins, and no frame may have more items than Wireshark takes.

usage: outputs.py [--build DIR] [--size BYTES] [CASE ...]
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "tools"))

import hostile  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import PluginError, Tshark, run_main  # noqa: E402

FILTERS = ['rtmpx.command.name == "good"', 'rtmpx.amf.string == "found" and rtmpx.audio.format == 10',
           'rtmpx.so.pair == "good=1"', "rtmpx.chunk.csid == 7", "rtmpx.limit"]
OUTPUTS = {
    "list": (["-o", 'gui.column.format:"No.","%m"'], re.compile(r"^\s*(\d+)", re.M)),
    "-V": (["-V"], re.compile(r"^Frame (\d+):", re.M)),
    "-T fields": (["-T", "fields", "-e", "frame.number"], re.compile(r"^(\d+)", re.M)),
    "-T pdml": (["-T", "pdml"], re.compile(r'<field name="num" pos="0" show="(\d+)"')),
}
# Behind these the reader does not know where a message begins, shows no more messages of the frame, or a snapshot
# length cut off what is asked for.
NOT_FOUND = {"announced_sizes", "chunk_streams", "one_byte_chunks", "chunk_size_changes_in_a_message",
             "interleaved_chunks_of_one_byte", "messages_without_bytes", "small_messages_of_two_chunks",
             "snapshot_lengths"}


def message(kind, csid, body):
    """Of one chunk."""
    return hostile.header(csid, kind, len(body)) + body


def good():
    scs = message(1, 2, struct.pack("!I", 0xFFFFFF))
    so = rtmp.short_text("so") + bytes(12) + rtmp.so_event(rtmp.CHANGE, rtmp.short_text("good") + rtmp.amf0(1))
    return (scs + message(20, 7, rtmp.amf0("good") + rtmp.amf0(0) + rtmp.amf0("found"))
            + message(8, 8, b"\xaf\1\x21\x10") + message(19, 9, so))


def frames(tshark, path, chosen, output):
    arguments, number = OUTPUTS[output]
    text = tshark.run("-n", *hostile.TOGETHER, *hostile.EVERY_PREFERENCE, "-Y", chosen, *arguments, capture=path).stdout
    return sorted(set(map(int, number.findall(text))))


def check(tshark, name, size):
    traffic = hostile.traffic_of(hostile.CASES[name], size)
    if not traffic.shake or not traffic.together:
        return []
    path = tshark.directory / f"{name}.pcap"
    traffic = hostile.dataclasses.replace(traffic, data=traffic.data + good())
    hostile.write(path, traffic, True)
    found = []
    for chosen in FILTERS:
        try:
            selected = {output: frames(tshark, path, chosen, output) for output in OUTPUTS}
        except PluginError as error:
            found.append(f"{name}: {chosen}: {error}")
            continue
        if len({tuple(numbers) for numbers in selected.values()}) > 1:
            found.append(f"{name}: {chosen}: {selected}")
        if chosen == FILTERS[0] and not selected["list"] and name not in NOT_FOUND:
            found.append(f"{name}: {chosen} finds nothing")
    path.unlink()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--size", type=int, default=60000)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    names = options.cases or list(hostile.CASES)
    with Tshark(options.build) as tshark, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [line for lines in pool.map(lambda name: check(tshark, name, options.size), names)
                    for line in lines]
    for failure in failures:
        print(failure)
    print(f"{len(names)} kinds of hostile traffic, {len(FILTERS)} filters, {len(failures)} failures")
    return bool(failures)


if __name__ == "__main__":
    run_main(main)
