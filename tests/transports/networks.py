#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What TCP and TLS do to a connection, and what the user may tell them: the same messages.

Ports used again, connections that break off, sequence numbers that wrap many times, segments that
come late, preferences of TCP in every combination, unregistered ports, Decode As.

usage: networks.py [--build DIR]
"""
import argparse
import itertools
import pathlib
import random
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
sys.path.insert(0, str(HERE.parent / "orders"))

import orders  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
import tls  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

CLIENT, SERVER = rtmp.CLIENT, rtmp.SERVER
CASES = []
SHIPPED = HERE.parent / "captures" / "defects"
SAMPLES = HERE.parents[1] / "samples"
TCP = ("relative_sequence_numbers", "reassemble_out_of_order", "no_subdissector_on_error",
       "desegment_tcp_streams", "analyze_sequence_numbers")
FIELDS = ("frame.number", "rtmpx.type", "rtmpx.length", "rtmpx.timestamp", "rtmpx.csid", "rtmpx.command.name")
TROUBLE = "rtmpx.gap || rtmpx.malformed || rtmpx.resynchronized || rtmpx.midstream || _ws.malformed"


class Case:
    """One test: what it says is wrong is printed."""

    def __init__(self, tshark, name):
        self.tshark, self.name, self.failed = tshark, name, 0

    def write(self, *connections, name="case.pcap"):
        path = self.tshark.directory / f"{self.name}-{name}"
        pcap.write_segments(path, [s for c in connections for s in c.segments])
        return path

    def fields(self, capture, fields, *arguments):
        """The values of the fields in each frame that has some."""
        names = [word for field in fields for word in ("-e", field)]
        output = self.tshark.run("-T", "fields", *names, *arguments, capture=capture).stdout
        return [tuple(row.split("\t")) for row in output.splitlines()]

    def commands(self, capture, *arguments):
        rows = self.fields(capture, ("rtmpx.command.name",), "-Y", "rtmpx.command.name", *arguments)
        return [name for row in rows for name in row[0].split(",")]

    def trouble(self, capture, *arguments):
        return [row[0] for row in self.fields(capture, ("frame.number",), "-Y", TROUBLE, *arguments)]

    def good(self, what, capture, expected, *arguments):
        """The commands in order, and no trouble: seen in one run."""
        rows = self.fields(capture, ("frame.number", "rtmpx.command.name", *TROUBLE.split(" || ")), "-Y",
                           f"rtmpx.command.name || {TROUBLE}", *arguments)
        self.same(f"commands {what}", [name for row in rows if row[1] for name in row[1].split(",")], expected)
        self.same(f"trouble {what}", [row[0] for row in rows if any(row[2:])], [])

    def same(self, what, shown, expected):
        if shown != expected:
            self.failed += 1
            print(f"{self.name}: {what}: {shown}, expected {expected}")


def case(function):
    CASES.append(function)
    return function


def talk(connection, *names):
    """A handshake and a command of each side for each name."""
    connection.open().shake(seed=len(names))
    for name in names:
        connection.message(CLIENT, rtmp.command(name, 0, None))
        connection.message(SERVER, rtmp.command("answer to " + name, 0, None))
    return connection


def said(*names):
    return [text for name in names for text in (name, "answer to " + name)]


def preferences(*values):
    return [word for name, value in zip(TCP, values)
            for word in ("-o", f"tcp.{name}:{str(value).upper()}")]


@case
def port_used_again(test):
    """The same ends connect again; the new sequence numbers lie behind the old ones, or before."""
    connections = []
    for number, start in enumerate((900000, 10, pcap.WRAP - 2000)):
        ends = {"client": ("10.0.0.2", 50000 + number)}
        first = talk(rtmp.Connection(**ends, sequences=(50000, 60000), start=10**18 + number * 10**12),
                     f"{start} one", f"{start} two").close()
        second = talk(rtmp.Connection(**ends, sequences=(start, start), start=first.time + 10**9), f"{start} three")
        # The third begins while the second was never closed.
        third = talk(rtmp.Connection(**ends, sequences=(start + 500, 7), start=second.time + 10**10), f"{start} four")
        connections += first, second, third
    expected = [name for start in (900000, 10, pcap.WRAP - 2000)
                for name in said(*(f"{start} {turn}" for turn in ("one", "two", "three", "four")))]
    capture = test.write(*connections)
    for passes in ((), ("-2",)):
        test.good(passes, capture, expected, *passes)


@case
def reset_inside_a_message(test):
    """The bytes that came are shown, with what the message would have been."""
    connection = talk(rtmp.Connection(), "before")
    video = rtmp.Message(rtmp.VIDEO, b"\x17\x01\0\0\0" + bytes(3000), csid=6, stream_id=1)
    connection.send(CLIENT, connection.writer[CLIENT].write(video)[:2000])
    connection.emit(SERVER, pcap.RST)
    after = talk(rtmp.Connection(start=connection.time + 10**9, sequences=(70000, 80000)), "again")
    capture = test.write(connection, after)
    test.same("commands", test.commands(capture), said("before", "again"))
    test.same("trouble", test.trouble(capture), [])
    rows = test.fields(capture, ("rtmpx.chunk.message_type", "rtmpx.chunk.message_length"),
                       "-Y", "rtmpx.chunk && !rtmpx.message")
    test.same("partial message", rows, [("9", "3005"), ("", "")])
    info = test.fields(capture, ("_ws.col.Info",), "-Y", "rtmpx.chunk && !rtmpx.message")
    test.same("its line", info, [("Video (fragment of a message)",)] * 2)


@case
def wraps_many_times(test):
    """Three and a half times 2^32 bytes, most of them not in the capture."""
    connection = talk(rtmp.Connection(sequences=(pcap.WRAP - 1000, 9)), "first")
    expected = said("first")
    for turn in range(28):
        connection.sequence[CLIENT] = (connection.sequence[CLIENT] + (1 << 29)) % pcap.WRAP
        connection.message(CLIENT, *(rtmp.command(f"turn {turn}", turn, "x" * 50) for _ in range(2)),
                           fmt=0)
        connection.emit(SERVER)
        expected += [f"turn {turn}"] * 2
    capture = test.write(connection)
    for relative in (True, False):
        test.same(f"commands, relative {relative}",
                  test.commands(capture, *preferences(relative)), expected)
        gaps = test.fields(capture, ("rtmpx.gap.length",), "-Y", "rtmpx.gap", *preferences(relative))
        test.same(f"holes, relative {relative}", gaps, [(str(1 << 29),)] * 28)


def turns(connection, name, count=8):
    """A command a segment."""
    for turn in range(count):
        connection.message(CLIENT, rtmp.command(f"{name} {turn}", turn, "x" * 100), fmt=0)
    return connection


def swapped(segments, at):
    """The segment at `at` and the next one change places, not times."""
    first, second = segments[at], segments[at + 1]
    segments[at:at + 2] = second.replace(time=first.time), first.replace(time=second.time)


def kinds_of_connections(key_log):
    """By name: one of each kind that TCP's preferences might treat in another way."""
    found = {}

    def add(name, kind=rtmp.Connection, *arguments, port=1935, shake=True, **options):
        number = len(found)
        connection = kind(*arguments, client=("10.9.9.9", 40000 + number), server=("10.0.0.1", port),
                          start=10**18 + number * 10**12, **options).open()
        if shake:
            connection.shake()
        found[name] = turns(connection, name)
        return connection.segments

    add("clean")
    add("elsewhere", port=20000)
    add("wraps", sequences=(pcap.WRAP - 3500, pcap.WRAP - 3200))
    segments = add("repeated")
    segments.insert(-3, segments[-5].replace(time=segments[-4].time + 1))
    del add("lost")[-5]
    swapped(add("late"), -5)
    del add("middle", shake=False)[:3]
    add("tls", tls.Connection, key_log, port=443)
    del add("tls lost", tls.Connection, key_log, port=443)[-5]
    swapped(add("tls late", tls.Connection, key_log, port=443), -5)
    segments = add("tls repeated", tls.Connection, key_log, port=443)
    segments.insert(-3, segments[-5].replace(time=segments[-4].time + 1))
    add("tls on 1935", tls.Connection, key_log)
    segments = add("again")
    again = rtmp.Connection(client=found["again"].ends[CLIENT], start=found["again"].time + 10**9,
                            sequences=(77, 77)).open().shake()
    segments += turns(again, "again").segments
    return found


ALL = "01234567"


def shown_of(kind, out_of_order, reassemble, no_subdissector, desegment, analyze):
    """What TCP hands on of a kind, by the table in src/README.md: digits are messages, ! a hole before it, ? with a
    hint that the preferences may bring it back. out_of_order: so TCP calls the late segment, not a retransmission."""
    ordered = reassemble and desegment and analyze
    hint = "?" if analyze and not ordered and (no_subdissector or desegment) else ""
    withheld = analyze and (no_subdissector or (desegment and not out_of_order))
    if kind == "lost":
        return "012" if ordered else f"0124!{hint}567"
    if kind == "late":
        return ALL if ordered else f"0124!{hint}567" if withheld else f"0124!{hint}3567"
    if kind.startswith("tls") and not desegment:  # TLS wants its records put together
        return ""
    if kind == "tls lost":  # only TCP knows of the gap
        return "012" if ordered else f"0124!{hint}567" if analyze else "0124567"
    if kind == "tls late":
        return ALL if ordered else f"0124!{hint}567" if analyze else "01243567"
    if kind == "tls repeated" and not analyze:
        return "012343567"  # TLS takes it for new
    return ALL * 2 if kind == "again" else ALL


@case
def preferences_of_tcp(test):
    """Whatever the user prefers, what TCP hands on gives the same messages; of what it withholds a hint says so."""
    key_log = test.tshark.directory / "keys.txt"
    kinds = kinds_of_connections(key_log)
    key_log.chmod(0o644)
    samples = [pcap.read_segments(SAMPLES / f"{name}.pcap") for name in ("noteroom", "chunk-forms")]
    shift = 10**18 - samples[0][0].time
    capture = test.tshark.directory / "kinds.pcap"
    pcap.write_segments(capture, [s for c in kinds.values() for s in c.segments]
                        + [s.replace(time=s.time + shift + 10**14 * n) for n, sample in enumerate(samples, 1)
                           for s in sample])
    fields = ("ip.src", "tcp.srcport", "rtmpx.gap", "rtmpx.gap.hint", *FIELDS)
    combinations = [(sum(values) % 2, *values, True) for values in itertools.product((True, False), repeat=3)]
    combinations += [(True, True, True, True, False), (False, False, False, False, False)]
    out_of_order = bool(test.fields(capture, ("frame.number",), "-Y", "tcp.analysis.out_of_order && "
                                    f"tcp.srcport == {40000 + list(kinds).index('late')}"))
    first = None
    for values in combinations:
        shown, of_samples = dict.fromkeys(kinds, ""), []
        for source, port, gap, hint, *rest in test.fields(
                capture, fields, "-Y", "rtmpx.message", "-o", f"tls.keylog_file:{key_log}",
                "-o", "tls.ignore_ssl_mac_failed:TRUE", *preferences(*values)):
            if source == "10.9.9.9":
                shown[list(kinds)[int(port) - 40000]] += ("".join(name[-1] for name in rest[-1].split(","))
                                                      + ("!" if gap else "") + ("?" if hint else ""))
            else:
                of_samples.append(rest)
        first = first or of_samples
        test.same(f"{values}: samples are the same, and there", of_samples == first and len(first) > 50, True)
        for kind in kinds:
            test.same(f"{kind} {values}", shown[kind], shown_of(kind, out_of_order, *values[1:]))


def batches(connection, count=16):
    """Segments of which each holds some records, or a part of one: messages of any length, in fmt 0."""
    noise = random.Random(count)
    writer = connection.writer[CLIENT]
    connection.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
    for turn in range(count):
        batch = [rtmp.command(f"turn {turn}.{n}", turn, noise.randbytes(noise.choice((9, 90, 900, 9000))).hex(),
                              csid=3 + n, timestamp=40 * turn) for n in range(noise.choice((1, 1, 3)))]
        connection.send(CLIENT, b"".join(writer.write(message, 0) for message in batch))
        connection.emit(SERVER)
    return connection


@case
def holes_below_tls(test):
    """Told to ignore what it cannot verify TLS continues behind a gap: each shown message is one that was sent, in
    order, and who is not shown has a hole behind. Each segment is lost in a connection of its own, and late in one."""
    key_log = test.tshark.directory / "holes.txt"
    connections, begin, index = [], None, 0
    while begin is None or index // 2 < len(connections[0].segments) - begin:
        connection = tls.Connection(key_log, client=("10.0.0.2", 20000 + len(connections)),
                                    server=("10.0.0.1", 443), start=10**18 + len(connections) * 10**12).open().shake()
        begin = begin or len(connection.segments)
        batches(connection)
        connections.append(connection)
        if len(connections) == 1:  # the first is whole
            continue
        at = begin + index // 2
        if connection.segments[at].payload:
            missing = connection.segments.pop(at)
            if index % 2 and at + 1 < len(connection.segments):
                connection.segments.insert(at + 2, missing.replace(time=connection.segments[at + 1].time + 1))
        index += 1
    key_log.chmod(0o644)
    capture = test.write(*connections)
    keys = ("-o", f"tls.keylog_file:{key_log}", "-o", "tls.ignore_ssl_mac_failed:TRUE")
    sent = None
    for arguments in ((), ("-2",), ("-o", "tcp.no_subdissector_on_error:FALSE")):
        shown = {20000 + n: [] for n in range(len(connections))}
        for port, gap, strings, wrong in test.fields(
                capture, ("tcp.srcport", "rtmpx.gap", "rtmpx.amf.string", "_ws.malformed"), "-Y",
                "rtmpx && tcp.dstport == 443", *keys, *arguments):
            shown[int(port)] += ["hole"] * bool(gap) + strings.split(",") * bool(strings) + ["wrong"] * bool(wrong)
        sent = sent or shown[20000]
        test.same(f"all is shown {arguments}", shown[20000], sent)
        test.same(f"what is sent {arguments}", (len(sent) > 40, "hole" in sent), (True, False))
        messages = 0
        for port, strings in shown.items():
            at = 0
            for string in strings:
                if string != "hole":
                    found = sent.index(string, at) if string in sent[at:] else None
                    test.same(f"a message that was sent, in {port} {arguments}", found is not None, True)
                    if found is None:
                        break
                    test.same(f"a hole before it, in {port} {arguments}", found == at or hole, True)
                    at = found + 1
                    messages += 1
                hole = string == "hole"
        test.same(f"most are shown {arguments}", messages > 0.9 * len(sent) * len(connections), True)


@case
def late_segments(test):
    """Handed on late, they bring their messages; withheld, a hint says what brings them back."""
    connection = talk(rtmp.Connection(), "first")
    at = len(connection.segments)
    for turn in range(6):
        connection.message(CLIENT, rtmp.command(f"turn {turn}", turn, "x" * 200), fmt=0)
    late = connection.segments
    times = [segment.time for segment in late]
    # 0 3 1 2 5 4: a hole of two, filled from its beginning, and one of one.
    late[at:] = [late[at + i] for i in (0, 3, 1, 2, 5, 4)]
    late[:] = [segment.replace(time=time) for segment, time in zip(late, times)]
    capture = test.write(connection)
    expected = sorted(said("first") + [f"turn {turn}" for turn in range(6)])
    all_of_them = ("-o", "tcp.no_subdissector_on_error:FALSE",
                   "-o", "tcp.desegment_tcp_streams:FALSE")
    for name, arguments in (("in order", ("-o", "tcp.reassemble_out_of_order:TRUE")),
                            ("as they come", all_of_them)):
        for passes in ((), ("-2",)):
            test.same(f"commands, {name} {passes}",
                      sorted(test.commands(capture, *arguments, *passes)), expected)
    lengths = test.fields(capture, ("rtmpx.late.length",), "-Y", "rtmpx.late", *all_of_them)
    size = len(late[at].payload)
    test.same("late bytes", lengths, [(str(size),)] * 3)
    hints = [len(test.fields(capture, ("rtmpx.gap.hint",), "-Y", "rtmpx.gap.hint", *arguments))
             for arguments in ((), all_of_them, ("-o", "tcp.reassemble_out_of_order:TRUE"))]
    test.same("hints", hints, [2, 0, 0])
    warnings = [test.fields(capture, ("_ws.expert.message",), "-Y", "rtmpx.gap", *arguments)
                for arguments in ((), all_of_them)]
    test.same("warnings that name a preference", [["tcp.reassemble_out_of_order" in text for text, in rows]
                                                  for rows in warnings], [[True] * 2, [False] * 2])


HANDED_ON = ("-o", "tcp.no_subdissector_on_error:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE")
IN_ORDER = ("-o", "tcp.reassemble_out_of_order:TRUE")


@case
def first_segments_out_of_order(test):
    """Put in order by TCP, the first bytes of a direction end with another segment than the one that came last."""
    for port, absolute in itertools.product((1935, 60000), (False, True)):
        arguments = (*IN_ORDER, "-o", f"tcp.relative_sequence_numbers:{str(not absolute).upper()}")
        connections = []
        for number, pair in enumerate((0, 2, 5)):  # of C0 and C1, of S0 and S1, of C2
            connection = talk(rtmp.Connection(("10.0.0.2", 50000 + number), ("10.0.0.1", port),
                                              sequences=(pcap.WRAP - 700, 9), start=(1 + number) * 10**18), f"{number}")
            data = [i for i, segment in enumerate(connection.segments) if segment.payload]
            swapped(connection.segments, data[pair])
            connections.append(connection)
        capture = test.write(*connections, name=f"{port}.pcap")
        test.good(arguments, capture, said("0", "1", "2"), *arguments)


@case
def first_segments_lost(test):
    """Behind the SYN a hole in the handshake hides no message: chunks begin where the handshake ends. A longer one does."""
    for lost, gaps, midstream in ((1, ["1448"], 0), (2, ["1537"], 0), (5, [], 1)):
        connection = talk(rtmp.Connection(), "first", "second")
        client = connection.segments[0].source
        data = [i for i, s in enumerate(connection.segments) if s.payload and s.source == client]
        # C0 and C1 are two segments, C2 as well, and then one a command.
        connection.segments = [s for i, s in enumerate(connection.segments) if i not in data[:lost]]
        capture = test.write(connection, name=f"{lost}.pcap")
        for passes in ((), ("-2",)):
            expected = said("first", "second") if lost < 5 else said("first", "second")[1:]
            test.same(f"commands, {lost} lost", test.commands(capture, *passes), expected)
            shown = test.fields(capture, ("rtmpx.gap.length",), "-Y", "rtmpx.gap", *passes)
            test.same(f"holes, {lost} lost", [length for length, in shown], gaps)
            shown = test.fields(capture, ("frame.number",), "-Y", "rtmpx.midstream", *passes)
            test.same(f"begun midstream, {lost} lost", len(shown), midstream)


@case
def what_tcp_sends_again(test):
    """Keep-alives, retransmissions that lie, segments that overlap: what came first counts."""
    connection = talk(rtmp.Connection(), "first")
    one, two, three = (connection.writer[CLIENT].write(rtmp.command(name, 0, "x" * 200), 0)
                       for name in ("one", "two", "three"))

    def again(data, back):
        """Of bytes that were sent already, as another would have them."""
        sequence = connection.sequence[CLIENT]
        connection.sequence[CLIENT] = (sequence - back) % pcap.WRAP
        connection.send(CLIENT, data)
        connection.sequence[CLIENT] = max(sequence, connection.sequence[CLIENT])

    again(b"\0", 1)
    connection.emit(SERVER)
    connection.send(CLIENT, one)
    again(one.replace(b"one", b"lie"), len(one))
    again(b"\0", 1)
    connection.send(CLIENT, two[:150])
    again(two[100:150].replace(b"x", b"y") + two[150:] + three[:20], 50)
    connection.send(CLIENT, three[20:])
    capture = test.write(connection)
    for arguments in (HANDED_ON, IN_ORDER):
        for passes in ((), ("-2",)):
            what = " ".join((*arguments, *passes))
            test.good(what, capture, said("first") + ["one", "two", "three"], *arguments, *passes)
        strings = test.fields(capture, ("rtmpx.amf.string",), "-Y", 'rtmpx.command.name == "two"', *arguments)
        test.same(f"strings {arguments}", strings, [("two," + "x" * 200,)])
    # By default TCP withholds one that overlaps: what else it brings is missing, and said to be.
    test.same("commands", test.commands(capture), said("first") + ["one", "two"])
    gaps = test.fields(capture, ("rtmpx.gap.length", "rtmpx.gap.hint"), "-Y", "rtmpx.gap")
    test.same("holes", [length for length, _ in gaps], [str(len(two) - 150 + 20)])


@case
def one_direction_only(test):
    """A capture of what one side sends, from its SYN on."""
    for kept in (CLIENT, SERVER):
        connection = talk(rtmp.Connection(), "one", "two")
        source = connection.ends[kept]
        connection.segments = [s for s in connection.segments if s.source == source]
        capture = test.write(connection, name=f"{kept}.pcap")
        test.good(f"of {kept}", capture, said("one", "two")[kept::2])


@case
def cut_handshakes_on_any_port(test):
    """A snapshot length leaves 30 bytes of each segment, digests and randomness are cut off."""
    connections = []
    for number, (scheme, version) in enumerate(((None, 3), (0, 3), (1, 3), (0, 6))):
        connections.append(rtmp.Connection(client=("10.0.0.2", 50000 + number), server=("10.0.0.1", 20000),
                                           start=10**18 + number * 10**12).open())
        connections[-1].shake(scheme=scheme, version=version, seed=number)
        connections[-1].message(CLIENT, rtmp.Message(rtmp.WINDOW_ACK_SIZE, b"\0\0\1\0", csid=2))
    capture = test.tshark.directory / "cut.pcap"
    pcap.write_segments(capture, [s for c in connections for s in c.segments], snaplen=84)
    test.same("versions", test.fields(capture, ("tcp.dstport", "rtmpx.handshake.version"), "-Y",
                                      "rtmpx.handshake.version && tcp.dstport == 20000"),
              [("20000", version) for version in "3336"])
    test.same("messages", test.fields(capture, ("tcp.srcport", "rtmpx.window_ack_size"), "-Y", "rtmpx.window_ack_size"),
              [(str(50000 + number), "256") for number in range(3)])


@case
def few_connections_wait_for_late_segments(test):
    """One hole each: the connections whose holes are oldest have given theirs up, and what they kept."""
    most = 128  # RTMP_LIMIT_LATE_DIRECTIONS
    connections, held = [], []
    for n in range(most + 3):
        connection = talk(rtmp.Connection(client=("10.0.0.2", 40000 + n)), "first")
        connection.message(CLIENT, rtmp.command("late", 0, None), fmt=0)
        held.append(connection.segments.pop())
        connection.message(CLIENT, rtmp.command("last", 1, None), fmt=0)
        connections.append(connection)
    capture = test.write(*connections, name="holes.pcap")
    path = test.tshark.directory / "late.pcap"
    pcap.write_segments(path, [*pcap.read_segments(capture), *held])
    as_they_come = ("-o", "tcp.no_subdissector_on_error:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE")
    late = test.fields(path, ("tcp.srcport",), "-Y", "rtmpx.late", *as_they_come)
    test.same("late segments", late, [(str(40003 + n),) for n in range(most)])
    given_up = test.fields(path, ("tcp.srcport",), "-Y", "rtmpx.repeated", *as_they_come)
    test.same("segments that come too late", given_up, [(str(40000 + n),) for n in range(3)])


@case
def decode_as_for_tcp(test):
    """An unknown port, and a capture that begins behind the handshake."""
    connection = talk(rtmp.Connection(server=("10.0.0.1", 20000)), "hello")
    begin = len(connection.segments)
    for turn in range(8):
        connection.message(CLIENT, rtmp.command(f"turn {turn}", turn, None))
    expected = [f"turn {turn}" for turn in range(8)]
    whole = test.write(connection, name="whole.pcap")
    test.same("by its handshake", test.commands(whole), said("hello") + expected)
    connection.segments = connection.segments[begin:]
    cut = test.write(connection, name="cut.pcap")
    test.same("without one", test.commands(cut), [])
    test.same("Decode As", test.commands(cut, "-d", "tcp.port==20000,rtmpx"), expected)


@case
def who_counts_protocols_sees_each_segment(test):
    """Also when a field is wanted that few segments have: the other segments get only the protocol's item then."""
    sample = SAMPLES / "pub_ffmpeg51_chunk65536.pcapng"
    every = len(test.fields(sample, ("frame.number",), "-Y", "rtmpx"))
    few = len(test.fields(sample, ("frame.number",), "-Y", "rtmpx.csid"))
    tables = test.tshark.run("-q", "-z", "io,phs", "-z", "io,phs,rtmpx.csid", capture=sample).stdout
    counted = {int(count) for count in re.findall(r"rtmpx +frames:(\d+)", tables)}
    test.same("segments, and those with the field", counted, {every, few})
    test.same("not all have it", 0 < few < every, True)


def without_handshakes(ports):
    """A connection to each port, of which no handshake tells what it is."""
    connections = []
    for number, port in enumerate(ports):
        connections.append(rtmp.Connection(("10.0.0.2", 50000 + number), ("10.0.0.1", port),
                                           start=(1 + number) * 10**18).open())
        for turn in range(4):
            connections[-1].message(CLIENT, rtmp.command(f"on {port}", turn, None), fmt=0)
    return connections


@case
def the_preference_names_the_ports(test):
    """1935 by default; those of rtmpx.tcp.port in its place, and then 1935 is the built-in's again."""
    ports = (1935, 1936, 2000)
    capture = test.write(*without_handshakes(ports))
    for value, expected in ((None, (1935,)), ("1936", (1936,)), ("1935,1936", (1935, 1936)),
                            ("1935-2000", ports), ("", ())):
        preference = ("-o", f"rtmpx.tcp.port:{value}") if value is not None else ()
        test.same(f"ports {value}", test.commands(capture, *preference),
                  [f"on {port}" for port in expected for _ in range(4)])
    moved = ("-o", "rtmpx.tcp.port:1936")
    test.same("Decode As stands above it", test.commands(capture, *moved, "-d", "tcp.port==2000,rtmpx"),
              [f"on {port}" for port in ports[1:] for _ in range(4)])
    test.same("Decode As for 1935", test.commands(capture, *moved, "-d", "tcp.port==1935,rtmpx"),
              [f"on {port}" for port in ports[:2] for _ in range(4)])
    test.same("Decode As for the built-in", test.commands(capture, "-d", "tcp.port==1935,rtmpt"), [])
    sample = SAMPLES / "noteroom.pcap"
    test.same("the built-in", [bool(test.fields(sample, ("frame.number",), "-Y", name, *moved))
                               for name in ("rtmpt", "rtmpx")], [True, False])


@case
def ports_that_sharkd_takes_out(test):
    """A port that is in the preference no more is no longer ours: sharkd sets preferences in the middle of its life."""
    ports = (1935, 1936, 2000)
    capture = test.write(*without_handshakes(ports))
    sharkd = orders.Sharkd(test.tshark, capture)
    for value, expected in ((None, (1935,)), ("1936", (1936,)), ("2000", (2000,)), ("1935-2000", ports),
                            ("1935", (1935,)), ("", ()), ("1935", (1935,))):
        if value is not None:
            sharkd.call("setconf", name="rtmpx.tcp.port", value=value)
            sharkd.call("load", file=test.tshark.readable(capture))
        trees = [sharkd.tree(1 + number) for number in range(sharkd.call("status")["frames"])]
        test.same(f"ports {value}", [port for port in ports if any(f"on {port}" in tree for tree in trees)],
                  list(expected))
    sharkd.close()


def hello_in_pieces(connection, size, count=50):
    """A handshake whose packets begin with that many pieces of so many bytes; then each side says hello."""
    first, answer, last = rtmp.handshake(seed=7)
    connection.open()
    for direction, packets in ((CLIENT, first), (SERVER, answer), (CLIENT, last)):
        connection.send(direction, packets[:count * size], mss=size)
        connection.send(direction, packets[count * size:])
    connection.message(CLIENT, rtmp.command("hello", 0, None))
    connection.message(SERVER, rtmp.command("answer to hello", 0, None))
    return connection


@case
def handshakes_in_small_pieces(test):
    """C0 and S0 in a segment or a TLS record of their own, or more of them so, on unregistered ports. The
    server may answer before C1 is there."""
    key_log = test.tshark.directory / "pieces.txt"
    pieces, connections = ((1, 1), (1, 50), (2, 50), (7, 50), (19, 50), (40, 50)), []

    def ends(port):
        number = len(connections)
        return {"client": ("10.0.0.2", 50000 + number), "server": ("10.0.0.1", port), "start": 10**18 + number * 10**12}

    for size, count in pieces:
        connections.append(hello_in_pieces(rtmp.Connection(**ends(20000)), size, count))
        for port in (443, 1935, 60000):
            connections.append(hello_in_pieces(tls.Connection(key_log, **ends(port)), size, count))
    early = tls.Connection(key_log, **ends(60000)).open()
    first, answer, last = rtmp.handshake(seed=7)
    for direction, data in ((CLIENT, first[:5]), (SERVER, answer), (CLIENT, first[5:] + last)):
        early.send(direction, data)
    early.message(CLIENT, rtmp.command("hello", 0, None))
    early.message(SERVER, rtmp.command("answer to hello", 0, None))
    connections.append(early)
    known = len(connections)
    connections.append(rtmp.Connection(**ends(20000)).open())
    connections.append(tls.Connection(key_log, **ends(20000)).open())
    for other in connections[known:]:
        other.send(CLIENT, b"\x03")
        other.send(CLIENT, b"what is no handshake, though it begins with the version" * 40)
    key_log.chmod(0o644)
    capture = test.write(*connections)
    keys = ("-o", f"tls.keylog_file:{key_log}")
    everywhere = (True, True, True, True, True), (False, False, False, True, True)
    for arguments in ((), ("-2",), *(preferences(*values) for values in everywhere)):
        rows = test.fields(capture, ("tcp.stream", "tcp.srcport", "rtmpx.handshake.version", "rtmpx.command.name"),
                           "-Y", "rtmpx", *keys, *arguments)
        for stream, connection in enumerate(connections[:known]):
            where = f"{connection.ends[CLIENT][1]} {arguments}"
            ours = [row[1:] for row in rows if row[0] == str(stream)]
            test.same(f"commands {where}", [row[2] for row in ours if row[2]], said("hello"))
            test.same(f"sides {where}", {row[0] for row in ours if row[1]},
                      {str(port) for _, port in connection.ends})
        test.same(f"another protocol {arguments}", [row for row in rows if int(row[0]) >= known], [])
        test.same(f"trouble {arguments}", test.trouble(capture, *keys, *arguments), [])
    sides = ("-Y", "rtmpx.command.name", "-e", "tcp.dstport")
    for arguments in ((), ("-2",)):
        shown = test.fields(SHIPPED.parent / "rtmps_version_byte_alone.pcapng",
                            ("rtmpx.command.name",), *sides, *arguments)
        test.same(f"TLS {arguments}", shown, [("connect", "1936"), ("_result", "50000")])
        versions = test.fields(SHIPPED.parent / "rtmps_version_byte_alone.pcapng", ("tcp.dstport",),
                               "-Y", "rtmpx.handshake.version", *arguments)
        test.same(f"TLS, versions {arguments}", versions, [("1936",), ("50000",)])


@case
def records_share_a_line(test):
    """Of several TLS records in a frame the line says what RTMP is in them, and nothing of TLS."""
    key_log = test.tshark.directory / "line.txt"
    connection = tls.Connection(key_log, server=("10.0.0.1", 443)).open().shake()
    one, two = (connection.writer[CLIENT].write(rtmp.command(name, 0, None)) for name in ("one", "two"))
    connection.send(CLIENT, one + two, mss=len(one))
    key_log.chmod(0o644)
    capture = test.write(connection)
    for passes in ((), ("-2",)):
        lines = test.fields(capture, ("_ws.col.Info",), "-Y", "rtmpx.command.name",
                            "-o", f"tls.keylog_file:{key_log}", *passes)
        test.same(f"line {passes}", lines, [("one | two",)])


@case
def a_frame_with_the_number_of_one_taken_away(test):
    """A read filter gives the number of a frame that it takes away to the next one. The first frame here has a record
    that is not RTMP before the handshake: a later frame with its number has none to leave to others."""
    key_log = test.tshark.directory / "taken-away.txt"
    connection = tls.Connection(key_log, server=("10.0.0.1", 20000), segment=1 << 14).open()
    first, answer, last = rtmp.handshake(seed=7)
    connection.sides[CLIENT].write(b"no handshake")
    for direction, data in ((CLIENT, first), (SERVER, answer), (CLIENT, last)):
        connection.send(direction, data)
    for name in ("one", "two"):
        connection.message(CLIENT, rtmp.command(name, 0, None))
    key_log.chmod(0o644)
    capture = test.write(connection)
    for arguments in (("-Y", "rtmpx.message"), ("-2", "-R", "rtmpx.message")):
        names = test.fields(capture, ("rtmpx.command.name",), *arguments, "-o", f"tls.keylog_file:{key_log}")
        test.same(f"commands {arguments}", names, [("one",), ("two",)])


@case
def tls_on_any_port(test):
    """A key log opens it; 443 is HTTP's, 1935 RTMP's, 20000 unassigned."""
    segments = pcap.read_segments(SHIPPED / "d17_rtmps.pcap")
    keys = ("-o", f"tls.keylog_file:{test.tshark.readable(SHIPPED / 'rtmps.keys')}")
    expected = test.commands(SHIPPED / "d17_rtmps.pcap", *keys)
    test.same("commands on 443", len(expected), 2)
    test.same("without keys", test.commands(SHIPPED / "d17_rtmps.pcap"), [])
    ports = (1935, 20000, 8443)

    def moved(end, port):
        return (end[0], port) if end[1] == 443 else end

    path = test.tshark.directory / "tls-ports.pcap"
    pcap.write_segments(path, [s.replace(time=s.time + port * 10**12, source=moved(s.source, port),
                                         target=moved(s.target, port)) for port in ports for s in segments])
    # That what is on port 1935 is TLS its first record says; Decode As says it too.
    as_tls = [word for port in ports for word in ("-d", f"tcp.port=={port},tls")]
    as_rtmp = [word for port in ports for word in ("-d", f"tls.port=={port},rtmpx")]
    by_hand = ("--disable-heuristic", "rtmpx_tls")
    for what, shown, arguments in (("not told", True, ()), ("not told, two passes", True, ("-2",)),
                                   ("told", True, as_tls), ("no heuristic", False, (*as_tls, *by_hand)),
                                   ("Decode As", True, (*as_tls, *by_hand, *as_rtmp))):
        test.same(what, test.commands(path, *keys, *arguments), expected * len(ports) * shown)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(f.__name__ for f in CASES)}")
    options = parser.parse_args()
    failed = 0
    with Tshark(options.build) as tshark:
        for function in CASES:
            if not options.names or function.__name__ in options.names:
                test = Case(tshark, function.__name__)
                function(test)
                failed += test.failed
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
