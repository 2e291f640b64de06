#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark.py as a program: a file that tshark is told to write lies in the caller's directory."""
import subprocess
import sys

from tshark import ROOT, run_check


def check(tshark, directory):
    directory.chmod(0o777)
    command = [sys.executable, ROOT / "tests" / "tools" / "tshark.py", "--build", tshark.build.resolve(),
               "-r", ROOT / "samples" / "noteroom.pcap", "-q"]
    outputs = {"-z": "rtmpx,messages,csv,written", "--export-objects": "rtmpx,written"}
    wrong = []
    for option, argument in outputs.items():
        place = directory / option
        place.mkdir()
        place.chmod(0o777)
        done = subprocess.run([*command, option, argument], cwd=place, capture_output=True, text=True)
        if done.returncode or not (place / "written").exists():
            wrong.append(f"{option} {argument}: nothing written, {done.stderr.strip()}")
    return wrong, f"{len(outputs)} outputs"


if __name__ == "__main__":
    run_check(__doc__, check)
