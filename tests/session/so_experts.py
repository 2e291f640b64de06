#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each expert item about SharedObjects is raised where it must, and nowhere in a twin that is as it should be.

A case is a text of tools/so_sessions.py; "!" before a line marks the message that the item belongs to.

usage: so_experts.py [--build DIR] [--keep DIR] [NAME...]
"""
import argparse
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import so_sessions  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

USED = "A> 1 1\nA< 1 11 | 8\n"
BOTH_USED = USED + USED.replace("A", "B")

# name: (what raises it, the same as it should be)
CASES = {
    "refused": (
        USED + "A> 2 3 readonly=9\n!A< 2 4 readonly=1 | 7 NoWriteAccess",
        USED + "A> 2 3 readonly=9\nA< 2 5 readonly"),
    "refused.alone": (
        USED + "A> 2 10 locked\n!A< 2 7 NoWriteAccess",
        USED + "A> 2 10 locked\nA< 2 9 locked"),
    "refused.use": (
        "A> 1 1\n!A< 0 7 ObjectCreationFailed",
        "A> 1 1\nA< 0 7 NoWriteAccess\nA< 1 11 | 8"),
    "unanswered": (
        "!A> 1 1\nA> 2 3 a=1\nA< 2 5 a",
        "A> 1 1\nA> 2 3 a=1\nA< 2 5 a\nA< 3 11"),
    "unanswered.end": ("!A> 1 1\nA< 0 6 say\nA.", USED + "A."),
    "answered_twice": (
        "A> 1 1\n!A< 1 11 | 8 | 11 | 8",
        "A> 1 1\nA< 1 11 | 8\nA> 1 1\nA< 1 11 | 8"),
    "unconfirmed": (
        USED + "A> 2 3 a=1\n!A> 3 3 b=1\nA.",
        USED + "A> 2 3 a=1\nA> 3 3 b=1\nA< 2 5 a\nA< 3 5 b\nA."),
    "conflict": (
        USED + "A> 2 3 a=1\n!A< 2 4 a=2\nA< 3 5 a",
        USED + "A> 2 3 a=1\nA< 3 5 a\nA< 4 4 a=2"),
    "diverged.value": (
        BOTH_USED + "A> 2 3 list=[1, 2]\nA< 2 5 list\n" + '!B< 2 4 list={"0": 1, "1": 2}',
        BOTH_USED + "A> 2 3 list=[1, 2]\nA< 2 5 list\nB< 2 4 list=[1, 2]"),
    "diverged.server": (
        BOTH_USED + "A< 2 4 a=1\n!B< 2 4 a=2",
        BOTH_USED.replace("B", "b") + "A< 2 4 a=1\nb< 2 4 a=2"),
    "diverged.clear": (
        BOTH_USED + "A< 2 4 a=1\nB< 2 4 a=1\nA< 3 8 | 6 cleared\n!B< 3 6 cleared",
        BOTH_USED + "A< 2 4 a=1\nB< 2 4 a=1\nA< 3 9 a | 8 | 6 cleared\nB< 3 9 a | 6 cleared"),
    "diverged.null": (
        BOTH_USED + "A> 2 3 readonly=9\nA< 1 4 readonly=null | 7 NoWriteAccess\nA< 2 4 a=1\n!B< 2 4 a=1",
        BOTH_USED + "A> 2 3 readonly=9\nA< 1 7 NoWriteAccess\nA< 2 4 a=1\nB< 2 4 a=1"),
    "diverged.slow": (
        BOTH_USED + "A< 2 4 a=1\nA< 3 4 a=2\nA< 4 4 b=1\n!B< 4 4 b=1",
        BOTH_USED + "A< 2 4 a=1\nA< 3 4 a=2\nA< 4 4 b=1\nB< 2 4 a=1\nB< 3 4 a=2\nB< 4 4 b=1"),
    "version_backwards": (
        USED + "A< 5 4 a=1\n!A< 4 4 b=1",
        USED + "A< 5 4 a=1\nA< 2 6 say\nA< 0 7 NoWriteAccess\nA< 5 4 b=1"),
    "incomplete": (
        USED + "A~ <\n!A< 3 4 a=1\nA< 4 4 b=1",
        USED + "A~ <\nA> 1 1\nA< 3 11 | 8 | 4 a=1\nA< 4 4 b=1"),
    "incomplete.request": (
        USED + "A~ >\nA> 2 3 a=1\n!A< 3 4 a=1",
        USED + "A> 2 3 a=1\nA< 3 5 a"),
    "incomplete.kept": (
        "A> 7+ 1\n!A< 8 11 | 4 a=1",
        "A> 7+ 1\nA< 8 11 | 8 | 4 a=1\nA> pers: 1+ 1\nA< pers: 2 11 | 4 a=1"),
}


def segments_of(text, number=0):
    """(segments, frames of the marked lines)"""
    sessions, marked = so_sessions.Sessions(number), []
    for line in text.splitlines():
        at = sessions.line(line.lstrip("!"))
        if line.startswith("!"):
            marked.append(at + 1)
    return sessions.segments, marked


def frames_with(tshark, directory, name, segments, expert):
    path = pathlib.Path(directory) / f"{name}.pcap"
    pcap.write_segments(path, segments)
    path.chmod(0o644)
    output = tshark.run("-2", "-Y", f"rtmpx.so.{expert}", "-T", "fields", "-e", "frame.number", capture=path).stdout
    return [int(line) for line in output.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--keep", type=pathlib.Path, help="where the captures are left")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    failed = 0
    with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as temporary:
        pathlib.Path(temporary).chmod(0o755)
        directory = options.keep or temporary
        for name in options.names or CASES:
            expert = name.partition(".")[0]
            segments, marked = segments_of(CASES[name][0])
            seen = frames_with(tshark, directory, name, segments, expert)
            twin = frames_with(tshark, directory, f"{name}.twin", segments_of(CASES[name][1])[0], expert)
            failed += seen != marked or bool(twin)
            print(f"{name:24} frames {seen}, expected {marked}; twin {twin}")
    return bool(failed)


if __name__ == "__main__":
    run_main(main)
