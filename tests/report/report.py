#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print the table of figures: what should be reached, what is, measured now.

The columns are the goals for every change; --long multiplies what a long run is for. Builds what it
needs: DIRECTORY (a usual build), DIRECTORY-fuzz (clang, libFuzzer), DIRECTORY-memory (clang,
MemorySanitizer), DIRECTORY-coverage, DIRECTORY-clang (not built). --long writes down the inputs that
were executed (tests/fuzz/executed.tsv).

usage: report.py [--build DIRECTORY] [--long FACTOR] [ROW ...]
"""
import argparse
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = 20  # of what a script that failed printed
LEAST_SHOWN = 99.5  # percent of the messages that loss leaves


def run(*command, check=False):
    result = subprocess.run([str(c) for c in command], cwd=ROOT, text=True, capture_output=True,
                            errors="replace", check=False)
    if check and result.returncode:
        sys.exit(f"{command}: {result.stderr or result.stdout}")
    return result


def build(directory, *options, targets=("all",)):
    run("cmake", "-S", ROOT, "-B", directory, "-G", "Ninja", *options, check=True)
    run("cmake", "--build", directory, "--target", *targets, check=True)


def last_line(result):
    lines = result.stdout.strip().splitlines()
    return lines[-1] if lines else result.stderr.strip()[-200:]


class Report:
    def __init__(self, directory, factor):
        self.directory = directory
        self.factor = factor
        self.failed = 0

    @property
    def shared(self):
        """The directory of more captures and vectors, as the build was told."""
        cache = (self.directory / "CMakeCache.txt").read_text()
        return pathlib.Path(re.search(r"^RTMPX_SHARED_DIR:PATH=(.*)$", cache, re.M)[1])

    def row(self, figure, goal, reached, good):
        """good: None where the goal is one for the life of the project."""
        self.failed += good is False
        mark = {True: "ok", False: "FAIL", None: "so far"}[good]
        print(f"{figure:28} {goal:38} {mark:6} {reached}", flush=True)

    def script(self, figure, goal, script, *arguments):
        result = run(sys.executable, ROOT / "tests" / script, "--build", self.directory, *arguments)
        self.row(figure, goal, last_line(result), result.returncode == 0)
        show_failure(result)

    # ---- one method a row

    def fuzz(self):
        directory = f"{self.directory}-fuzz"
        build(directory, "-DRTMPX_FUZZ=ON", "-DCMAKE_C_COMPILER=clang", targets=["fuzz"])
        cache = (pathlib.Path(directory) / "CMakeCache.txt").read_text()
        bounds = {name: int(number) * self.factor
                  for name, number in re.findall(r"^(FUZZ_\w+):STRING=(\d+)$", cache, re.M)}
        record = ["--record"] if self.factor > 1 else []
        for source in sorted((ROOT / "tests" / "fuzz").glob("fuzz_*.c")):
            noun = source.stem.removeprefix("fuzz_")
            runs = bounds["FUZZ_PLUGIN_RUNS" if noun == "plugin" else "FUZZ_RUNS"]
            result = run(ROOT / "tests/fuzz/run", "--build", directory, *record, noun,
                         bounds["FUZZ_SECONDS"], f"-runs={runs}")
            count, added = (int(found[1]) if found else 0 for found in (
                re.search(rf"{name}: *(\d+)", result.stdout)
                for name in ("number_of_executed_units", "new_units_added")))
            self.row(f"fuzz {noun}", f"{runs} inputs, no finding",
                     f"{count} inputs, {added} new to the corpus", result.returncode == 0 and count >= runs)
        self.row("fuzz, all that was run", "1e9 inputs, without a finding",
                 last_line(run(ROOT / "tests/fuzz/run", "totals")), None)

    def tests(self, figure, goal, names, directory=None):
        result = run("ctest", "--test-dir", directory or self.directory, "-R", names)
        self.row(figure, goal, last_test_line(result), result.returncode == 0)
        show_failure(result)

    def corpus(self):
        self.tests("corpus", "replayed, no finding; plants found", r"^fuzz\.")

    def unit(self):
        self.tests("prefixes, bits, bytes, memory", "every vector (unit tests)", r"^unit\.")

    def memory(self):
        directory = f"{self.directory}-memory"
        build(directory, "-DRTMPX_SANITIZE_MEMORY=ON", "-DCMAKE_C_COMPILER=clang", targets=["fuzz", "unit"])
        self.tests("memory sanitizer", "corpus replayed, unit tests, no finding", r"^(fuzz|unit)\.", directory)

    def decoders(self):
        """Messages and values of independent decoders: tests/expected, ffprobe and others in tests/media."""
        self.tests("independent decoders", "every message and value they give", r"^(expected|media)\.")

    def mutate(self):
        self.script("mutated captures", f"{500 * self.factor}, 0 failures", "mutate/mutate.py",
                    "--count", 500 * self.factor)

    def hostile(self):
        self.script("hostile traffic", "linear time, bounded memory", "mutate/hostile.py",
                    "--size", 100000 * self.factor)

    def differential(self):
        self.script("random valid traffic", f"{100000 * self.factor} messages, 0 differences",
                    "mutate/differential.py", "--messages", 100000 * self.factor)

    def bad_input(self):
        malformed = self.shared / "captures/malformed"
        self.script("bad input", "each shown where it is", "bad_input/bad_input.py",
                    *(["--captures", malformed] if malformed.is_dir() else []))

    def limits(self):
        self.script("bounds", "each said where it is reached", "bad_input/limits.py")

    def losses(self):
        """Share of the messages shown that the captured bytes allow, once synchronised again."""
        directories = [ROOT / "samples", ROOT / "tests" / "captures"]
        captures = [path for directory in directories for path in sorted(directory.glob("*.pcap*"))]
        kinds = ("start", "drop", "swap", "snaplen 96", "snaplen 200", "snaplen 600")
        result = run(sys.executable, ROOT / "tests/properties/properties.py", "--build", self.directory, "--core",
                     "--sample", 20 * self.factor, *(word for kind in kinds for word in ("--kind", kind)), *captures)
        for kind in kinds:
            found = re.search(rf"^{kind} +\d+ +\d+ +\d+ +\d+ +[\d.]+% +(\d+) +(\d+) +([\d.]+)% +(\d+)",
                              result.stdout, re.MULTILINE)
            present, shown, share, phantoms = found.groups() if found else (0, 0, 0, "?")
            self.row(f"loss: {kind}", f"{LEAST_SHOWN} % of what is there, 0 phantoms",
                     f"{shown} of {present} messages ({share} %), {phantoms} phantoms",
                     float(share) >= LEAST_SHOWN and phantoms == "0")

    def orders(self):
        directories = [ROOT / "samples", ROOT / "tests" / "captures"]
        if self.factor > 1 and (self.shared / "captures").is_dir():
            directories = [self.shared / "captures"]
        self.script("order of visits", "-r = -2 = -R = sharkd in any order", "orders/orders.py",
                    *(argument for d in directories for argument in ("--captures", d)))

    def valgrind(self):
        self.script("valgrind", "0 errors, none of our memory lost", "report/valgrind.py")

    def wireshark(self):
        result = run("bash", ROOT / "tests/report/wireshark-checks.sh", self.directory / "wireshark")
        self.row("checkAPIs, typed item calls", "clean", last_line(result), result.returncode == 0)

    def coverage(self):
        result = run(ROOT / "tests/report/coverage.sh", f"{self.directory}-coverage")
        show_failure(result)
        for name, least in (("core", (98, 95)), ("plugin by goldens", (90, 0)), ("plugin", (95, 0))):
            found = re.search(rf"^{name}: lines (\d+)%, branches (\d+)%", result.stdout, re.MULTILINE)
            reached = tuple(map(int, found.groups())) if found else (0, 0)
            self.row(f"coverage, {name}", f"lines {least[0]} %, branches {least[1]} %",
                     f"lines {reached[0]} %, branches {reached[1]} %",
                     all(a >= b for a, b in zip(reached, least)))

    def lint(self):
        directory = f"{self.directory}-clang"
        run("cmake", "-S", ROOT, "-B", directory, "-G", "Ninja", "-DCMAKE_C_COMPILER=clang", check=True)
        result = run("bash", ROOT / "tests/report/lint.sh", directory)
        self.row("clang-tidy, cppcheck, format", "clean", last_line(result), result.returncode == 0)
        show_failure(result)

    def analyzer(self):
        flags = run("pkg-config", "--cflags", "wireshark", "glib-2.0").stdout.split()
        warnings = 0
        for source in [*ROOT.glob("src/**/*.c"), *ROOT.glob("plugin/**/*.c")]:
            result = run("gcc", "-fanalyzer", "-O1", "-std=gnu11", "-I", ROOT / "src", "-I",
                         ROOT / "plugin", *flags, '-DRTMPX_VERSION="0"', "-DRTMPX_WIRESHARK_MAJOR=4",
                         "-DRTMPX_WIRESHARK_MINOR=0", "-DRTMPX_WIRESHARK_VERSION=40000", "-c", source,
                         "-o", "/dev/null")
            warnings += result.stderr.count("warning:") + (result.returncode != 0)
        self.row("gcc -fanalyzer", "0 warnings", f"{warnings} warnings", warnings == 0)


def show_failure(result):
    if result.returncode:
        print("".join(f"    {line}\n" for line in result.stdout.strip().splitlines()[-LINES:]), end="")


def last_test_line(result):
    return next((line for line in result.stdout.splitlines() if "tests passed" in line), "no tests")


ROWS = ("unit", "corpus", "memory", "bad_input", "limits", "losses", "mutate", "hostile", "differential", "decoders",
        "orders", "analyzer", "lint", "wireshark", "valgrind", "fuzz", "coverage")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--long", type=int, default=1, metavar="FACTOR")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}")
    options = parser.parse_args()
    report = Report(options.build.resolve(), options.long)
    build(report.directory)
    began = time.monotonic()
    for name in options.rows or ROWS:
        getattr(report, name)()
    print(f"{report.failed} figures not reached; {time.monotonic() - began:.0f} s")
    return bool(report.failed)


if __name__ == "__main__":
    sys.exit(main())
