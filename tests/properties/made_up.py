#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that no program sends, made to mislead the search for a chunk header: an audio and a video chunk stream
in chunks of any size, with payload that looks like headers, or is random or zero. Deterministic by --seed.

usage: made_up.py [--seed N] [--size SIZE...] [--payload KIND...] [--interleaved] DIRECTORY
Writes DIRECTORY/SIZE-KIND-MSS.pcap, for properties.py; MSS: the largest segment.
"""
import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402

SIZES = (1, 2, 3, 5, 16, 64, 128, 1000, 4096)
SEGMENTS = (100, 1448)
MESSAGES = 150
AUDIO, VIDEO = (4, rtmp.AUDIO, b"\xaf\x01"), (6, rtmp.VIDEO, b"\x27\x01\0\0\0")


def noise(dice, length, *values):
    return bytes(dice.choices(values, k=length))


PAYLOADS = {
    "random": lambda dice, csid, length: dice.randbytes(length),
    "zeros": lambda dice, csid, length: bytes(length),
    "continuations": lambda dice, csid, length: bytes([0xC0 | csid]) * length,
    "mixed": lambda dice, csid, length: noise(dice, length, 0xC0 | csid, 0xC0 | csid, 0xC0 | dice.randint(2, 8), 0, 255),
    "headers": lambda dice, csid, length: noise(dice, length, 0x40 | csid, 0x80 | csid, 0, 0, 0, 1, 8, 9, 23, 40),
}


def in_turn(dice, *messages):
    """The chunks of messages of different chunk streams."""
    chunks = []
    while left := [message for message in messages if message]:
        chunks.append(dice.choice(left).pop(0))
    return chunks


def connection(size, payload, mss, interleaved, dice):
    link = rtmp.Connection(mss=mss).open().shake()
    link.message(rtmp.CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, size))
    writer, clock, pending, waiting = link.writer[rtmp.CLIENT], {4: 0, 6: 0}, b"", None
    for _ in range(MESSAGES):
        csid, kind, head = dice.choice((AUDIO, VIDEO, VIDEO))
        clock[csid] += dice.choice((20, 23, 40))
        length = min(int(dice.paretovariate(0.9) * 15), 40 * max(size, 20), 20000)
        message = rtmp.Message(kind, head + PAYLOADS[payload](dice, csid, length), csid=csid, timestamp=clock[csid],
                               stream_id=1)
        chunks = writer.chunks(message, 0 if dice.random() < 0.05 else None)
        if interleaved and not waiting:
            waiting = csid, chunks
            continue
        if waiting and waiting[0] != csid:
            chunks = in_turn(dice, waiting[1], chunks)
        elif waiting:
            chunks = waiting[1] + chunks
        waiting = None
        pending += b"".join(chunks)
        if dice.random() < 0.4:
            link.send(rtmp.CLIENT, pending)
            pending = b""
    link.send(rtmp.CLIENT, pending)
    return link.close().segments


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, action="append")
    parser.add_argument("--payload", action="append", choices=PAYLOADS)
    parser.add_argument("--interleaved", action="store_true", help="chunks of audio and video take turns")
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    for size in options.size or SIZES:
        for payload in options.payload or PAYLOADS:
            for mss in SEGMENTS:
                dice = random.Random(f"{options.seed} {size} {payload} {mss}")
                pcap.write_segments(options.directory / f"{size}-{payload}-{mss}.pcap",
                                    connection(size, payload, mss, options.interleaved, dice))


if __name__ == "__main__":
    main()
