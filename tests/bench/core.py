# SPDX-License-Identifier: GPL-2.0-or-later
"""The core alone: AMF against librtmp, chunks against a bare loop (core/*.c)."""
import subprocess


def run(bench, _pool, _options):
    directory = bench.tshark.build / "tests" / "bench"
    programs = [path for name in ("bench_amf", "bench_chunks") if (path := directory / name).exists()]
    for program in programs:
        print(subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout,
              flush=True)
