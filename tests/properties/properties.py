#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same messages whatever happens to the segments (variants.py): printed as one table.

For each connection of a capture, every variant becomes a connection of its own in one capture file,
so that one tshark run decodes them all. The truth is tools/rtmp_reader.py on the whole streams.

present    messages whose every byte is in the variant, and the header that gave type and length;
           for snapshot lengths: whose chunk headers are there, bodies may be cut; behind the row
           those whose every byte is there
shapeless  messages whose every byte is in the variant, but not that header (not counted as present)
shown      of those, shown by the plugin with their type, length, timestamp, stream id and csid
after      present messages after the recovery point (the first one shown after a loss), and shown
phantom    messages shown that the stream does not have
           (timestamps and stream ids are compared as far as the headers that make them are there)
skipped    the largest distance in bytes from the end of a loss to the recovery point
far        directions of variants that recover behind 64 KiB and two type 0 headers, or not at all in as much

usage: properties.py [--build DIR] [--kind KIND...] [--sample COUNT [--seed SEED]] [--core [--both]]
                     [--least PERCENT] CAPTURE...
--core: kinds that lose bytes go through the core alone (through_core.c), many times faster than tshark, which
does nothing to them that matters: late segments are not handed on.
--both: through tshark as well; where it shows other headers than the core alone the run fails.
--sample: of each connection and kind so many variants, chosen at random, instead of all.
--least: fail when a message is a phantom; when, where nothing is missing, a message is not shown; or
when less than so many percent of `after` are.
"""
import argparse
import bisect
import collections
import dataclasses
import functools
import itertools
import pathlib
import random
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import rtmp_reader  # noqa: E402
import variants  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

ORDER = ("-o", "tcp.reassemble_out_of_order:TRUE")
ABSOLUTE = ("-o", "tcp.relative_sequence_numbers:FALSE")
SNAPLENS = (60, 96, 128, 200, 600)
# TCP hands on every segment, as it comes.
LATE = ("-o", "tcp.no_subdissector_on_error:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE")
# TCP corrects nothing in them.
LOSSES = ("start", "drop", "swap", "swap+late", *(f"snaplen {n}" for n in SNAPLENS))
# kind: (transformation, tshark arguments)
KINDS = {
    "resegment": (variants.resegment, ()),
    "start": (variants.start_at_each, ()),
    "drop": (variants.drop_each, ()),
    "swap": (functools.partial(variants.swap_each, lost=True), ()),
    # What was read before the late segment came is right on a later pass.
    "swap+late": (functools.partial(variants.swap_each, lost=True), (*LATE, "-2")),
    "swap+order": (variants.swap_each, ORDER),
    "duplicate": (variants.duplicate_each, ()),
    "wrap": (variants.wrap, ()),
    "wrap+absolute": (variants.wrap, ABSOLUTE),
    **{f"snaplen {n}": (lambda c, n=n: [variants.cut_frames(c, n)], ()) for n in SNAPLENS},
}
FIELDS = ("frame.number", "ip.src", "ip.dst", "rtmpx.type", "rtmpx.length", "rtmpx.timestamp", "rtmpx.stream_id",
          "rtmpx.csid")
FAR = 64 << 10  # bytes
BATCH = 60000  # segments a capture file


@dataclasses.dataclass
class Total:
    variants: int = 0
    present: int = 0
    shapeless: int = 0
    shown: int = 0
    after: int = 0
    after_shown: int = 0
    phantom: int = 0
    skipped: int = 0
    far: int = 0
    uncut: int = 0
    uncut_shown: int = 0
    unlike: int = 0
    lossless: bool = True

    def add(self, other):
        for name in ("variants", "present", "shapeless", "shown", "after", "after_shown", "phantom", "far", "uncut",
                     "uncut_shown", "unlike"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.skipped = max(self.skipped, other.skipped)
        self.lossless &= other.lossless

    def good(self, least=100):
        return not self.phantom and not self.far and not self.unlike and 100 * self.after_shown >= least * self.after \
            and self.uncut == self.uncut_shown and (not self.lossless or self.present == self.shown)

    def row(self, name):
        def share(part, whole):
            return f"{100 * part / whole:8.3f}%" if whole else "        -"
        return (f"{name:34} {self.variants:7} {self.shapeless:9} {self.present:9} {self.shown:9}"
                f"{share(self.shown, self.present)} {self.after:9} {self.after_shown:9}"
                f"{share(self.after_shown, self.after)} {self.phantom:8} {self.skipped:8} {self.far:4}"
                + (f"  whole {self.uncut_shown} of {self.uncut}" if self.uncut else "")
                + (f"  tshark shows others in {self.unlike}" if self.unlike else ""))


HEADER = (f"{'':33} variants shapeless   present     shown              after     shown"
          "            phantom  skipped  far")


def truth(connection):
    """{direction: messages} of the whole connection."""
    streams = rtmp_reader.directions(connection.segments)
    return {direction: list(rtmp_reader.messages(data)) for direction, data in streams.items()
            if data[:1] == b"\x03"}


def _hit(ranges, missing):
    return any(start < missing_end and missing_start < end for start, end in ranges
               for missing_start, missing_end in missing)


def _same(message, header, missing):
    """Is `header` this message, as far as the variant can tell?"""
    kind, length, timestamp, stream_id, csid, *body = header
    if (kind, length, csid) != (message.type, message.length, message.csid):
        return False
    if body and body[0] not in (NO_BODY, message.checksum):
        return False
    if stream_id in NOT_KNOWN:  # what it inherits is missing: the timestamp is said to be relative
        return bool(missing)
    return (timestamp, stream_id) == (message.timestamp, message.stream_id)


def _matched(messages, shown, missing):
    """Indices of the messages that are shown: the longest common subsequence (Hunt and Szymanski),
    from the end, so that of equal headers the latest are taken.

    shown: (end, header), where end is the stream position that the frame reaches."""
    places = collections.defaultdict(list)
    for index, message in enumerate(messages):
        places[message.type, message.length, message.csid].append(index)
    ends, chains = [], []
    for reached, header in reversed(shown):
        kind, length, _, _, csid = header
        for index in places[kind, length, csid]:
            if messages[index].end <= reached and _same(messages[index], header, missing):
                size = bisect.bisect_left(ends, -index)
                chain = (index, chains[size - 1] if size else None)
                ends[size:size + 1], chains[size:size + 1] = [-index], [chain]
    matched, chain = set(), chains[-1] if chains else None
    while chain:
        matched.add(chain[0])
        chain = chain[1]
    return matched


def _matched_late(messages, shown, missing):
    """As _matched; but what comes late is shown late, so that order says nothing."""
    matched, left = set(), shown
    for tolerated in ([], missing):
        unmatched = []
        for reached, header in left:
            found = next((index for index, message in enumerate(messages)
                          if index not in matched and message.end <= reached
                          and _same(message, header, tolerated)), None)
            if found is None:
                unmatched.append((reached, header))
            else:
                matched.add(found)
        left = unmatched
    return matched


def _matched_places(messages, shown, missing):
    """As _matched, of messages whose place in the stream is known: (position of the first byte,
    header and checksum of the body). It must be the place and the body of that very message."""
    places = {message.start: index for index, message in enumerate(messages)}
    found = ((places.get(place), header) for place, header in shown)
    return {index for index, header in found
            if index is not None and _same(messages[index], header, missing)}


def judge(messages, shown, missing, match, bodies=True, late=False):
    """Total of one direction of one variant. match: _matched or one of its kind. bodies: a message
    needs its body to be present. late: what is missing comes in the end, so that only clocks may be
    wrong until then."""
    matched = match(messages, shown, missing)
    if late:
        missing = []
    total = Total(lossless=not missing)
    total.phantom = len(shown) - len(matched)
    whole = [i for i, message in enumerate(messages)
             if not _hit(message.ranges if bodies else message.headers, missing)]
    present = [i for i in whole if not _hit([messages[i].shape], missing)]
    total.shapeless = len(whole) - len(present)
    total.present, total.shown = len(present), len(matched.intersection(present))
    if not bodies:
        uncut = [i for i in present if not _hit(messages[i].ranges, missing)]
        total.uncut, total.uncut_shown = len(uncut), len(matched.intersection(uncut))
    after = [i for i in present if missing and messages[i].start >= missing[0][0]]
    recovered = next((i for i in after if i in matched), None)
    if after and len(missing) == 1:
        begin, end = missing[0][1], messages[after[-1] if recovered is None else recovered].start
        firsts = sum(message.fmt == 0 and begin <= message.start < end for message in messages)
        total.far = end - begin > FAR and firsts >= 2
    if recovered is not None:
        after = [i for i in after if messages[i].start >= messages[recovered].start]
        total.after, total.after_shown = len(after), len(matched.intersection(after))
        if len(missing) == 1:
            total.skipped = max(0, messages[recovered].start - missing[0][1])
    return total


def _address(number):
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _batches(made):
    """Variants in groups that make one capture file each."""
    batch, size = [], 0
    for variant in made:
        batch.append(variant)
        size += len(variant[0])
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _reached(connection, segments):
    """For each segment the position that its direction's stream has reached with it."""
    first, highest, result = dict(connection.first), {}, []
    for segment in segments:
        direction = segment.source, segment.target
        if segment.flags & pcap.SYN:  # of a variant with other sequence numbers
            first[direction] = (segment.sequence + 1) % pcap.WRAP
        end = (segment.sequence - first[direction]) % pcap.WRAP + len(segment.payload)
        if segment.payload:
            highest[direction] = max(highest.get(direction, 0), end)
        result.append(highest.get(direction, 0))
    return result


def aligned(columns):
    """The values of each column, one for each message of the frame. A message stream id is not shown where
    it is not known: of a frame where some messages lack it, it is None for all."""
    values = [[int(value) for value in column.split(",") if value] for column in columns]
    count = max(map(len, values))
    return [column if len(column) == count else [None] * count for column in values]


def run_batch(tshark, connection, batch, snaplen, arguments):
    """{(variant number, direction): [(stream position reached, header of a message shown)]}"""
    segments, clients, reached = [], {}, []
    for number, (variant, _) in enumerate(batch):
        address = _address(number + (10 << 16))
        clients[address] = number
        moved = variants.move(variant, connection.client, address)
        # One after the other in time, as in one long capture.
        shift = segments[-1].time + 10**9 - moved[0].time if segments else 0
        segments += [s.replace(time=s.time + shift) for s in moved]
        reached += _reached(connection, variant)
    path = tshark.directory / "variants.pcap"
    pcap.write_segments(path, segments, snaplen)
    fields = itertools.chain.from_iterable(("-e", field) for field in FIELDS)
    # The RTMP layer by its port whatever the variant hides of the handshake.
    port = ("-d", f"tcp.port=={connection.server[1]},rtmpx")
    output = tshark.run("-Y", "rtmpx.message", "-T", "fields", *fields, *port, *arguments,
                        capture=path).stdout
    shown = collections.defaultdict(list)
    for line in output.splitlines():
        number, source, target, *columns = line.split("\t")
        headers = zip(*aligned(columns), strict=True)
        rows = [(reached[int(number) - 1], header) for header in headers]
        from_client = source in clients
        ends = (connection.client, connection.server)
        shown[clients[source if from_client else target],
              ends if from_client else ends[::-1]] += rows
    return shown


RECORD = struct.Struct("=QIIIBBxx")  # struct record of through_core.c
NO_BODY = -1  # of which bytes are missing
NOT_KNOWN = (None, -1)  # message stream ids behind a loss, from tshark and from the core


def run_batch_in_core(command, connection, batch, snaplen):
    """As run_batch, without TCP in between; with the position of each message's first byte instead
    of what is reached with its last one, and a checksum of its body behind its header."""
    ends = ((connection.client, connection.server), (connection.server, connection.client))
    records = []
    for number, (variant, _) in enumerate(batch):
        known = {(s.source, s.target) for s in variant if s.flags & pcap.SYN}
        for segment in variant:
            if not segment.payload:
                continue
            direction = segment.source, segment.target
            offset, length = connection.offset(segment), len(segment.payload)
            if offset >= pcap.WRAP // 2:  # a keep-alive before the first byte
                continue
            captured = min(length, max(0, snaplen - variants.FRAME_HEADER)) if snaplen else length
            records += RECORD.pack(offset, length, captured, number, ends.index(direction),
                                   offset < rtmp_reader.HANDSHAKE and direction in known), segment.payload[:captured]
    output = subprocess.run(command, input=b"".join(records), stdout=subprocess.PIPE,
                            check=True).stdout
    shown = collections.defaultdict(list)
    for line in output.splitlines():
        number, direction, begin, *header = map(int, line.split())
        shown[number, ends[direction]].append((begin, tuple(header)))
    return shown


def unlike(in_core, in_tshark):
    """Directions of variants for which tshark shows other headers than the core alone, or in another order."""
    def same(a, b):
        known = a[3] not in NOT_KNOWN and b[3] not in NOT_KNOWN
        return a[:3] == b[:3] and a[4] == b[4] and (a[3] == b[3] or not known)

    def alike(one, other):
        return len(one) == len(other) and all(same(a, b) for (_, a), (_, b) in zip(one, other))
    return sum(not alike(in_core[key], in_tshark[key]) for key in {*in_core, *in_tshark})


def chosen(made, sample, seed):
    """The variants in order; with a sample size, so many of them."""
    if not sample:
        return made
    made = list(made)
    places = random.Random(seed).sample(range(len(made)), min(sample, len(made)))
    return [made[place] for place in sorted(places)]


def run_kind(tshark, connection, kind, options):
    transformation, arguments = KINDS[kind]
    expected, total = truth(connection), Total()
    if len(expected) < 2:
        return total
    snaplen = int(kind.split()[1]) if kind.startswith("snaplen") else 0
    late, in_core = kind.endswith("+late"), options.core and kind in LOSSES
    match = _matched_places if in_core else _matched_late if late else _matched
    done = 0
    for batch in _batches(chosen(transformation(connection), options.sample, options.seed)):
        if in_core:
            program = tshark.build / "tests/properties/through_core"
            command = [program, "--late"] if late else [program]
            shown = run_batch_in_core(command, connection, batch, snaplen)
            if options.both:
                total.unlike += unlike(shown, run_batch(tshark, connection, batch, snaplen, arguments))
        else:
            shown = run_batch(tshark, connection, batch, snaplen, arguments)
        for number, (_, missing) in enumerate(batch):
            verdict = Total()
            for direction, messages in expected.items():
                verdict.add(judge(messages, shown[number, direction],
                                  missing.get(direction, []), match, not snaplen, late))
            verdict.variants = 1
            if options.show and not verdict.good():
                print(f"    {kind} variant {done + number}: missing {missing}: "
                      f"{verdict.shown} of {verdict.present}, after {verdict.after_shown} of "
                      f"{verdict.after}, phantom {verdict.phantom}")
            total.add(verdict)
        done += len(batch)
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--core", action="store_true")
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--sample", type=int, metavar="COUNT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, metavar="PERCENT")
    parser.add_argument("--each", action="store_true", help="a row a capture as well")
    parser.add_argument("--show", action="store_true", help="print the variants that are not good")
    parser.add_argument("captures", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    totals = {kind: Total() for kind in options.kind or KINDS}
    print(HEADER)
    with Tshark(options.build) as tshark:
        for capture in options.captures:
            for connection in variants.connections(pcap.read_segments(capture)):
                for kind, total in totals.items():
                    verdict = run_kind(tshark, connection, kind, options)
                    if options.each and verdict.variants:
                        print(verdict.row(f"{capture.stem[:20]} {kind}"), flush=True)
                    total.add(verdict)
    for kind, total in totals.items():
        print(total.row(kind))
    return options.least is not None and not all(
        total.good(options.least) for total in totals.values())


if __name__ == "__main__":
    run_main(main)
