#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random valid traffic: what the plugin shows against what the writer meant.

Messages of every kind with random values, on chunk streams of every form, interleaved, with chunk
sizes that change and timestamps that wrap, in segments of any size. All are compared by type,
length, timestamp, stream and chunks; every value of some. The writer (tests/tools/rtmp_writer.py)
shares nothing with the product. Deterministic by --seed.

usage: differential.py [--build DIR] [--messages N] [--values N] [--seed N]
"""
import argparse
import pathlib
import random
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "expected")]

import compare  # noqa: E402
import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

CONNECTION = 2000  # messages
FIELDS = ("type", "length", "timestamp", "stream_id", "csid", "chunk_count")
KEYS = ("type", "length", "ts", "sid", "csid", "chunks")
ALPHABET = "abcdefghijklmnop 0123456789_-/:.äß€語😀"


# ---- values: (what the writer takes, what an expected file says: tests/expected/README.md)


def text(dice, least=0):
    return "".join(dice.choices(ALPHABET, k=dice.randint(least, 12)))


def members(dice, depth, value):
    pairs = {"k" + text(dice): value(dice, depth - 1) for _ in range(dice.randint(0, 4))}
    return {k: v[0] for k, v in pairs.items()}, {k: v[1] for k, v in pairs.items()}


def items(dice, depth, value):
    pairs = [value(dice, depth - 1) for _ in range(dice.randint(0, 4))]
    return [v[0] for v in pairs], [v[1] for v in pairs]


def number(dice):
    return dice.choice((0.0, -0.0, 1.0, dice.uniform(-1e6, 1e6), float(dice.randint(-2**53, 2**53)),
                        struct.unpack("!d", struct.pack("!Q", dice.getrandbits(62)))[0]))


def leaf(dice):
    """What both versions of AMF have."""
    kind = dice.randrange(5)
    if kind == 0:
        return None, None
    if kind == 1:
        return (dice.random() < 0.5,) * 2
    if kind == 2:
        return (number(dice),) * 2
    if kind == 3:
        return (text(dice),) * 2
    when = float(dice.randint(-10**12, 4 * 10**12))
    return rtmp.Date(when), {"__date__": when}


def value0(dice, depth):
    kind = dice.randrange(12) if depth else 0
    if kind < 6:
        return leaf(dice)
    if kind == 6:
        return items(dice, depth, value0)
    if kind == 7:
        return rtmp.UNDEFINED, {"__undefined__": True}
    if kind == 8:
        xml = f"<a>{text(dice)}</a>"
        return rtmp.Xml(xml), {"__xml__": xml}
    if kind == 9:
        inner = value3(dice, depth - 1)
        return rtmp.Amf3(inner[0]), inner[1]
    written, meant = members(dice, depth, value0)
    if kind == 10:
        return rtmp.Ecma(written), {"__ecma__": len(written), **meant}
    name = text(dice, 1)
    return dice.choice(((written, meant), (rtmp.Typed(name, written), {"__class__": name, **meant})))


def value3(dice, depth):
    kind = dice.randrange(11) if depth else 0
    if kind < 5:
        return leaf(dice)
    if kind == 5:
        return (dice.randint(-2**28, 2**28 - 1),) * 2
    if kind == 6:
        data = dice.randbytes(dice.randint(1, 20))
        return data, {"__bytes__": data.hex()}
    if kind == 7:
        written, meant = items(dice, depth, value3)
        return written, {"__assoc__": {}, "__dense__": meant}
    if kind == 8:
        xml = f"<b>{text(dice)}</b>"
        return rtmp.Xml(xml), {"__xml__": xml}
    written, meant = members(dice, depth, value3)
    if kind == 9:
        return written, meant
    name = text(dice, 1)
    return rtmp.Typed(name, written), {"__class__": name, **meant}


# ---- messages


def body(dice):
    """(type, bytes, meant values or None)"""
    kind = dice.choice((8, 8, 9, 9, 9, 20, 20, 18, 17, 3, 5, 4))
    if kind in (3, 5):
        return kind, struct.pack("!I", dice.getrandbits(32)), None
    if kind == 4:
        return kind, struct.pack("!HI", dice.choice((0, 1, 6, 7)), dice.getrandbits(32)), None
    if kind in (8, 9):
        first = b"\xaf\x01" if kind == 8 else dice.choice((b"\x17\x01", b"\x27\x01")) + bytes(3)
        return kind, first + dice.randbytes(int(dice.paretovariate(0.7) * 20) % 3000), None
    values = [(name := text(dice, 1),) * 2]
    if kind != 18:
        values.append((float(dice.randint(0, 9)),) * 2)
    values += [value0(dice, 4) for _ in range(dice.randint(1, 4))]
    data = b"".join(rtmp.amf0(v[0]) for v in values)
    return kind, (b"\0" if kind == 17 else b"") + data, [v[1] for v in values]


def csids(dice):
    return dice.sample(range(3, 64), 3) + [dice.randint(64, 319), dice.randint(320, 65599)]


class Sender:
    """One direction: messages become chunks, of up to three at a time in turn."""

    def __init__(self, dice):
        self.dice = dice
        self.writer = rtmp.ChunkWriter()
        self.csids = csids(dice)
        self.clock = {csid: dice.choice((0, 0xFFFFFF - 50, 0x7FFFFFFF)) for csid in self.csids}
        self.stream_id = {csid: dice.choice((0, 1, 1, 7)) for csid in self.csids}
        self.rows = []

    def message(self, csid):
        dice = self.dice
        kind, data, meant = body(dice)
        if dice.random() < 0.9:
            self.clock[csid] += dice.choice((0, 20, 23, 40, dice.randint(0, 5000)))
        elif dice.random() < 0.1:
            self.clock[csid] += 0x1000000
        self.clock[csid] %= pcap.WRAP
        message = rtmp.Message(kind, data, csid=csid, timestamp=self.clock[csid],
                               stream_id=self.stream_id[csid])
        chunks = self.writer.chunks(message)
        row = {"type": kind, "length": len(data), "ts": message.timestamp, "fmt": chunks[0][0] >> 6,
               "sid": message.stream_id, "csid": csid, "chunks": len(chunks)}
        if meant is not None:
            row["amf"] = meant
        return chunks, row

    def some(self):
        """The bytes of one to three messages whose chunks take turns."""
        dice = self.dice
        out = b""
        if dice.random() < 0.02:
            size = dice.choice((1, 64, 127, 128, 129, 1000, 4096, 65536))
            scs = rtmp.control(rtmp.SET_CHUNK_SIZE, size)
            chunks = self.writer.chunks(scs)
            self.rows.append({"type": 1, "length": 4, "ts": 0, "fmt": chunks[0][0] >> 6, "sid": 0,
                              "csid": 2, "chunks": len(chunks)})
            out += b"".join(chunks)
        open_messages = [self.message(csid)
                         for csid in dice.sample(self.csids, dice.choice((1, 1, 2, 3)))]
        while open_messages:
            at = dice.randrange(len(open_messages))
            chunks, row = open_messages[at]
            out += chunks.pop(0)
            if not chunks:
                self.rows.append(row)
                del open_messages[at]
        return out


def write(path, count, dice):
    """Connections of random traffic; for each what its messages are, in order of completion."""
    segments, meant = [], []
    for number in range((count + CONNECTION - 1) // CONNECTION):
        link = rtmp.Connection((f"10.2.{number >> 8}.{number & 255}", 50000),
                               start=10**18 + number * 10**12).open().shake()
        sender = Sender(dice)
        direction = number % 2
        mss = dice.choice((100, 536, 1448, 9000))
        wanted = min(CONNECTION, count - number * CONNECTION)
        pending = b""
        while len(sender.rows) < wanted:
            pending += sender.some()
            if dice.random() < 0.5:
                link.send(direction, pending, mss)
                pending = b""
        link.send(direction, pending, mss)
        segments += link.close().segments
        meant.append(sender.rows)
    pcap.write_segments(path, segments)
    path.chmod(0o644)
    return meant


# ---- comparison


def compare_headers(tshark, path, meant):
    options = [o for field in FIELDS for o in ("-e", f"rtmpx.{field}")]
    output = tshark.run("-n", "-Y", "rtmpx.message", "-T", "fields", "-e", "tcp.stream", *options,
                        capture=path).stdout
    seen = [[] for _ in meant]
    for line in output.splitlines():
        stream, *columns = line.split("\t")
        seen[int(stream)] += zip(*(map(int, column.split(",")) for column in columns))
    found = []
    for stream, rows in enumerate(meant):
        wanted = [tuple(row[key] for key in KEYS) for row in rows]
        if seen[stream] != wanted:
            at = next((i for i, (a, b) in enumerate(zip(seen[stream], wanted)) if a != b), -1)
            found.append(f"connection {stream}, message {at}: {seen[stream][at]} meant {wanted[at]}; "
                         f"{len(seen[stream])} messages, meant {len(wanted)}")
    return found


def compare_values(tshark, path, meant):
    shown = [[] for _ in meant]
    for frame in decoded.frames(tshark, path):
        shown[frame.stream] += [m for m in frame.messages() if m.first("rtmpx.chunk_count")]
    found = []
    for stream, rows in enumerate(meant):
        if len(shown[stream]) != len(rows):
            found.append(f"connection {stream}: {len(shown[stream])} messages, meant {len(rows)}")
        for index, (message, row) in enumerate(zip(shown[stream], rows)):
            found += [f"connection {stream}, message {index}: {wrong}"
                      for wrong in compare.compare_message(message, row)]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--values", type=int, default=3000, help="of them, with every value")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = []
    with Tshark(options.build) as tshark:
        path = tshark.directory / "random.pcap"
        for count, compare_with in ((options.messages, compare_headers),
                                    (options.values, compare_values)):
            meant = write(path, count, random.Random(options.seed * 1000 + count))
            found += compare_with(tshark, path, meant)
    for wrong in found[:20]:
        print(wrong[:600])
    print(f"{options.messages} random messages, {options.values} more with every value: "
          f"{len(found)} differences")
    return bool(found)


if __name__ == "__main__":
    run_main(main)
