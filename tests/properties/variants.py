# SPDX-License-Identifier: GPL-2.0-or-later
"""What a network or a capture program may do to a TCP connection, as transformations of its segments.

A variant is (segments, missing): missing = {direction: [(start, end)]}, the stream bytes that are not
in the variant. Directions are the (source, target) ends of a segment; offset 0 is after the SYN."""
import random

import pcap

FRAME_HEADER = 54  # Ethernet, IPv4 and TCP without options
SIZES = (1, 2, 3, 7, 127, 128, 129, 536, 1460, 65495)  # 65495: the largest an IPv4 packet holds


class Connection:
    """One TCP connection from its SYN on."""

    def __init__(self, segments):
        self.segments = segments
        self.first = {}
        for segment in segments:
            if segment.flags & pcap.SYN:
                self.first[segment.source, segment.target] = (segment.sequence + 1) % pcap.WRAP
        self.client = segments[0].source
        self.server = segments[0].target

    def offset(self, segment):
        return (segment.sequence - self.first[segment.source, segment.target]) % pcap.WRAP

    def range(self, segment):
        start = self.offset(segment)
        return start, start + len(segment.payload)

    def data_indices(self):
        return [i for i, s in enumerate(self.segments) if s.payload]


def connections(segments):
    """The connections of a capture that begin with a SYN of either side."""
    groups = {}
    for segment in segments:
        if segment.flags & pcap.SYN and not segment.flags & pcap.ACK:
            groups[segment.connection] = groups.get(segment.connection, []) + [[]]
        if segment.connection in groups:
            groups[segment.connection][-1].append(segment)
    found = [Connection(group) for many in groups.values() for group in many]
    return [c for c in found if len(c.first) == 2]


def _runs(connection):
    """The connection's data in order of arrival, each byte once: runs of one direction's contiguous
    bytes, and the segments without payload in between."""
    run, sent = None, {}
    for segment in connection.segments:
        if segment.payload:
            direction = segment.source, segment.target
            start, end = connection.range(segment)
            again = max(0, sent.get(direction, 0) - start)
            sent[direction] = max(sent.get(direction, 0), end)
            if again >= len(segment.payload):
                continue
            segment = segment.replace(payload=segment.payload[again:],
                                      sequence=(segment.sequence + again) % pcap.WRAP)
        if not segment.payload:
            if segment.flags & (pcap.SYN | pcap.FIN | pcap.RST):
                if run:
                    yield run
                run = None
                yield segment
            continue
        if run and (run.source, run.target) == (segment.source, segment.target) \
                and (run.sequence + len(run.payload)) % pcap.WRAP == segment.sequence:
            run = run.replace(payload=run.payload + segment.payload)
        else:
            if run:
                yield run
            run = segment
    if run:
        yield run


def resegment(connection, sizes=SIZES, random_cuts=3):
    """The same bytes in segments of other sizes."""
    def cut(next_size):
        segments = []
        for run in _runs(connection):
            at = 0
            while True:
                part = run.payload[at:at + next_size()]
                segments.append(run.replace(payload=part,
                                            sequence=(run.sequence + at) % pcap.WRAP))
                at += len(part)
                if at >= len(run.payload):
                    break
        return segments, {}

    for size in sizes:
        yield cut(lambda size=size: size)
    for seed in range(random_cuts):
        noise = random.Random(seed)
        yield cut(lambda noise=noise: noise.choice((1, 2, 5, noise.randint(1, 300),
                                                    noise.randint(1, 1460), 1448)))


def _before(connection, index):
    """Stream bytes of each direction that only stand before segment `index`."""
    ends = {}
    for segment in connection.segments[:index]:
        if segment.payload:
            direction = segment.source, segment.target
            ends[direction] = max(ends.get(direction, 0), connection.range(segment)[1])
    return {direction: [(0, end)] for direction, end in ends.items()}


def start_at_each(connection):
    """The capture began in the middle: nothing before the n-th data segment."""
    for index in connection.data_indices()[1:]:
        yield connection.segments[index:], _before(connection, index)


def drop_each(connection):
    """One data segment is not in the capture."""
    for index in connection.data_indices():
        dropped = connection.segments[index]
        yield (connection.segments[:index] + connection.segments[index + 1:],
               {(dropped.source, dropped.target): [connection.range(dropped)]})


def swap_each(connection, lost=False):
    """Two neighbours of one direction arrive in the other order.

    lost: judge as if the late one were missing, as it is for a dissector when Wireshark does not put
    segments in order (tcp.reassemble_out_of_order, off by default)."""
    last = {}
    for index in connection.data_indices():
        segment = connection.segments[index]
        before = last.get(segment.source)
        last[segment.source] = index
        if before is None or connection.offset(segment) != connection.range(
                connection.segments[before])[1]:
            continue
        if any(connection.segments[i].payload for i in range(before + 1, index)):
            continue
        segments = list(connection.segments)
        early, late = segments[before], segments[index]
        segments[before] = late.replace(time=early.time)
        segments[index] = early.replace(time=late.time)
        yield segments, {(early.source, early.target): [connection.range(early)]} if lost else {}


def duplicate_each(connection):
    """One data segment is sent twice."""
    for index in connection.data_indices():
        segments = connection.segments
        yield segments[:index + 1] + segments[index:], {}


def wrap(connection):
    """The sequence numbers pass 2^32 at several places of the stream."""
    for direction, first in connection.first.items():
        total = max((connection.range(s)[1] for s in connection.segments
                     if (s.source, s.target) == direction and s.payload), default=0)
        for part in (0, 1, 1537, 3073, total // 2, max(total - 1, 0)):
            shift = (-first - part) % pcap.WRAP
            yield [s.replace(sequence=(s.sequence + shift) % pcap.WRAP)
                   if (s.source, s.target) == direction else
                   s.replace(acknowledgement=(s.acknowledgement + shift) % pcap.WRAP)
                   for s in connection.segments], {}


def move(segments, client, address):
    """The same connection from another client address, so that one capture can hold many."""
    ends = {client: (address, client[1])}
    return [s.replace(source=ends.get(s.source, s.source), target=ends.get(s.target, s.target))
            for s in segments]


def cut_frames(connection, snaplen, header=FRAME_HEADER):
    """The stream bytes that a snapshot length leaves out."""
    missing = {}
    for segment in connection.segments:
        start, end = connection.range(segment)
        if end - start > snaplen - header:
            missing.setdefault((segment.source, segment.target), []).append(
                (start + max(snaplen - header, 0), end))
    return connection.segments, missing
