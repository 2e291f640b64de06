#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark with the plugin under valgrind: no invalid access, no undecided jump, no lost memory of ours.

Each capture is shown in full after two passes. Wireshark's own allocators are told to use malloc, so
that every block is known. What Wireshark itself loses when it ends is not counted: an error of a leak
is one whose stack goes through our plugin.

usage: valgrind.py [--build DIR] [CAPTURE...]
"""
import argparse
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

from tshark import ROOT, Tshark, run_main  # noqa: E402

# Every kind of message, SharedObjects, holes, chunks of all forms.
CAPTURES = ("samples/noteroom.pcap", "samples/chunk-forms.pcap",
            "tests/captures/defects/d07b_lost_unaligned.pcap")
COMMAND = ("valgrind", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
           "--errors-for-leak-kinds=none", "--num-callers=40", "--keep-debuginfo=yes")


def findings(tshark, capture):
    process = tshark.popen(*COMMAND, "tshark", "-n", "-2", "-V", "-r", tshark.readable(capture),
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
    parser.add_argument("captures", nargs="*", type=pathlib.Path,
                        default=[ROOT / name for name in CAPTURES])
    options = parser.parse_args()
    count = 0
    with Tshark(options.build) as tshark:
        tshark.environment |= {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"}
        for capture in options.captures:
            for finding in findings(tshark, capture):
                count += 1
                print(capture.name, finding, sep="\n", flush=True)
    print(f"{len(options.captures)} captures under valgrind: {count} errors")
    return bool(count)


if __name__ == "__main__":
    run_main(main)
