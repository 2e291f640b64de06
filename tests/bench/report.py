# SPDX-License-Identifier: GPL-2.0-or-later
"""A report against plain columns: time and memory on much media; size of the page where there is much of anything."""
import json
import statistics
import sys

from measure import HERE, generate

sys.path.insert(0, str(HERE.parent / "report_page"))

from bounds import LARGE  # noqa: E402
from page import data_of  # noqa: E402

VIDEO = 20_000
BYTES_A_MESSAGE = 15_560  # in the capture, video and audio
TIME_GOAL, MEMORY_GOAL, PAGE_GOAL = 1.2, 50e6, 10e6
FRAMES = 24_000  # of which instructions are counted


def verdict(figure, goal):
    return "met" if figure <= goal else "**missed**"


def report_of(bench, path):
    page = bench.directory / f"{path.stem}.html"
    return page, ("-q", "-z", f"rtmpx,report,{page}")


def compare(bench, path, runs):
    """(user CPU in s, peak memory in bytes) of plain columns and of a report: medians of runs that take turns."""
    page, arguments = report_of(bench, path)
    costs = {"columns": [], "report": []}
    for _ in range(runs):
        costs["columns"].append(bench.usage("rtmpx", path))
        costs["report"].append(bench.usage("rtmpx", path, *arguments))
    return page, [[statistics.median(one) for one in zip(*costs[who])] for who in costs]


def left_out(page):
    counts = json.loads(data_of(page.read_text(encoding="utf-8")))["left_out"]
    return ", ".join(f"{count:,} {what}" for what, count in counts.items()) or "nothing"


def media(bench, pool, options):
    size = options.media_size
    path, _ = generate(bench.tshark.directory, "media --chunk-size 4096 "
                       f"--message-size {VIDEO} --messages {size * 1_000_000 // BYTES_A_MESSAGE}", "media")
    real = path.stat().st_size / 1e6
    few = ("-c", str(FRAMES))
    counted = list(pool.map(lambda extra: bench.instructions("rtmpx", path, (*few, *extra)),
                            ((), report_of(bench, path)[1])))
    page, ((plain, plain_peak), (told, told_peak)) = compare(bench, path, 3)
    print(f"| {real:,.0f} MB of media | plain columns | report | report / columns | goal |\n|---|---|---|---|---|")
    for title, before, after, unit in ((f"instructions, {FRAMES:,} frames", *counted, "M"),
                                       ("user CPU", plain * 1e6, told * 1e6, "s")):
        ratio = after / before
        print(f"| {title} | {before / 1e6:,.1f} {unit} | {after / 1e6:,.1f} {unit} | {ratio:.2f} | "
              f"{TIME_GOAL}: {verdict(ratio, TIME_GOAL)} |")
    more = told_peak - plain_peak
    print(f"| peak memory | {plain_peak / 1e6:,.0f} MB | {told_peak / 1e6:,.0f} MB | {more / 1e6:+.0f} MB | "
          f"{MEMORY_GOAL / 1e6:+.0f} MB: {verdict(more, MEMORY_GOAL)} |")
    print(f"| page | | {page.stat().st_size / 1e6:.2f} MB | | |", flush=True)
    path.unlink()


def large(bench):
    print("\n| capture | page | left out, as it says | user CPU, report / columns | memory more |\n|---|---|---|---|---|")
    for name, (arguments, _) in LARGE.items():
        path, truth = generate(bench.tshark.directory, arguments, name)
        page, ((plain, plain_peak), (told, told_peak)) = compare(bench, path, 1)
        size = page.stat().st_size
        print(f"| {sum(truth['messages'].values()):,} messages (`{arguments}`) | {size / 1e6:.2f} MB: "
              f"{verdict(size, PAGE_GOAL)} | {left_out(page)} | {told:.1f} s / {plain:.1f} s | "
              f"{(told_peak - plain_peak) / 1e6:+.0f} MB |", flush=True)
        path.unlink()


def run(bench, pool, options):
    media(bench, pool, options)
    large(bench)
