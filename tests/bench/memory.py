# SPDX-License-Identifier: GPL-2.0-or-later
"""Bytes kept: for the smallest messages, for long bodies, for a connection, for lengths that are only announced."""
from measure import PluginError, generate

LONG_BODIES = (4_000, 15_000, 60_000, 230_000, 950_000)
ADDRESS_SPACE = 2_560_000_000


def kept(bench, who, path):
    return bench.memory(who, path) - bench.memory("floor", path)


def verdict(figure, goal):
    return "met" if figure <= goal else "**missed**"


def smallest(bench):
    for title, options, goal in (("without a body", "", 40),
                                 ("without a body, alone in its segment", " --mss 1", 40)):
        counts = (50_000, 100_000, 200_000)
        paths = [generate(bench.tshark.directory, f"empty --messages {n}{options}", f"empty{n}")[0]
                 for n in counts]
        for who in ("rtmpx", "built-in"):
            peaks = [kept(bench, who, path) for path in paths]
            each = (peaks[-1] - peaks[0]) / (counts[-1] - counts[0])
            reached = f"{goal}: {verdict(each, goal)}" if who == "rtmpx" else ""
            shown = " / ".join(f"{peak / 1e6:.1f}" for peak in peaks)
            print(f"| bytes a message {title} ({shown} MB for 50k / 100k / 200k) | {who} | "
                  f"{each:.0f} | {reached} |", flush=True)


def long_bodies(bench):
    """Bytes kept for each byte of AMF bodies that span segments."""
    for size in LONG_BODIES:
        counts = [total // size for total in (10_000_000, 40_000_000)]
        paths = [generate(bench.tshark.directory, f"long --message-size {size} --messages {n}",
                          f"long{n}")[0] for n in counts]
        for who in ("rtmpx", "built-in"):
            few, many = (kept(bench, who, path) for path in paths)
            each = (many - few) / ((counts[1] - counts[0]) * size)
            goal = f"1.10: {verdict(each, 1.1)}" if who == "rtmpx" else ""
            print(f"| a byte of AMF bodies of {size / 1000:.0f} KB | {who} | {each:.2f} | {goal} |",
                  flush=True)
        for path in paths:
            path.unlink()


def connections(bench):
    path, _ = generate(bench.tshark.directory, "connections --connections 3000 --messages 24000",
                       "connections")
    for who in ("rtmpx", "built-in"):
        each = kept(bench, who, path) / 3000
        goal = f"7.5 KB: {verdict(each, 7500)}" if who == "rtmpx" else ""
        print(f"| a connection, 14 messages | {who} | {each / 1000:.1f} KB | {goal} |", flush=True)


def announced(bench):
    path, _ = generate(bench.tshark.directory, "announced --chunk-streams 200", "announced")
    for who in ("rtmpx", "built-in"):
        try:
            bench.memory(who, path, prefix=["prlimit", f"--as={ADDRESS_SPACE}"], runs=1)
            end = "continues"
        except PluginError as error:
            end = f"ends ({str(error).splitlines()[0]})"
        print(f"| 200 chunk streams announce 16 MB each, 128 bytes of it sent; {end} in "
              f"{ADDRESS_SPACE / 1e9} GB of address space | {who} | "
              f"{kept(bench, who, path) / 1e6:.1f} MB | |", flush=True)


def run(bench, _pool, _options):
    print("| resident memory above the floor | | kept | goal |\n|---|---|---|---|")
    smallest(bench)
    long_bodies(bench)
    connections(bench)
    announced(bench)
