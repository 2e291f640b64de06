#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark with the plugin under valgrind: no invalid access, no undecided jump, no lost memory of ours.

The connections of every capture that we ship and of every one that the golden tests write are shown in full
after two passes, and as a list; or each of the captures named. Wireshark's own allocators are told to use
malloc, so that every block is known. What Wireshark itself loses when it ends is not counted: an error of
a leak is one whose stack goes through our plugin.

usage: valgrind.py [--build DIR] [CAPTURE...]
"""
import argparse
import itertools
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("tools", "golden", "mutate")]

import golden  # noqa: E402
import mutate  # noqa: E402
import pcap  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

COMMAND = ("valgrind", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite",
           "--errors-for-leak-kinds=none", "--num-callers=40", "--keep-debuginfo=yes")
MANNERS = (("-2", "-V"), ())


def all_captures(tshark):
    """Those we ship, and what the scripts of golden tests write."""
    yield from (path for directory in ("samples", "tests/captures")
                for path in sorted((ROOT / directory).rglob("*.pcap*")))
    scripts = {capture for capture, _ in golden.read_list().values() if capture.suffix == ".py"}
    for script in sorted(scripts):
        yield golden.written_by(script, tshark.directory / f"{script.stem}.pcap")


def one_of(tshark, captures):
    """Their connections in one capture, each in a network of its own: to start tshark takes longer than
    to show one."""
    path = tshark.directory / "all.pcap"
    segments = [segment for number, capture in enumerate(captures)
                for segment in mutate.readdress(pcap.read_segments(capture), number)]
    pcap.write_segments(path, segments)
    path.chmod(0o644)
    return path


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
    parser.add_argument("captures", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    count = 0
    with Tshark(options.build) as tshark:
        tshark.environment |= {"WIRESHARK_DEBUG_WMEM_OVERRIDE": "simple", "G_SLICE": "always-malloc"}
        captures = options.captures or list(all_captures(tshark))
        shown = options.captures or [one_of(tshark, captures)]
        for capture, manner in itertools.product(shown, MANNERS):
            for finding in findings(tshark, capture, manner):
                count += 1
                print(capture.name, *manner, finding, sep="\n", flush=True)
    print(f"{len(captures)} captures under valgrind: {count} errors")
    return bool(count)


if __name__ == "__main__":
    run_main(main)
