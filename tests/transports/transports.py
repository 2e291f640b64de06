#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""RTMPT and RTMPS: the same messages as over plain TCP, whatever carries them.

RTMPT scenarios are written here: sessions that share connections, requests that are repeated or
overtake each other. Each says which commands must be seen, in which session, once and in order.
With --captures DIR (real/ and defects/ below it): recorded RTMPS, RTMPT and RTMPE by their totals.

usage: transports.py [--build DIR] [--captures DIR]
"""
import argparse
import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmpt_writer import Network, Session, reply, request  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

CLIENT, SERVER = rtmp.CLIENT, rtmp.SERVER
SCENARIOS = []
EXPERTS = ("rtmpx.tunnel.retry", "rtmpx.tunnel.ahead", "rtmpx.no_response")
TROUBLE = ("rtmpx.gap", "rtmpx.malformed", "rtmpx.resynchronized", "rtmpx.abandoned")


def scenario(function):
    """A function that fills a network and returns (commands by session, expert items)."""
    SCENARIOS.append(function)
    return function


@scenario
def one_session(network):
    """Commands both ways; idle polls bring the server's; a reply may come without a type."""
    a = network.connect()
    one = Session(network, "a5771bce93e200c3", typed=False).open(a)
    one.exchange(a, one.command("first"), one.command("answer", SERVER))
    one.exchange(a, b"\0", one.command("polled", SERVER), verb="idle")
    one.exchange(a, b"\0", verb="close")
    return {one.name: ["first", "answer", "polled"]}, {}


@scenario
def split_anywhere(network):
    """A message of two requests, and one of two replies."""
    a = network.connect()
    one = Session(network, "7").open(a)
    there, back = one.command("there"), one.command("back", SERVER)
    one.exchange(a, there[:5], back[:1])
    one.exchange(a, there[5:], back[1:])
    return {one.name: ["there", "back"]}, {}


@scenario
def two_sessions(network):
    """They take turns on the same two connections."""
    a, b = network.connect(), network.connect()
    one, two = Session(network, "1").open(a, seed=1), Session(network, "2").open(b, seed=2)
    for turn in range(4):
        one.exchange((a, b)[turn % 2], one.command(f"one{turn}"))
        two.exchange((b, a)[turn % 2], two.command(f"two{turn}"), two.command("reply", SERVER))
    return {"1": [f"one{turn}" for turn in range(4)],
            "2": [name for turn in range(4) for name in (f"two{turn}", "reply")]}, {}


@scenario
def repeated_request(network):
    """No reply, so the client asks again on a new connection."""
    a = network.connect()
    one = Session(network, "1").open(a)
    path, body = one.path(), one.command("once")
    network.request(a, path, body)
    b = network.connect()
    network.request(b, path, body)
    network.reply(b, b"\1" + one.command("answer", SERVER))
    one.exchange(b, one.command("after"))
    return {"1": ["once", "answer", "after"]}, {"rtmpx.tunnel.retry": 1}


@scenario
def repeated_reply(network):
    """Both requests are answered, with the polling interval alone."""
    a = network.connect()
    one = Session(network, "1").open(a)
    path, body = one.path(), one.command("once")
    for _ in range(2):
        network.request(a, path, body)
        network.reply(a)
    one.exchange(a, one.command("after"))
    return {"1": ["once", "after"]}, {"rtmpx.tunnel.retry": 2}


@scenario
def overtaking_request(network):
    """A later number arrives first on another connection, then its predecessor."""
    a, b = network.connect(), network.connect()
    one = Session(network, "1").open(a)
    early, late = one.path(), one.path()
    both = one.command("halved") + one.command("whole")
    network.request(b, late, both[7:])
    network.request(a, early, both[:7])
    network.reply(a)
    network.reply(b)
    one.exchange(a, one.command("after"))
    return {"1": ["halved", "whole", "after"]}, {"rtmpx.tunnel.ahead": 1}


@scenario
def closed_unanswered(network):
    """The client closes one session while its connect is unanswered, another one behind the answer."""
    a, b = network.connect(), network.connect()
    one, two = Session(network, "1").open(a, seed=1), Session(network, "2").open(b, seed=2)
    for link, session in ((a, one), (b, two)):
        session.exchange(link, session.writer[CLIENT].write(rtmp.command("connect", 1, {"app": "live"})))
    two.exchange(b, b"\0", two.writer[SERVER].write(rtmp.command("_result", 1, None)), verb="idle")
    one.exchange(a, b"\0", verb="close")
    two.exchange(b, b"\0", verb="close")
    return {"1": ["connect"], "2": ["connect", "_result"]}, {"rtmpx.no_response": 1}


@scenario
def same_id_again(network):
    """An id may come back after its session was closed; numbers begin anew."""
    a = network.connect()
    one = Session(network, "1").open(a)
    one.exchange(a, one.command("before"))
    one.exchange(a, b"\0", verb="close")
    two = Session(network, "1").open(a, seed=2)
    two.exchange(a, two.command("behind"))
    return {"1": ["before", "behind"]}, {}


@scenario
def server_without_tunnel(network):
    """The address is asked for first; the server knows no such page."""
    a = network.connect()
    network.request(a, "/fcs/ident2")
    network.reply(a, b"not found", typed=False, status="404 Not Found")
    one = Session(network, "1").open(a)
    one.exchange(a, one.command("still"))
    return {"1": ["still"]}, {}


@scenario
def replies_without_a_body(network):
    """HTTP hands on no reply without a body: a page that is not there, a reply to a send."""
    a = network.connect()
    network.request(a, "/fcs/ident2")
    network.reply(a, b"", typed=False, status="404 Not Found")
    one = Session(network, "1").open(a)
    network.request(a, one.path(), one.command("first"))
    network.reply(a, b"")
    one.exchange(a, one.command("second"), one.command("answer", SERVER))
    b = network.connect()
    one.exchange(b, one.command("third"), one.command("last", SERVER))
    return {"1": ["first", "second", "answer", "third", "last"]}, {}


@scenario
def session_that_is_gone(network):
    """The page of an error is no RTMP."""
    a = network.connect()
    one = Session(network, "1").open(a)
    one.exchange(a, one.command("before"))
    network.request(a, one.path(), one.command("lost"))
    network.reply(a, b"no such session", typed=False, status="404 Not Found")
    return {"1": ["before", "lost"]}, {}


def speak_in_one_segment(network, carrier, *sessions):
    """Each twice, in turns; the commands expected."""
    turns = [(turn, session) for turn in ("first", "second") for session in sessions]
    network.send(carrier, CLIENT, *(request(session.path(), session.command(f"{turn} of {session.name}"))
                                    for turn, session in turns))
    network.send(carrier, SERVER, *(reply(b"\1" + session.command(f"{turn} to {session.name}", SERVER))
                                    for turn, session in turns))
    return {"1": [f"{turn} {way} {session.name}" for way in ("of", "to") for turn, session in turns]}


@scenario
def sessions_opened_in_one_segment(network):
    """Two at once; later both speak twice in one segment."""
    a = network.connect()
    one, two = Session(network, "1"), Session(network, "2")
    network.send(a, CLIENT, request("/open/1"), request("/open/1"))
    network.send(a, SERVER, reply(b"1\n"), reply(b"2\n"))
    for seed, session in enumerate((one, two)):
        first, answer, last = rtmp.handshake(seed=seed)
        session.exchange(a, first, answer)
        session.exchange(a, last)
    return speak_in_one_segment(network, a, one, two), {}


@scenario
def session_beside_one_that_came_again(network):
    """Each has an identity of its own, the closed one too."""
    a = network.connect()
    closed = Session(network, "1").open(a)
    closed.exchange(a, b"\0", verb="close")
    one, two = Session(network, "1").open(a, seed=2), Session(network, "2").open(a, seed=3)
    return speak_in_one_segment(network, a, one, two), {}


def write_all(path):
    """One capture of all scenarios, one after the other, each with a server of its own."""
    segments = []
    for number, function in enumerate(SCENARIOS):
        network = Network()
        function(network)
        ends = {"10.0.0.1": f"10.0.{number}.1", "10.0.0.2": f"10.0.{number}.2"}
        segments += [s.replace(time=s.time + number * 10**12, source=(ends[s.source[0]], s.source[1]),
                               target=(ends[s.target[0]], s.target[1])) for s in network.segments()]
    pcap.write_segments(path, segments)


def rows(tshark, capture, fields, *arguments):
    """The values of the fields, by name, for each frame."""
    names = [word for field in fields for word in ("-e", field)]
    output = tshark.run("-T", "fields", "-E", "occurrence=a", *names, *arguments,
                        capture=capture).stdout
    return [dict(zip(fields, (column.split(",") if column else []
                              for column in row.split("\t"))))
            for row in output.splitlines()]


def troubled(frames, trouble):
    return [frame["frame.number"][0] for frame in frames if any(frame[name] for name in trouble)]


def complain(name, what, shown, expected):
    if shown == expected:
        return 0
    print(f"{name}: {what}: {shown}, expected {expected}")
    return 1


def check_scenario(tshark, function):
    network = Network()
    expected, experts = function(network)
    capture = tshark.directory / f"{function.__name__}.pcap"
    pcap.write_segments(capture, network.segments())
    failed = 0
    trouble = (*TROUBLE, "_ws.malformed")
    fields = ("frame.number", "rtmpx.tunnel.session", "rtmpx.command.name", *EXPERTS, *trouble)
    for passes in ((), ("-2",)):
        frames = rows(tshark, capture, fields, *passes)
        commands = collections.defaultdict(list)
        for frame in frames:
            if frame["rtmpx.command.name"]:
                commands[frame["rtmpx.tunnel.session"][0]] += frame["rtmpx.command.name"]
        shown = {item: sum(len(frame[item]) for frame in frames) for item in EXPERTS}
        failed += complain(function.__name__, "commands", dict(commands), expected)
        failed += complain(function.__name__, "trouble", troubled(frames, trouble), [])
        failed += complain(function.__name__, "expert items", shown,
                           {item: experts.get(item, 0) for item in EXPERTS})
    return failed


# Messages by type, from a decoder of its own over the bytes that TLS and HTTP carry.
TOTALS = {
    "real/rtmps_stunnel_nginx_publish_ffmpeg51_port443_with_dsb.pcapng":
        {1: 2, 5: 1, 6: 1, 8: 88, 9: 22, 18: 1, 20: 11},
    "real/rtmpt_crtmpserver_play_rtmpdump_port80.pcapng":
        {1: 1, 4: 6, 5: 2, 6: 1, 8: 176, 9: 43, 18: 5, 20: 12},
    "real/rtmpt_crtmpserver_publish_ffmpeg51_port80.pcapng":
        {4: 1, 5: 1, 6: 1, 8: 88, 9: 21, 18: 1, 20: 14},
    "real/rtmpe_crtmpserver_play_rtmpdump.pcapng": {},
    "real/rtmpte_crtmpserver_play_rtmpdump_port80.pcapng": {},
    "defects/d13_rtmpe.pcap": {},
    "defects/d17_rtmps.pcap": {20: 2},
}


def check_capture(tshark, directory, name, expected):
    capture = directory / name
    if not capture.exists():
        return 0
    keys = directory / "defects/rtmps.keys"
    log = ("-o", f"tls.keylog_file:{tshark.readable(keys)}") if "d17" in name else ()
    frames = rows(tshark, capture, ("frame.number", "rtmpx.type", "rtmpx.encrypted", *TROUBLE), *log)
    totals = collections.Counter(int(kind) for frame in frames for kind in frame["rtmpx.type"])
    encrypted = sum(len(frame["rtmpx.encrypted"]) for frame in frames)
    return (complain(name, "messages", dict(sorted(totals.items())), expected)
            + complain(name, "encrypted handshakes", encrypted, 0 if expected else 2)
            + complain(name, "trouble", troubled(frames, TROUBLE), []))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--captures", type=pathlib.Path)
    parser.add_argument("--write", metavar="FILE", help="the scenarios, and nothing else")
    options = parser.parse_args()
    if options.write:
        return write_all(options.write)
    with Tshark(options.build) as tshark:
        failed = sum(check_scenario(tshark, function) for function in SCENARIOS)
        if options.captures:
            failed += sum(check_capture(tshark, options.captures, name, expected)
                          for name, expected in TOTALS.items())
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
