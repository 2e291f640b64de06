#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Break captures and show them: nothing may crash, hang, or be called malformed by Wireshark itself.

A mutant is a short piece of a capture whose bytes were changed: its RTMP bytes (flipped, replaced by
00 7F 80 FF, cut out, doubled, swapped; lengths and checksums of TCP stay right), or any bytes of its
frames, by `editcap -E` at 0.5, 2 and 10 %. Many mutants, each with addresses of its own, share a
file, so that tshark starts seldom; a file that fails is taken apart until the mutant is found.
Each is shown as a list, in full, in full after two passes, and filtered; no frame is ours on later visits
only. Deterministic by --seed.
An assertion that fails in the same place without rtmpx (TLS of 4.0 has some) is Wireshark's own: counted,
not a failure.

usage: mutate.py [--build DIR] [--count N] [--batch N] [--seed N] [--captures DIR] [--keep DIR]
"""
import argparse
import concurrent.futures
import dataclasses
import ipaddress
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

SEGMENTS = 60  # of a capture in one mutant
PAYLOAD_BYTES = 60000
HANDSHAKE = 3073
TIMEOUT = 60  # seconds for a file in one manner; it takes one or two
MEMORY = 2 << 30
RATES = ("0.005", "0.02", "0.1")
FILTER = ('rtmpx.amf.pair contains "a" or rtmpx.so.key or rtmpx.video.codec or rtmpx.type == 20 '
          'or rtmpx.malformed')
MANNERS = {
    "list": [],
    "full": ["-V"],
    "two passes": ["-V", "-2"],
    "filtered": ["-2", "-R", FILTER, "-T", "fields", "-e", "rtmpx.amf.pair", "-e", "rtmpx.message"],
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One of a batch: what to take, and the seed of what is done to it."""
    capture: pathlib.Path
    seed: int
    rate: str  # of editcap; empty: the payload is changed


# ---- what is done to bytes


def break_bytes(data, dice):
    """One to a few changes of a payload."""
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at = dice.randrange(len(data))
        change = dice.randrange(7)
        if change == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif change == 1:
            data[at] = dice.choice((0x00, 0x7F, 0x80, 0xFF))
        elif change == 2:
            data[at:at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif change == 3:
            del data[at:at + dice.randint(1, 40)]
        elif change == 4:
            data[at:at] = data[at:at + dice.randint(1, 40)]
        elif change == 5:
            other = dice.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        else:
            data[at:at] = dice.randbytes(dice.randint(1, 12))
    return bytes(data)


def piece(segments, dice):
    """Some segments from the beginning on, or around a place, always with the handshake."""
    size = 0
    taken = []
    skip_from, skip_to = 0, 0
    if len(segments) > SEGMENTS and dice.random() < 0.7:
        skip_from = 12
        skip_to = dice.randrange(12, len(segments) - SEGMENTS + 13)
    for number, segment in enumerate(segments):
        if skip_from <= number < skip_to and dice.random() < 0.99:
            continue
        if len(taken) == SEGMENTS or size > PAYLOAD_BYTES:
            break
        taken.append(segment)
        size += len(segment.payload)
    return taken


def mutate_payload(segments, dice):
    out, seen, moved = [], {}, {}
    for segment in segments:
        sender = segment.source
        seen[sender] = seen.get(sender, 0) + len(segment.payload)
        payload = segment.payload
        wanted = 0.3 if seen[sender] > HANDSHAKE else 0.03
        if payload and dice.random() < wanted:
            payload = break_bytes(payload, dice)[:65000]
        # What follows is moved, so that TCP sees no hole where bytes were cut out or added.
        shift = moved.get(sender, 0)
        moved[sender] = shift + len(payload) - len(segment.payload)
        out.append(segment.replace(payload=payload, sequence=(segment.sequence + shift) % pcap.WRAP))
        chance = dice.random()
        if payload and chance < 0.01:
            out.append(out[-1])
        elif chance < 0.02:
            out.pop()
        elif chance < 0.03 and len(out) > 1:
            out[-1], out[-2] = out[-2], out[-1]
    return out


def readdress(segments, number):
    """Each mutant has a network of its own; ports stay."""
    hosts = {}

    def move(end):
        host = hosts.setdefault(end[0], len(hosts) + 1)
        return str(ipaddress.IPv4Address((10 << 24) + (number << 8) + host)), end[1]
    return [s.replace(source=move(s.source), target=move(s.target)) for s in segments]


# ---- a file of mutants


def build_file(mutants, sources, path):
    """Write the mutants into one capture; those for editcap into a file that it then changes."""
    segments = []
    for number, mutant in enumerate(mutants):
        dice = random.Random(mutant.seed)
        taken = piece(sources[mutant.capture], dice)
        if not mutant.rate:
            taken = mutate_payload(taken, dice)
        segments += readdress(taken, number)
    rate = mutants[0].rate
    if rate:
        whole = path.with_suffix(".whole")
        pcap.write_segments(whole, segments)
        subprocess.run(["editcap", "-F", "pcap", "-o", "14", "-E", rate, "--seed", str(mutants[0].seed),
                        whole, path], check=True, capture_output=True)
        whole.unlink()
    else:
        pcap.write_segments(path, segments)
    path.chmod(0o644)


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def show(tshark, path, arguments):
    """What goes wrong when tshark shows the file, or None."""
    process = tshark.popen("tshark", "-n", "-r", path, *arguments, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=limits)
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"takes over {TIMEOUT} s"
    if process.returncode:
        return f"ends with {process.returncode}: {errors.decode(errors='replace').strip()[-300:]}"
    for line in (output + errors).splitlines():
        if b"Dissector bug" in line or (b"Malformed Packet: RTMP" in line):
            return line.decode(errors="replace").strip()
    return None


def frames_of_ours(tshark, path, *arguments):
    output = tshark.run("-n", *arguments, "-Y", "rtmpx", "-T", "fields", "-e", "frame.number", capture=path).stdout
    return set(map(int, output.split()))


def taken_later(tshark, path):
    """Frames that a later visit takes from another dissector, as text, or None. The reverse is Wireshark's way: where
    TCP is asked for more bytes a frame is ours on its first visit only."""
    taken = frames_of_ours(tshark, path, "-2") - frames_of_ours(tshark, path)
    return f"ours on later visits only: frames {sorted(taken)[:5]}" if taken else None


def failures(tshark, path):
    """What goes wrong, by manner."""
    found = {manner: show(tshark, path, arguments) for manner, arguments in MANNERS.items()}
    if not any(found.values()):
        found["later visits"] = taken_later(tshark, path)
    return {manner: wrong for manner, wrong in found.items() if wrong}


def assertion(wrong):
    """Where the assertion stands that failed, or None."""
    found = re.search(r"\S+\.c:\d+: failed assertion", wrong or "")
    return found and found[0]


def is_wireshark_s_own(bare, path, found):
    """Do the same assertions fail without the plugin? Without it a filter on its fields is unknown."""
    without = {assertion(show(bare, path, arguments)) for manner, arguments in MANNERS.items()
               if manner != "filtered"}
    return {assertion(wrong) for wrong in found.values()} <= without - {None}


@dataclasses.dataclass
class Outcome:
    """Of a batch: failures, each with a file in `keep` that shows it; mutants that break Wireshark."""
    texts: list
    own: int
    took: float


def run_batch(tshark, bare, sources, number, mutants, keep):
    path = tshark.directory / f"mutants-{number}.pcap"
    build_file(mutants, sources, path)
    began = time.monotonic()
    found = failures(tshark, path)
    took = time.monotonic() - began
    if found and len(mutants) > 1:
        path.unlink()
        half = len(mutants) // 2
        parts = [run_batch(tshark, bare, sources, f"{number}.{i}", part, keep)
                 for i, part in enumerate((mutants[:half], mutants[half:]))]
        if any(part.texts or part.own for part in parts):
            return Outcome(parts[0].texts + parts[1].texts, parts[0].own + parts[1].own, took)
        build_file(mutants, sources, path)  # only together: keep the whole file
    if found and is_wireshark_s_own(bare, path, found):
        path.unlink()
        return Outcome([], 1, took)
    texts = []
    for manner, wrong in found.items():
        kept = ""
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            kept = keep / f"mutant-{mutants[0].seed}-{len(mutants)}.pcap"
            kept.write_bytes(path.read_bytes())
        texts.append(f"{mutants[0].capture.name} seed {mutants[0].seed} {mutants[0].rate} {kept} {manner}: {wrong}")
    path.unlink()
    return Outcome(texts, 0, took)


# ---- all


def batches(captures, count, batch, seed):
    """Half of them with changed payloads, half by editcap."""
    dice = random.Random(seed)
    for index, start in enumerate(range(0, count, batch)):
        rate = "" if index % 2 == 0 else RATES[index // 2 % len(RATES)]
        size = min(batch, count - start)
        yield [Mutant(dice.choice(captures), seed * 10**7 + start + i, rate) for i in range(size)]


def read_sources(directories):
    sources = {}
    for directory in directories:
        for path in sorted(directory.rglob("*.pcap*")):
            segments = pcap.read_segments(path)[:4000]
            if any(s.payload for s in segments):
                sources[path] = segments
    return sources


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--batch", type=int, default=25, help="mutants a file; 100: half the time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--captures", action="append", type=pathlib.Path, default=[])
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    sources = read_sources([ROOT / "samples", ROOT / "tests" / "captures", *options.captures])
    began = time.monotonic()
    slowest, own, failed = 0, 0, []
    with Tshark(options.build) as tshark, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tshark.environment["WIRESHARK_ABORT_ON_DISSECTOR_BUG"] = "1"
        bare = tshark.without_plugin()
        jobs = [pool.submit(run_batch, tshark, bare, sources, number, mutants, options.keep)
                for number, mutants in enumerate(
                    batches(list(sources), options.count, options.batch, options.seed))]
        for job in jobs:
            outcome = job.result()
            slowest = max(slowest, outcome.took)
            own += outcome.own
            for text in outcome.texts:
                failed.append(text)
                print(text, flush=True)
    print(f"{options.count} mutants of {len(sources)} captures in {len(MANNERS)} manners: "
          f"{len(failed)} failures, {own} that break Wireshark without rtmpx too; {time.monotonic() - began:.0f} s, "
          f"slowest {options.batch}: {slowest:.1f} s")
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
