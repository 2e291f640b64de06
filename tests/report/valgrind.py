#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark with the plugin under valgrind: no invalid access, no undecided jump, no lost memory of ours.

Each capture is shown in full after two passes; with --all every capture that we ship and every one that
the golden tests write, each in full and as a list too. Wireshark's own allocators are told to use malloc,
so that every block is known. What Wireshark itself loses when it ends is not counted: an error of a leak
is one whose stack goes through our plugin.

usage: valgrind.py [--build DIR] [--all] [CAPTURE...]
"""
import argparse
import itertools
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "golden")]

import golden  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

# Every kind of message, SharedObjects, holes, chunks of all forms.
CAPTURES = ("samples/noteroom.pcap", "samples/chunk-forms.pcap",
            "tests/captures/defects/d07b_lost_unaligned.pcap")
COMMAND = ("valgrind", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
           "--errors-for-leak-kinds=none", "--num-callers=40", "--keep-debuginfo=yes")
IN_FULL, AS_A_LIST = ("-2", "-V"), ()


def all_captures(tshark):
    """Those we ship, and what the scripts of golden tests write."""
    yield from (path for directory in ("samples", "tests/captures")
                for path in sorted((ROOT / directory).rglob("*.pcap*")))
    scripts = {capture for capture, _ in golden.read_list().values() if capture.suffix == ".py"}
    for script in sorted(scripts):
        yield golden.written_by(script, tshark.directory / f"{script.stem}.pcap")


def findings(tshark, capture, manner):
    process = tshark.popen(*COMMAND, "tshark", "-n", *manner, "-r", tshark.readable(capture),
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = process.communicate()[1].decode(errors="replace")
    records = re.split(r"^==\d+== \n", log, flags=re.M)
    ours = [r for r in records if "definitely lost in loss record" in r and "rtmpx" in r]
    if process.returncode:
        ours += [r for r in records if re.search(r"==\d+== (Invalid|Conditional|Use of|Syscall)", r)]
        ours = ours or [log[-2000:]]
    return ours


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("captures", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    manners = (IN_FULL, AS_A_LIST) if options.all else (IN_FULL,)
    captures = options.captures or [ROOT / name for name in CAPTURES]
    count = 0
    with Tshark(options.build) as tshark:
        tshark.environment |= {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"}
        if options.all:
            captures = [*options.captures, *all_captures(tshark)]
        for capture, manner in itertools.product(captures, manners):
            for finding in findings(tshark, capture, manner):
                count += 1
                print(capture.name, *manner, finding, sep="\n", flush=True)
    print(f"{len(captures)} captures under valgrind: {count} errors")
    return bool(count)


if __name__ == "__main__":
    run_main(main)
