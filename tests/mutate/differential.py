#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random valid traffic: what the plugin shows against what the writer meant.

Commands, data, SharedObjects, audio, video, aggregates and control messages with random values, on
chunk streams and with chunk headers of every form, interleaved, with chunk sizes that change and
timestamps that wrap, in segments of any size. All are compared by type, length, timestamp, stream
and chunks; every value of some. The writer (tests/tools/rtmp_writer.py)
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


# ---- bodies: (type, bytes, what an expected file says or {field: values})


def number_body(kind, field, value):
    return kind, struct.pack("!I", value), {"fields": {field: [value]}}


def user_control(dice):
    event = dice.choice((0, 1, 2, 3, 4, 6, 7, 31, 32))
    name = "timestamp" if event in (6, 7) else "stream_id"
    numbers = {name: dice.getrandbits(32)}
    if event == 3:
        numbers["buffer_length"] = dice.getrandbits(32)
    message = rtmp.user_control(event, *numbers.values())
    fields = {f"rtmpx.user_control.{name}": [number] for name, number in numbers.items()}
    return message.type, message.body, {"fields": {"rtmpx.user_control.event": [event], **fields}}


def control(dice):
    kind = dice.choice((rtmp.ACKNOWLEDGEMENT, rtmp.WINDOW_ACK_SIZE, rtmp.PEER_BANDWIDTH, 0, 0))
    value = dice.getrandbits(32)
    if kind == rtmp.ACKNOWLEDGEMENT:
        return number_body(kind, "rtmpx.ack_sequence_number", value)
    if kind == rtmp.WINDOW_ACK_SIZE:
        return number_body(kind, "rtmpx.window_ack_size", value)
    if kind == rtmp.PEER_BANDWIDTH:
        limit = dice.randrange(3)
        return kind, struct.pack("!IB", value, limit), {"fields": {
            "rtmpx.peer_bandwidth": [value], "rtmpx.peer_bandwidth.limit_type": [limit]}}
    return user_control(dice)


def noise(dice):
    return dice.randbytes(int(dice.paretovariate(0.7) * 20) % 3000)


def audio(dice):
    if dice.random() < 0.2:
        fourcc = dice.choice(("Opus", "mp4a", "ac-3"))
        return rtmp.AUDIO, b"\x91" + fourcc.encode() + noise(dice), {"fields": {
            "rtmpx.audio.format": [9], "rtmpx.audio.packet_type": [1], "rtmpx.audio.fourcc": [fourcc]}}
    kind, rate = dice.choice((2, 5, 6, 7, 8, 10, 11)), dice.randrange(4)
    size, channels = dice.randrange(2), dice.randrange(2)
    fields = {"format": [kind], "rate": [rate], "sample_size": [size], "channels": [channels]}
    if kind == 10:
        fields["packet_type"] = [1]
    head = bytes([kind << 4 | rate << 2 | size << 1 | channels]) + b"\1" * (kind == 10)
    return rtmp.AUDIO, head + noise(dice), {"fields": {f"rtmpx.audio.{k}": v for k, v in fields.items()}}


def video(dice):
    frame = dice.randint(1, 3)
    composition = dice.choice((0, 40, -80, dice.randint(-2**23, 2**23 - 1)))
    cts = struct.pack("!i", composition)[1:]
    fields = {"frame_type": [frame]}
    if dice.random() < 0.3:
        fourcc = dice.choice(("hvc1", "avc1", "av01", "vp09"))
        timed = fourcc in ("hvc1", "avc1") and dice.random() < 0.5
        packet = 3 if fourcc in ("hvc1", "avc1") and not timed else 1
        head = bytes([0x80 | frame << 4 | packet]) + fourcc.encode() + cts * timed
        fields |= {"enhanced": [1], "packet_type": [packet], "fourcc": [fourcc]}
    else:
        codec = dice.choice((2, 4, 7, 7, 7))
        timed = codec == 7
        head = bytes([frame << 4 | codec]) + (b"\1" + cts) * timed
        fields |= {"enhanced": [0], "codec_id": [codec]} | ({"packet_type": [1]} if timed else {})
    if timed:
        fields["composition_time"] = [composition]
    return rtmp.VIDEO, head + noise(dice), {"fields": {f"rtmpx.video.{k}": v for k, v in fields.items()}}


def aggregate(dice, timestamp):
    base = clock = dice.getrandbits(24)
    data, fields = b"", {name: [] for name in ("type", "size", "timestamp", "rebased_timestamp",
                                               "back_pointer")}
    for _ in range(dice.randint(1, 6)):
        kind, tag, _ = dice.choice((audio, video))(dice)
        for name, value in zip(fields, (kind, len(tag), clock, (timestamp + clock - base) % pcap.WRAP,
                                        len(tag) + 11)):
            fields[name].append(value)
        data += (bytes([kind]) + struct.pack("!I", len(tag))[1:] + struct.pack("!I", clock)[1:]
                 + bytes([clock >> 24, 0, 0, 0]) + tag + struct.pack("!I", len(tag) + 11))
        clock += dice.randint(0, 50)
    return rtmp.AGGREGATE, data, {"fields": {f"rtmpx.aggregate.tag.{k}": v for k, v in fields.items()}}


def shared_object_event(dice):
    kind = dice.randint(rtmp.USE, rtmp.USE_SUCCESS)
    body, meant = b"", {"type": kind}
    if kind in (rtmp.REQUEST_CHANGE, rtmp.CHANGE):
        pairs = {f"{i}{text(dice)}": value0(dice, 3) for i in range(dice.randint(0, 4))}
        body = rtmp.so_pairs({key: value[0] for key, value in pairs.items()})
        meant["attributes"] = [(key, value[1], None) for key, value in pairs.items()]
    elif kind in (rtmp.SUCCESS, rtmp.REMOVE, rtmp.REQUEST_REMOVE):
        meant["names"] = [text(dice, 1) for _ in range(dice.randint(1, 3))]
        body = b"".join(map(rtmp.short_text, meant["names"]))
    elif kind == rtmp.SEND:
        values = [(name := text(dice, 1),) * 2] + [value0(dice, 3) for _ in range(dice.randint(0, 3))]
        body = b"".join(rtmp.amf0(value[0]) for value in values)
        meant["values"] = [value[1] for value in values]
    elif kind == rtmp.STATUS:
        meant["code"], meant["level"] = f"SharedObject.{text(dice)}", dice.choice(("status", "error"))
        body = rtmp.short_text(meant["code"]) + rtmp.short_text(meant["level"])
    meant["length"] = len(body)
    return rtmp.so_event(kind, body), meant


def shared_object(dice):
    events = [shared_object_event(dice) for _ in range(dice.randint(1, 4))]
    meant = {"name": text(dice, 1), "version": dice.getrandbits(32), "flags": dice.choice((0, 2)),
             "unknown": 0, "events": [event[1] for event in events]}
    message = rtmp.shared_object(meant["name"], meant["version"], meant["flags"],
                                 *(event[0] for event in events),
                                 kind=dice.choice((rtmp.SHARED_OBJECT, rtmp.SHARED_OBJECT_AMF3)))
    return message.type, message.body, {"so": meant}


def amf_message(dice):
    kind = dice.choice((rtmp.COMMAND, rtmp.COMMAND, rtmp.DATA, 17))
    values = [(name := text(dice, 1),) * 2]
    if kind != rtmp.DATA:
        values.append((float(dice.randint(0, 9)),) * 2)
    values += [value0(dice, 4) for _ in range(dice.randint(1, 4))]
    data = b"".join(rtmp.amf0(value[0]) for value in values)
    return kind, (b"\0" if kind == 17 else b"") + data, {"amf": [value[1] for value in values]}


def body(dice, timestamp):
    kind = dice.randrange(13)
    if kind < 2:
        return audio(dice)
    if kind < 5:
        return video(dice)
    if kind < 9:
        return amf_message(dice)
    if kind < 11:
        return control(dice)
    return aggregate(dice, timestamp) if kind == 11 else shared_object(dice)


# ---- messages


def csids(dice):
    return dice.sample(range(3, 64), 3) + [dice.randint(64, 319), dice.randint(320, 65599)]


class Sender:
    """One direction: messages become chunks, of up to three at a time in turn."""

    def __init__(self, dice):
        self.dice = dice
        self.writer = rtmp.ChunkWriter(repeat_extended=dice.random() < 0.7)
        self.csids = csids(dice)
        self.clock = {csid: dice.choice((0, 0xFFFFFF - 50, 0x7FFFFFFF)) for csid in self.csids}
        self.stream_id = {csid: dice.choice((0, 1, 1, 7)) for csid in self.csids}
        self.rows = []

    def message(self, csid):
        dice = self.dice
        if dice.random() < 0.9:
            self.clock[csid] += dice.choice((0, 20, 23, 40, dice.randint(0, 5000)))
        elif dice.random() < 0.1:
            self.clock[csid] += 0x1000000
        self.clock[csid] %= pcap.WRAP
        kind, data, meant = body(dice, self.clock[csid])
        message = rtmp.Message(kind, data, csid=csid, timestamp=self.clock[csid],
                               stream_id=self.stream_id[csid])
        fmt = self.writer.smallest_fmt(message)
        chunks = self.writer.chunks(message, dice.randint(0, fmt) if dice.random() < 0.2 else fmt)
        return chunks, {"type": kind, "length": len(data), "ts": message.timestamp,
                        "sid": message.stream_id, "csid": csid, "chunks": len(chunks), **meant}

    def some(self):
        """The bytes of one to three messages whose chunks take turns."""
        dice = self.dice
        out = b""
        if dice.random() < 0.02:
            size = dice.choice((1, 64, 127, 128, 129, 1000, 4096, 65536))
            scs = rtmp.control(rtmp.SET_CHUNK_SIZE, size)
            chunks = self.writer.chunks(scs)
            self.rows.append({"type": 1, "length": 4, "ts": 0, "sid": 0, "csid": 2,
                              "chunks": len(chunks), "fields": {"rtmpx.set_chunk_size": [size]}})
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


def compare_fields(message, fields):
    found = []
    for name, values in fields.items():
        shown = message.shown(name)
        if isinstance(values[0], int):
            shown = [int(text, 0) for text in shown]
        if shown != values:
            found.append(f"{name} {shown} meant {values}")
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
            wrong = (compare.compare_message(message, row)
                     + compare_fields(message, row.get("fields", {})))
            found += [f"connection {stream}, message {index}: {text}" for text in wrong]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--values", type=int, default=3000, help="more, with every value")
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
