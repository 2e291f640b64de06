#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A build that has no dygraphs: CMake says so, and makes a page without a script that draws charts. The pages that such a
build writes are looked at by browser.py.

usage: without_dygraphs.py GENERATOR      CMake's: a system may have one only
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments):
    return subprocess.run(["cmake", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main(generator):
    with tempfile.TemporaryDirectory() as directory:
        said = run("-S", ROOT, "-B", directory, "-G", generator, "-DRTMPX_DYGRAPHS=", "-DBUILD_TESTING=OFF")
        run("--build", directory, "--target", "report_page")
        made = (pathlib.Path(directory) / "plugin" / "report_page.c").read_text()
    found = [] if "dygraphs is not there" in said and "tables without charts" in said else [f"CMake says: {said}"]
    page = bytes(int(byte, 16) for byte in re.findall("0x([0-9a-f]{2})", made))
    if b"<script></script>" not in page or b"Copyright" in page:
        found.append("the page has a script that draws charts, or its licence")
    print("\n".join(found) or "a build without dygraphs says so")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
