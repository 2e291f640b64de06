#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the corpus of the fuzz targets: a file a construct, named after it.

From our test vectors, the bad input of tests/bad_input and conversations written here; the shared
vectors of others are not ours to copy. Deterministic; files that a fuzz run added stay.
usage: seeds.py [DIRECTORY]
"""
import json
import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "bad_input")]

import amf_packet as amf  # noqa: E402
import bad_input  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402

LONGEST = 700  # bytes of a vector that is taken over; construct, not size, is the point
AFTER_HANDSHAKE, MIDSTREAM_SIZE, LITERAL_FMT3, KEEP_MEDIA, FAIL_ON, START_UNKNOWN = \
    (1 << bit for bit in range(6))


def vectors(kind):
    for line in open(HERE.parent / "vectors" / f"{kind}.jsonl"):
        vector = json.loads(line)
        if vector.get("ours") and isinstance(vector["hex"], str):
            data = bytes.fromhex(vector["hex"].replace(" ", ""))
            if len(data) <= LONGEST:
                yield vector["name"], data, vector["meaning"]


# ---- conversations: see fuzz_direction.c


def length_code(length):
    length -= 1
    return bytes([length]) if length < 48 else bytes([48 + (length >> 8), length & 255])


def feed(data, direction=0):
    """Operations that feed `data`, 4096 bytes each at most."""
    operations = b""
    for at in range(0, len(data), 4096):
        piece = data[at:at + 4096]
        code = length_code(len(piece))
        operations += bytes([code[0] | direction << 7]) + code[1:] + piece
    return operations


def gap(count, direction=0):
    code = length_code(count)
    return bytes([code[0] | direction << 7 | 64]) + code[1:]


def header(csid, kind, length, timestamp=0, stream=1):
    return (rtmp.basic_header(0, csid) + struct.pack("!I", timestamp)[1:]
            + struct.pack("!I", length)[1:] + bytes([kind]) + struct.pack("<I", stream))


def media(count, writer, fmt=None):
    """Audio and video as a publisher sends them."""
    out = []
    for i in range(count):
        out.append(writer.write(rtmp.Message(rtmp.AUDIO, b"\xaf\x01" + bytes(60), csid=4,
                                             timestamp=23 * i, stream_id=1), fmt))
        out.append(writer.write(rtmp.Message(rtmp.VIDEO, b"\x27\x01\0\0\0" + bytes(200), csid=6,
                                             timestamp=40 * i, stream_id=1), fmt))
    return b"".join(out)


def conversations():
    options = bytes([AFTER_HANDSHAKE])
    for name, data, _ in vectors("chunk"):
        yield name, options + feed(data)
    hello, answer, last = rtmp.handshake(scheme=0)
    call = rtmp.ChunkWriter().write(rtmp.command("connect", 1, {"app": "live"}))
    yield "handshake-digest", b"\0" + feed(hello) + feed(answer, 1) + feed(last + call)
    hello, answer, last = rtmp.handshake()
    yield "handshake-split", b"\0" + feed(hello[:5]) + feed(hello[5:]) + feed(answer, 1) + feed(last)
    yield "handshake-hole", b"\0" + feed(hello[:900]) + gap(200) + feed(hello[1100:] + last)
    yield "handshake-answer-overtakes", b"\0" + feed(hello) + feed(last) + feed(answer, 1)
    for name, part in (("first", 117), ("second", 235)):
        yield f"handshake-ends-{name}", b"\x80" + bytes([part, part]) + feed(bytes(40)) + feed(bytes(40), 1) + gap(9)
    doubt = b"\3" + struct.pack("!II", 1000, 0x12345678)
    yield "undecided-then-midstream", bytes([START_UNKNOWN]) + feed(doubt) + feed(
        bytes(range(256)) * 6 + media(6, rtmp.ChunkWriter(), 0))
    yield "undecided-then-a-hole", b"\0" + feed(doubt) + gap(300) + feed(media(6, rtmp.ChunkWriter(), 0))
    yield "handshake-encrypted", b"\0" + feed(rtmp.handshake(version=6)[0])
    yield "text-is-no-rtmp", b"\0" + feed(b"GET / HTTP/1.1\r\n\r\n")
    stream = media(8, rtmp.ChunkWriter())
    yield "media", options + feed(stream)
    yield "media-kept", bytes([AFTER_HANDSHAKE | KEEP_MEDIA]) + feed(stream)
    yield "hole-in-media", options + feed(stream[:300]) + gap(150) + feed(stream[450:])
    yield "hole-long", options + feed(stream[:300]) + gap(1500) + feed(stream[1800:])
    yield "begins-midstream", bytes([START_UNKNOWN]) + feed(media(12, rtmp.ChunkWriter(), 0)[77:])
    yield "midstream-size-known", bytes([MIDSTREAM_SIZE | START_UNKNOWN]) + \
        feed(media(6, rtmp.ChunkWriter(200), 0)[77:])
    late = [rtmp.Message(rtmp.VIDEO, b"\x17" + bytes(299), csid=6, timestamp=t, stream_id=1)
            for t in (0xFFFFFF, 0x1000010, 0xFFFFFFF0)]
    for repeat, name in ((True, "repeated"), (False, "omitted")):
        writer = rtmp.ChunkWriter(repeat_extended=repeat)
        yield f"extended-timestamp-{name}", options + feed(b"".join(map(writer.write, late)))
    yield "literal-fmt3", bytes([AFTER_HANDSHAKE | LITERAL_FMT3]) + feed(stream[:400] + b"\xc4" * 9)
    for size in (0, 1, 0x7FFFFFFF, 0x80000000):
        scs = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, size), 0)
        chunk = header(4, 8, 5) + b"\xaf"
        yield f"chunk-size-{size:x}", options + feed(scs + chunk + b"\xc4\x01" * 4)
    inside = header(4, 9, 400) + bytes(128)
    change = rtmp.ChunkWriter().write(rtmp.control(rtmp.SET_CHUNK_SIZE, 64), 0)
    yield "chunk-size-inside-message", options + feed(inside + change + (b"\xc4" + bytes(64)) * 5)
    abort = rtmp.ChunkWriter().write(rtmp.control(rtmp.ABORT, 4), 0)
    yield "abort", options + feed(inside + abort + header(4, 8, 2) + b"\xaf\x01")
    yield "fmt3-after-abort", options + feed(inside + abort + b"\xc4" + bytes(40))
    yield "length-changes", options + feed(header(4, 8, 8192) + bytes(128) + header(4, 8, 16)
                                           + bytes(16))
    yield "length-0", options + feed(header(4, 8, 0) * 3 + b"\xc4" * 3)
    yield "length-ffffff", options + feed(header(4, 9, 0xFFFFFF) + bytes(128))
    for name, first in (("fmt1", b"\x44"), ("fmt2", b"\x84"), ("fmt3", b"\xe1")):
        yield f"{name}-first", options + feed(first + bytes(40))
    for csid in (63, 64, 319, 320, 65599):
        writer = rtmp.ChunkWriter()
        yield f"csid-{csid}", options + feed(writer.write(
            rtmp.Message(8, b"\xaf" * 140, csid=csid)))
    yield "csid-3-bytes-low", options + feed(b"\x01\0\0" + header(3, 8, 2)[1:] + b"\xaf\1")
    many = b"".join(header(csid, 8, 200) + bytes(4) for csid in range(3, 40))
    yield "many-chunk-streams", options + feed(many)
    yield "allocation-fails-on", bytes([AFTER_HANDSHAKE | FAIL_ON]) + feed(stream)


# ---- messages for the plugin: see fuzz_plugin.c

NO_SYN, IN_HTTP, OTHER_PORT, FILTER_FIRST, CUT = 2, 16, 32, 64, 128
VECTOR_TYPES = {"amf0": lambda meaning: 20, "amf3": lambda meaning: 17,
                "so": lambda meaning: meaning.get("msg_type", 19),
                "av": lambda meaning: 9 if meaning.get("media") == "video" else 8}


def captures():
    """Vectors as message bodies, a few in one conversation, in the manners a capture can have."""
    manners = {"port": 0, "filter": FILTER_FIRST, "heuristic": OTHER_PORT, "http": IN_HTTP, "cut": CUT,
               "midstream": NO_SYN, "media-kept": KEEP_MEDIA}
    names = list(manners)
    for kind, type_of in VECTOR_TYPES.items():
        found = [(data, type_of(meaning)) for _, data, meaning in vectors(kind)]
        for number, start in enumerate(range(0, len(found), 12)):
            manner = names[number % len(names)]
            writer = rtmp.ChunkWriter()
            stream = writer.write(rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
            for data, message_type in found[start:start + 12]:
                prefix = b"\0" if message_type == 17 else b""
                stream += writer.write(rtmp.Message(message_type, prefix + data, csid=5), 0)
            yield f"{kind}-{number}-{manner}", bytes([AFTER_HANDSHAKE | manners[manner]]) + feed(stream)
    for name in ("media", "hole-in-media", "chunk-size-1", "length-changes", "many-chunk-streams",
                 "undecided-then-midstream", "undecided-then-a-hole", "handshake-answer-overtakes",
                 "handshake-digest"):
        data = dict(conversations())[name]
        for manner in ("port", "http", "cut"):
            yield f"{name}-{manner}", bytes([data[0] | manners[manner]]) + data[1:]


# ---- the other targets


BY_TYPE = {20: ("command", 0), 18: ("command", 1), 17: ("command", 2), 15: ("command", 3),
           19: ("shared_object", 0), 16: ("shared_object", 1), 8: ("media", 0), 9: ("media", 1),
           22: ("control", 0)}


def remoting():
    """AMF packets: a request, a reply, or both; see fuzz_remoting.c."""
    def pair(request, reply, options=0):
        while len(request) not in (cuts := [(len(request) + len(reply)) * at // 255 for at in range(256)]):
            reply += b"\0"
        return bytes([options, cuts.index(len(request))]) + request + reply

    for name, data, meaning in vectors("remoting"):
        yield name, bytes([0, 0 if meaning["reply"] else 255]) + data
    batch = amf.packet(*(amf.call(f"a.m{n}", f"/{n}", n) for n in range(3)), headers=[amf.header("Credentials", {
        "userid": "u", "password": "p"})])
    yield "batch", pair(batch, amf.packet(amf.result("/2", "x"), amf.status("/0", "why"), amf.result("/2", None)))
    yield "batch any order", pair(batch, amf.packet(amf.result("/1", [1])), 2)
    yield "debug events", pair(batch, amf.packet(amf.message("/0/onDebugEvents", "null", {}), amf.message("/0", "", 1)))
    yield "lengths", bytes([1, 255]) + amf.packet(*(amf.call("a", "/1", length=length) for length in (0, 1, 9, amf.UNKNOWN)))
    yield "bad value", bytes([0, 255]) + amf.packet(amf.message("a", "/1", rtmp.Raw(b"\x13garbage")), amf.call("b", "/2"))
    yield "bad header", bytes([0, 255]) + amf.packet(amf.call("b", "/2"), headers=[amf.header("h", rtmp.Raw(b"\x13x"))])
    yield "counts too large", b"\0\xff\0\0\xff\xff\0\1h\0\0\0\0\0\5"


def sessions():
    """Steps of several connections; see fuzz_sessions.c."""
    def so(client, side, version, *events, kind=7, flags=0):
        return bytes([client | side << 2 | kind << 3, flags | len(events) - 1 << 4, version]) + b"".join(events)

    def event(kind, *pairs):  # a pair: key, value
        return bytes([kind | max(len(pairs) - 1, 0) << 4]) + bytes(key | value << 3 for key, value in pairs)

    use, clear, used, release = event(1), event(8), event(11), event(2)
    used_by_all = b"".join(so(c, 0, 1, use) + so(c, 1, 1, used, clear) for c in range(3))
    request, change, success = event(3, (1, 1)), event(4, (1, 1)), event(5, (1, 0))
    removal, remove, refused = event(10, (1, 0)), event(9, (1, 0)), event(7)
    end = bytes([2 << 3])
    yield "confirmed", b"\0" + used_by_all + so(0, 0, 2, request) + so(0, 1, 2, success) + so(1, 1, 2, change) + end
    yield "removed", b"\0" + used_by_all + so(0, 1, 2, change) + so(0, 0, 2, request, removal) + so(
        0, 1, 3, success, remove) + so(1, 1, 3, remove)
    yield "refused", b"\0" + used_by_all + so(0, 0, 2, request) + so(0, 1, 2, change, refused) + so(
        0, 0, 2, removal) + so(0, 1, 2, refused) + so(2, 1, 3, change)
    yield "use refused", b"\0" + so(0, 0, 1, use, flags=4) + so(0, 1, 0, bytes([7 | 1 << 4])) + so(0, 0, 2, request) + so(
        0, 1, 2, success)
    yield "answered twice", b"\0" + so(0, 0, 1, use) + so(0, 1, 1, used, clear, used, clear) + so(0, 0, 1, release)
    yield "unconfirmed", b"\0" + used_by_all + so(0, 0, 2, request) + end
    yield "diverged", b"\0" + used_by_all + so(0, 1, 2, event(4, (1, 4))) + so(1, 1, 2, event(4, (1, 5))) + so(
        0, 1, 3, clear, event(6)) + so(1, 1, 3, event(6)) + so(2, 1, 4, change)
    yield "lost and late", b"\0" + used_by_all + so(0, 1, 4, change, kind=0)[:1] + b"\x20" + so(
        0, 1, 4, change)[1:] + so(0, 1, 3, change, kind=1)
    yield "many", b"\0" + used_by_all + b"".join(so(0, 0, 2, event(3, *((k, 1) for k in range(4)))) for _ in range(4))
    yield "no memory", b"\x40" + used_by_all + so(0, 0, 2, request) + so(0, 1, 2, success) + so(1, 1, 2, change)
    command = bytes([4 << 3])
    yield "commands", b"\0" + command + b"\0" + bytes([4 << 3 | 4]) + b"\x14" + command + b"\1" + command + b"\x22" + end


def seeds():
    """(target, name, bytes)"""
    for name, data in sessions():
        yield "sessions", name, data
    for name, data in remoting():
        yield "remoting", name, data
    for kind in ("amf0", "amf3"):
        for name, data, _ in vectors(kind):
            yield kind, name, data
    for name, data, meaning in vectors("so"):
        yield "shared_object", name, bytes([meaning.get("msg_type") == 16]) + data
    for name, data, meaning in vectors("av"):
        yield "media", name, bytes([meaning.get("media") == "video"]) + data
    for name, data in conversations():
        yield "direction", name, data
    for name, data in captures():
        yield "plugin", name, data
    for name, (kind, before, bad, _) in bad_input.CASES.items():
        target, option = BY_TYPE.get(kind, ("control", kind))
        body = before + bad[:400]
        yield target, f"bad {name}", bytes([option]) + body
        if target == "command":
            version = "amf3" if kind in (15, 17) else "amf0"
            yield version, f"bad {name}", bad[:400]
    for message in (rtmp.command("connect", 1, {"app": "a", "tcUrl": "rtmp://h/a"}),
                    rtmp.command("onStatus", 0, None, {"level": "error", "code": "NetStream.Failed"}),
                    rtmp.command("_result", 2, None, 1), rtmp.command("publish", 3, None, "k", "live"),
                    rtmp.data("@setDataFrame", "onMetaData", rtmp.Ecma({"width": 640}))):
        name = bytes(message.body[3:3 + message.body[2]]).decode().strip("@_")
        yield "command", name, bytes([message.type == rtmp.DATA]) + message.body
    for kind, body in ((1, b"\0\0\x10\0"), (2, b"\0\0\0\4"), (3, b"\0\1\0\0"), (5, b"\0\x26\x25\xa0"),
                       (6, b"\0\x26\x25\xa0\2"), (4, b"\0\3\0\0\0\1\0\0\x0b\xb8"),
                       (4, b"\0\x1b\1\1" + bytes(40)), (4, b"\0\x20\0\0\0\1"), (4, b"\0\x55abc")):
        yield "control", f"control-{kind}-{body[:2].hex()}", bytes([kind]) + body
    tags = b"".join(bytes([8, 0, 0, 2, 0, 0, t, 0, 0, 0, 1, 0xAF, 1, 0, 0, 0, 13]) for t in (5, 9))
    yield "control", "aggregate", b"\0" + tags
    yield "control", "aggregate-back-pointer-wrong", b"\0" + tags[:-1] + b"\x0e"
    yield "control", "aggregate-last-back-pointer-missing", b"\0" + tags[:-4]
    yield "control", "aggregate-tags-of-no-size", b"\0" + (bytes([8]) + bytes(14)) * 6
    for scheme, name in ((None, "plain"), (0, "digest-8"), (1, "digest-772")):
        hello, answer, last = rtmp.handshake(scheme=scheme)
        yield "handshake", f"client-{name}", hello
        yield "handshake", f"server-{name}", answer
        yield "handshake", f"client-answers-{name}", answer[:1537] + last
    yield "handshake", "chunk-stream-3", header(3, 20, 35)[:12] + bytes(40)
    yield "handshake", "http", b"POST /open/1 HTTP/1.1\r\n"
    for name, url in (("open", b"/open/1"), ("send", b"/send/aBc/1"), ("ident", b"/fcs/ident2"),
                      ("proxy", b"http://host:80/idle/aBc/4294967295?x"), ("no number", b"/send/a/"),
                      ("session id", b"1234567\n")):
        yield "tunnel", f"url {name}", url + b"\0"
    for name, steps in (("in order", [1] * 8), ("swapped", [1, 2, 255, 2, 2, 255]),
                        ("retry", [1, 1, 0, 255, 1]), ("never comes", [1, 2] + [1] * 20)):
        yield "tunnel", f"numbers {name}", b"\0" + bytes(steps)
    for name, text in (("ascii", b"plain"), ("control", b"a\0b\x1b[31m\x7f\r\n"),
                       ("overlong", b"\xc0\x80\xe0\x80\x80"), ("surrogate", b"\xed\xa0\x80"),
                       ("cut", b"\xe2\x82"), ("utf8", "Ünïcode \u202e €".encode()),
                       ("four bytes", "\U0001F600".encode() * 9), ("c1", b"\xc2\x85\xc2\x9f")):
        yield "text", name, bytes([40, 0]) + text
        yield "text", f"{name} limited", bytes([9, 5]) + text


def main():
    directory = pathlib.Path(sys.argv[1]) if sys.argv[1:] else HERE / "corpus"
    count = size = 0
    for target, name, data in seeds():
        path = directory / target / re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        count += 1
        size += len(data)
    print(f"{count} seeds, {size} bytes")


if __name__ == "__main__":
    main()
