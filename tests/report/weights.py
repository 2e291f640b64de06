#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which unit tests tell when a weight of src/recovery/weights.h is changed.

Each number is lowered and raised (bits by 6, counts and sizes by a factor of 4), src/recovery is compiled with it and
the tests of the search are run. Prints a Markdown table: the weight, its value, the cases that fail when it is lower,
and those that fail when it is higher. A weight without a case in either column moves nothing that a unit test has;
tests/properties then tells.

usage: weights.py [--build DIR] [NAME...]     (default: every weight; some ten minutes on two cores)
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "src/recovery/weights.h"
TESTS = ("test_search", "test_chunk_size_field", "test_dechunk", "test_wire_regressions")
DEFINE = re.compile(r"^#define (?P<name>[A-Z]\w*) +(?P<value>\(1U << (?P<shift>\d+)\)|\(?(?P<number>-?\d+)U?\)?)",
                    re.M)
FAILED = re.compile(r"^\[  FAILED  \] ([a-z]\w+)$", re.M)


def changes(match):
    """The value lower and higher, as text."""
    if match["shift"]:
        return tuple(f"(1U << {int(match['shift']) + step})" for step in (-2, 2))
    number = int(match["number"])
    if match["name"].startswith(("WEIGHT_", "NEED_")):
        return tuple(f"({number + step})" for step in (-6, 6))
    return f"{max(1, number // 4)}", f"{number * 4}"


def commands(build):
    """{source: its compiler command, without input and output}"""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        found[pathlib.Path(entry["file"])] = [w for w in words[:words.index("-o")] if w not in ("-c", "-MD")]
    return found


def failing(build, compile_with, text):
    """The cases that fail with this text of weights.h."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "recovery").mkdir()
        (directory / "recovery/weights.h").write_text(text)
        objects = []
        for source in sorted((ROOT / "src/recovery").glob("*.c")):
            compiler, *options = compile_with[source]
            objects.append(directory / f"{source.stem}.o")
            subprocess.run([compiler, "-I", directory, *options, "-O1", "-fno-lto", "-w", "-c", source, "-o",
                            objects[-1]], check=True, cwd=build)
        cases = []
        for test in TESTS:
            source = ROOT / f"tests/unit/{test}.c"
            compiler, *options = compile_with[source]
            program = directory / test
            # Objects come before the library that has the same names.
            libraries = [build / "tests/unit/libunit_helpers.a", *sorted(build.glob("librtmpcore*.a"))[-1:]]
            subprocess.run([compiler, *options, "-fno-lto", "-w", source, *objects, *libraries, "-lcmocka", "-lcjson",
                            "-lgcrypt", "-lm", "-o", program], check=True, cwd=build)
            run = subprocess.run([program], capture_output=True, text=True, timeout=600)
            cases += FAILED.findall(run.stdout + run.stderr)
        return sorted(set(cases))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    build, text = options.build.resolve(), WEIGHTS.read_text()
    compile_with = commands(build)
    if broken := failing(build, compile_with, text):
        raise SystemExit(f"error: with the weights as they are: {', '.join(broken)}")
    rows = [match for match in DEFINE.finditer(text) if not options.names or match["name"] in options.names]
    print("| weight | value | lower: these fail | higher: these fail |\n|---|---|---|---|", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [[pool.submit(failing, build, compile_with, text[:m.start("value")] + new + text[m.end("value"):])
                 for new in changes(m)] for m in rows]
        for match, pair in zip(rows, jobs):
            cells = [", ".join(f"`{case}`" for case in job.result()) or "none" for job in pair]
            print(f"| {match['name']} | {match['value'].strip('()')} | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()
