#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Flash Remoting over HTTP: whatever carries AMF packets, every message is read and linked with its call.

Each scenario sends HTTP messages on a connection of its own and says of each AMF packet what its messages must be
(`rtmpx.remoting.message`, without the time), and which expert items it has.

usage: remoting.py [--build DIR] [--write FILE]
"""
import pathlib
import re
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import decoded  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from amf_packet import UNKNOWN, call, header, message, packet, reply, request, result, status  # noqa: E402
from rtmp_writer import CLIENT, SERVER, Amf3, Raw  # noqa: E402
from tshark import run_check  # noqa: E402

TIME = re.compile(r", [0-9.]+ m?s$")
EXPERTS = tuple(f"rtmpx.remoting.{name}" for name in (
    "error_status", "length_mismatch", "no_answer", "second_answer", "trailing")) + ("rtmpx.limit",)
LINKED = 1024  # messages of a packet
SCENARIOS = []
ONLY_4_0 = {"pipelined_with_an_error"}
SUM, ANSWER = packet(call("shop.sum", "/1", 1, 2)), packet(result("/1", 3))


def scenario(function):
    """A function that fills a connection and returns for each AMF packet [messages..., {expert item: number}]."""
    SCENARIOS.append(function)
    return function


@scenario
def plain(link):
    link.send(CLIENT, request(SUM))
    link.send(SERVER, reply(ANSWER))
    return ["shop.sum(1, 2) /1"], ["/1 result of shop.sum: 3"]


@scenario
def chunked(link):
    link.send(CLIENT, request(SUM, chunks=7))
    link.send(SERVER, reply(ANSWER, chunks=5))
    return ["shop.sum(1, 2) /1"], ["/1 result of shop.sum: 3"]


@scenario
def compressed(link):
    link.send(CLIENT, request(SUM, encoding="gzip"))
    link.send(SERVER, reply(ANSWER, encoding="gzip", chunks=16))
    return ["shop.sum(1, 2) /1"], ["/1 result of shop.sum: 3"]


@scenario
def in_small_segments(link):
    link.send(CLIENT, request(SUM), mss=11)
    link.send(SERVER, reply(ANSWER), mss=3)
    return ["shop.sum(1, 2) /1"], ["/1 result of shop.sum: 3"]


@scenario
def ended_by_the_connection(link):
    link.send(CLIENT, request(SUM, line="POST /gateway HTTP/1.0"))
    link.send(SERVER, reply(ANSWER, line="HTTP/1.0 200 OK", chunks=None))
    link.emit(SERVER, pcap.FIN | pcap.ACK)
    return ["shop.sum(1, 2) /1"], ["/1 result of shop.sum: 3"]


@scenario
def kept_alive(link):
    """The same URI in every exchange."""
    lines = []
    for number in range(5):
        link.send(CLIENT, request(packet(call(f"a.m{number}", "/1", number))))
        link.send(SERVER, reply(packet(result("/1", number))))
        lines += [[f"a.m{number}({number}) /1"], [f"/1 result of a.m{number}: {number}"]]
    return lines


@scenario
def pipelined(link):
    """All requests in one segment, then all replies."""
    link.send(CLIENT, b"".join(request(packet(call(f"a.m{number}", "/1", number))) for number in range(4)))
    link.send(SERVER, b"".join(reply(packet(result("/1", number))) for number in range(4)))
    return [[f"a.m{n}({n}) /1"] for n in range(4)] + [[f"/1 result of a.m{n}: {n}"] for n in range(4)]


@scenario
def batched(link):
    """Several messages in a packet, answered in another order; one twice, one never."""
    link.send(CLIENT, request(packet(*(call(f"a.m{n}", f"/{n}", n) for n in range(4)))))
    link.send(SERVER, reply(packet(result("/2", "two"), status("/0", "zero"), result("/2", "again"), result("/1", None))))
    return (["a.m0(0) /0", "a.m1(1) /1", "a.m2(2) /2", "a.m3(3) /3", {"no_answer": 1}],
            ['/2 result of a.m2: "two"', "/0 error of a.m0: zero", '/2 result: "again"', "/1 result of a.m1: null",
             {"error_status": 1, "second_answer": 1}])


@scenario
def request_without_reply(link):
    """An error of the web server, then the same call again."""
    link.send(CLIENT, request(packet(call("a.first", "/1"))))
    link.send(SERVER, reply(b"<p>broken</p>", kind="text/html", line="HTTP/1.1 500 Internal Server Error"))
    link.send(CLIENT, request(packet(call("a.second", "/1"))))
    link.send(SERVER, reply(packet(result("/1", True))))
    return ["a.first() /1", {"no_answer": 1}], ["a.second() /1"], ["/1 result of a.second: true"]


@scenario
def pipelined_with_an_error(link):
    """The web server answers the second request otherwise: from 4.4 on HTTP does not tell of it."""
    link.send(CLIENT, b"".join(request(packet(call(f"a.m{number}", "/1", number))) for number in range(4)))
    replies = [reply(packet(result("/1", number))) for number in range(4)]
    replies[1] = reply(b"<p>broken</p>", kind="text/html", line="HTTP/1.1 500 Internal Server Error")
    link.send(SERVER, b"".join(replies))
    return ([[f"a.m{n}({n}) /1", *([{"no_answer": 1}] if n == 1 else [])] for n in range(4)]
            + [[f"/1 result of a.m{n}: {n}"] for n in (0, 2, 3)])


@scenario
def lost_reply(link):
    """The capture lacks a reply, whose URI the next one has as well."""
    for number in range(3):
        link.send(CLIENT, request(packet(call(f"a.m{number}", "/1", number))))
        sent = len(link.segments)
        link.send(SERVER, reply(packet(result("/1", number))))
        if number == 1:
            del link.segments[sent:]
    return (["a.m0(0) /1"], ["/1 result of a.m0: 0"], ["a.m1(1) /1", {"no_answer": 1}], ["a.m2(2) /1"],
            ["/1 result of a.m2: 2"])


@scenario
def reply_to_another_flex_message(link):
    """The same URI, but the reply names the message that it answers."""
    ids = [f"{n}2345678-9abc-DEF0-1234-56789abcdef0" for n in range(2)]
    asks = [rtmp.Typed("flex.messaging.messages.RemotingMessage", {
        "messageId": message_id, "destination": "shop", "operation": f"m{n}", "body": []}) for n, message_id in enumerate(ids)]
    says = [rtmp.Typed("flex.messaging.messages.AcknowledgeMessage", {"correlationId": message_id.upper(), "body": n})
            for n, message_id in enumerate(ids)]
    link.send(CLIENT, request(packet(call("null", "/1", asks[0]))) + request(packet(call("null", "/1", asks[1]))))
    link.send(SERVER, reply(packet(result("/1", says[1]))))
    return ["shop.m0() /1", {"no_answer": 1}], ["shop.m1() /1"], ["/1 result of shop.m1: 1"]


@scenario
def correlation_id_of_no_call(link):
    """A server's own: the exchange and the URI tell the call."""
    ask = rtmp.Typed("flex.messaging.messages.RemotingMessage", {
        "messageId": "12345678-9abc-DEF0-1234-56789abcdef0", "destination": "shop", "operation": "m", "body": []})
    says = rtmp.Typed("flex.messaging.messages.AcknowledgeMessage", {"correlationId": "own", "body": 1})
    link.send(CLIENT, request(packet(call("null", "/1", ask))))
    link.send(SERVER, reply(packet(result("/1", says))))
    return ["shop.m() /1"], ["/1 result of shop.m: 1"]


@scenario
def debug_events(link):
    """They come besides the reply."""
    link.send(CLIENT, request(packet(call("a.debugged", "/1"))))
    link.send(SERVER, reply(packet(message("/1/onDebugEvents", "null", "trace"), result("/1", 1))))
    return ["a.debugged() /1"], ['/1 debug events of a.debugged: "trace"', "/1 result of a.debugged: 1"]


@scenario
def fault_that_is_a_text(link):
    link.send(CLIENT, request(SUM))
    link.send(SERVER, reply(packet(message("/1/onStatus", "null", "out of stock"))))
    return ["shop.sum(1, 2) /1"], ["/1 error of shop.sum: out of stock", {"error_status": 1}]


@scenario
def last_request_without_reply(link):
    link.send(CLIENT, request(packet(call("a.first", "/1"))))
    link.send(SERVER, reply(packet(result("/1", 1))))
    link.send(CLIENT, request(packet(call("a.last", "/1"))))
    link.send(SERVER, reply(b"", kind="", line="HTTP/1.1 503 Service Unavailable"))
    return ["a.first() /1"], ["/1 result of a.first: 1"], ["a.last() /1", {"no_answer": 1}]


@scenario
def closed_without_reply(link):
    link.send(CLIENT, request(packet(call("a.last", "/1"))))
    link.close()
    return [["a.last() /1", {"no_answer": 1}]]


@scenario
def capture_ends(link):
    link.send(CLIENT, request(packet(call("a.last", "/1"))))
    return [["a.last() /1"]]


@scenario
def reply_without_request(link):
    link.send(SERVER, reply(packet(result("/7", "lost"))))
    return [['/7 result: "lost"']]


@scenario
def calls_that_want_no_reply(link):
    link.send(CLIENT, request(packet(call("a.log", "null", 1), call("a.log", "", 2))))
    link.send(SERVER, reply(packet()))
    return ["a.log(1)", "a.log(2)"], []


@scenario
def versions(link):
    """AMF3 by a marker before each argument, before the array, and in a packet that says AMF0."""
    lines = []
    for version, value in ((3, [Amf3(1), Amf3("x")]), (3, Amf3([1, "x"])), (0, [Amf3(1), "x"]), (1, [1, "x"])):
        link.send(CLIENT, request(packet(message("a.b", "/1", value), version=version)))
        link.send(SERVER, reply(packet(result("/1", Amf3(version)), version=version)))
        lines += [['a.b(1, "x") /1'], [f"/1 result of a.b: {version}"]]
    return lines


@scenario
def lengths(link):
    """Unknown, as three encoders write it; wrong; and of a value that cannot be read."""
    unknown = [call(f"a.u{length & 3}", f"/{length & 3}", length=length) for length in (0, 1, UNKNOWN)]
    link.send(CLIENT, request(packet(*unknown, call("a.wrong", "/4", length=77), headers=[
        header("Credentials", {"userid": "ann", "password": "s"}, True, length=9)])))
    link.send(SERVER, reply(packet(message("/0/onResult", "null", Raw(b"\x13garbage")), result("/1", "behind"))
                            + b"more"))
    return (["a.u0() /0", "a.u1() /1", "a.u3() /3", "a.wrong() /4", {"length_mismatch": 2, "no_answer": 2}],
            ["/0 result of a.u0: …", '/1 result of a.u1: "behind"', {"trailing": 1}])


@scenario
def passwords(link):
    """Hidden, wherever they stand."""
    flex = rtmp.Typed("flex.messaging.messages.RemotingMessage", {
        "remotePassword": "secret", "operation": "login", "destination": "auth", "body": ["secret", "secret"],
        "headers": {"DSCredentials": "secret", "DSRemoteCredentials": "secret", "DSId": "id"}})
    command = rtmp.Typed("flex.messaging.messages.CommandMessage", {"operation": 8, "body": "secret"})
    link.send(CLIENT, request(packet(
        call("auth.login", "/1", "secret", "secret"), call("null", "/2", flex), call("null", "/3", command), headers=[
            header("Credentials", {"userid": "ann", "password": "secret"})])))
    return [["auth.login(********, ********) /1", "auth.login(********, ********) /2", "login /3"]]


@scenario
def password_in_undecoded_bytes(link):
    """They are not shown in hexadecimal either."""
    link.send(CLIENT, request(packet(message("auth.login", "/1", Raw(b"\x0a\0\0\0\2\2\0\6secret\x13secret")))))
    return [["auth.login(********, …) /1"]]


@scenario
def polls(link):
    """Flex: what a poll brings."""
    poll = rtmp.Typed("flex.messaging.messages.CommandMessage", {"operation": 2})
    pushed = rtmp.Typed("flex.messaging.messages.AsyncMessage", {"destination": "news", "body": "hello"})
    brought = rtmp.Typed("flex.messaging.messages.CommandMessage", {"operation": 4, "body": [pushed]})
    link.send(CLIENT, request(packet(call("null", "/1", poll))))
    link.send(SERVER, reply(packet(result("/1", brought))))
    link.send(CLIENT, request(packet(call("null", "/2", poll))))
    link.send(SERVER, reply(packet(result("/2", rtmp.Typed("flex.messaging.messages.AcknowledgeMessage", {})))))
    return ["poll /1"], ["poll: 1 message"], ["poll /2"], ["poll: 0 messages"]


@scenario
def too_many_messages(link):
    """Those beyond a limit are shown and not linked."""
    link.send(CLIENT, request(packet(*(call("a", f"/{n}") for n in range(LINKED + 9)))))
    link.send(SERVER, reply(packet(*(result(f"/{n}", None) for n in range(LINKED + 9)))))
    return ([f"a() /{n}" for n in range(LINKED + 9)] + [{"limit": 1}],
            [f"/{n} result{' of a' * (n < LINKED)}: null" for n in range(LINKED + 9)] + [{"limit": 1}])


@scenario
def empty(link):
    """No bytes, and fewer than the counts want: what is there is shown."""
    link.send(CLIENT, request(b""))
    link.send(CLIENT, request(b"\0"))
    link.send(CLIENT, request(packet(call("a.b", "/1"))[:-2]))
    return [[], ["a.b(…) /1"]]


def hpack(*fields):
    """Header fields as literals without indexing or Huffman code."""
    return b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
                    for name, value in fields)


def http2_frame(kind, flags, stream, payload):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def http2_head(stream, *fields, kind="application/x-amf"):
    return http2_frame(1, 4, stream, hpack(*fields, ("content-type", kind)))


def http2_body(stream, body, end=1):
    return http2_frame(0, end, stream, body)


def http2_open(link):
    """Without TLS, as both know before (RFC 9113, 3.3)."""
    link.send(CLIENT, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(4, 0, 0, b""))
    link.send(SERVER, http2_frame(4, 0, 0, b""))


ASKS = ((":method", "POST"), (":scheme", "http"), (":path", "/gateway"), (":authority", "h"))
SAYS = (":status", "200")


def http2_request(stream, *messages):
    return http2_head(stream, *ASKS) + http2_body(stream, packet(*messages))


def http2_reply(stream, *messages):
    return http2_head(stream, SAYS) + http2_body(stream, packet(*messages))


@scenario
def over_http2(link):
    """Two streams at once, answered in another order."""
    http2_open(link)
    link.send(CLIENT, http2_request(1, call("a.one", "/1")))
    link.send(CLIENT, http2_request(3, call("a.two", "/2")))
    link.send(SERVER, http2_reply(3, result("/2", 2)))
    link.send(SERVER, http2_reply(1, result("/1", 1)))
    return ["a.one() /1"], ["a.two() /2"], ["/2 result of a.two: 2"], ["/1 result of a.one: 1"]


@scenario
def over_http2_with_one_id(link):
    """The same URI in every exchange: only the stream tells which call is answered."""
    http2_open(link)
    for stream in (1, 3, 5):
        link.send(CLIENT, http2_request(stream, call(f"a.m{stream}", "/1")))
    link.send(SERVER, http2_reply(5, result("/1", 5)) + http2_reply(3, result("/1", 3)))
    link.send(SERVER, http2_reply(1, result("/1", 1)))
    return [[f"a.m{n}() /1"] for n in (1, 3, 5)] + [[f"/1 result of a.m{n}: {n}"] for n in (5, 3, 1)]


@scenario
def over_http2_in_pieces(link):
    """Bodies of both streams alternate, and end with a frame of no bytes or with trailers."""
    http2_open(link)
    ends = {3: http2_body(3, b""), 1: http2_frame(1, 5, 1, hpack(("x-trailer", "1")))}
    for side, fields in ((CLIENT, ASKS), (SERVER, (SAYS,))):
        bodies = {n: packet(call(f"a.m{n}", "/1", "x" * 40) if side == CLIENT else result("/1", n)) for n in ends}
        link.send(side, b"".join(http2_head(n, *fields) for n in ends))
        for at in range(0, max(map(len, bodies.values())), 20):
            link.send(side, b"".join(http2_body(n, body[at:at + 20], 0) for n, body in bodies.items()))
        link.send(side, b"".join(ends[n] for n in ((3, 1) if side == CLIENT else (1, 3))))
    return [[f'a.m{n}("{"x" * 40}") /1'] for n in (3, 1)] + [[f"/1 result of a.m{n}: {n}"] for n in (1, 3)]


@scenario
def over_http2_without_reply(link):
    """What answers one stream otherwise does not take the reply of another."""
    http2_open(link)
    for stream in (1, 3):
        link.send(CLIENT, http2_request(stream, call(f"a.m{stream}", "/1")))
    link.send(SERVER, http2_head(1, (":status", "500"), kind="text/html") + http2_body(1, b"<p>broken</p>"))
    link.send(SERVER, http2_reply(3, result("/1", 3)))
    link.send(SERVER, http2_reply(7, result("/1", 7)))
    link.close()
    return ["a.m1() /1", {"no_answer": 1}], ["a.m3() /1"], ["/1 result of a.m3: 3"], ["/1 result: 7"]


def written(version=None):
    """(segments, {TCP stream: (name, packets)}) of the scenarios of a Wireshark, or of those of all of them."""
    segments, wanted = [], {}
    fills = [fill for fill in SCENARIOS if fill.__name__ not in ONLY_4_0 or version == (4, 0)]
    for number, fill in enumerate(fills):
        link = rtmp.Connection(client=("10.0.0.2", 50000 + number), server=("10.0.0.1", 80),
                               start=10**18 + number * 10**9)
        packets = fill(link.open())
        segments += link.segments
        wanted[number] = (fill.__name__, [list(lines) for lines in packets])
    return segments, wanted


def of_packet(item):
    """What a packet shows, in the form of the scenarios."""
    lines = [TIME.sub("", line) for line in item.shown("rtmpx.remoting.message")]
    experts = {name: len(item.all(name)) for name in EXPERTS}
    found = {name.rpartition(".")[2]: count for name, count in experts.items() if count}
    return lines + ([found] if found else [])


def check(tshark, directory):
    segments, wanted = written(tshark.version)
    path = directory / "remoting.pcap"
    pcap.write_segments(path, segments)
    path.chmod(0o644)
    directory.chmod(0o755)
    seen, found = {number: [] for number in wanted}, []
    for frame in decoded.frames(tshark, path, "-2"):
        seen[frame.stream] += map(of_packet, frame.all("rtmpx.remoting"))
    for number, (name, packets) in wanted.items():
        shown = [lines for lines in seen[number] if lines or name != "empty"]
        expected = [lines for lines in packets if lines or name != "empty"]
        if shown != expected:
            found.append(f"{name}: {shown} expected {expected}")
    table = tshark.run("-q", "-z", "rtmpx,srt", capture=path).stdout
    if [line.split()[2] for line in table.splitlines() if "a.debugged" in line] != ["1"]:
        found.append("response times: a.debugged was called once")
    output = tshark.run("-2", "-V", capture=path).stdout
    found += [f"not hidden: {line}" for line in output.splitlines() if "secret" in line or b"secret".hex() in line]
    found += [f"{line}" for line in output.splitlines() if "Malformed Packet" in line or "Dissector bug" in line]
    return found, f"{len(wanted)} scenarios"


if __name__ == "__main__":
    if "--write" in sys.argv:
        pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], written()[0])
    else:
        run_check(__doc__, check)
