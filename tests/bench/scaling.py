# SPDX-License-Identifier: GPL-2.0-or-later
"""Cost at 1x, 2x, 4x and 8x of what grows: linear work doubles its increments, no more."""
import collections

from measure import generate

# Instructions inside the dissector alone; `arguments` with {n}, or {m} for a product of it.
Case = collections.namedtuple("Case", "title arguments first tshark", defaults=([],))
DETAILS = ["-V"]
CASES = {
    "capture": Case("messages", "command --connections 4 --messages {n}", 4000),
    "connections": Case("connections", "connections --connections {n} --messages {m}", 100),
    "streams": Case("chunk streams, 4 messages each",
                    "media --video-only --message-size 500 --chunk-streams {n} --messages {m}", 250),
    "size": Case("bytes a message, 30 messages",
                 "media --video-only --message-size {n} --messages 30", 16384),
    "segments": Case("messages in 1-byte segments",
                     "media --video-only --mss 1 --message-size 1000 --messages {n}", 8),
    "empty": Case("messages of 1 byte", "empty --messages {n}", 5000),
    "empty-tree": Case("messages of 1 byte, `-V`", "empty --messages {n}", 2000, DETAILS),
    "depth": Case("levels of AMF objects, `-V`", "nested --messages 50 --count {n}", 8, DETAILS),
    "body": Case("levels beyond the limit (bytes of messages kept whole)",
                 "nested --messages 10 --count {n}", 1600),
    "deep": Case("levels beyond the limit, `-V`", "nested --messages 10 --count {n}", 1600, DETAILS),
    "object": Case("properties of an object, `-V`", "object --count {n}", 1000, DETAILS),
    "attributes": Case("attributes of a SharedObject of two clients, each set twice",
                       "shared-object --connections 2 --count {n}", 1250),
    "clients": Case("clients of one SharedObject of four attributes",
                    "shared-object --connections {n} --count 4", 1250),
    "array": Case("items of a strict array, `-V`", "strict-array --count {n}", 2000, DETAILS),
}
GOAL = 2.2


def growth(costs):
    """The largest ratio of neighbouring increments: 2 when linear, whatever the fixed cost."""
    steps = [after - before for before, after in zip(costs, costs[1:])]
    return max(after / before for before, after in zip(steps, steps[1:]) if before > 0)


def run(bench, pool, options):
    print("| what grows | 1x | instructions in the dissector at 1x, 2x, 4x, 8x | growth of the "
          "increments a doubling | resident memory above the floor at 1x .. 8x |\n|---|---|---|---|---|")
    for name, case in CASES.items():
        if options.case and name not in options.case:
            continue
        paths = [generate(bench.tshark.directory,
                          case.arguments.format(n=case.first * x, m=case.first * x * 4),
                          f"{name}-{x}")[0] for x in (1, 2, 4, 8)]
        costs = list(pool.map(lambda path, case=case: bench.dissector_instructions(
            path, case.tshark), paths))
        peaks = [bench.memory("rtmpx", path, *case.tshark, runs=1)
                 - bench.memory("floor", path, *case.tshark, runs=1) for path in paths]
        worst = growth(costs)
        print(f"| {case.title} | {case.first} | "
              + " / ".join(f"{cost / 1e6:.2f} M" for cost in costs)
              + f" | {worst:.2f}: {'linear' if worst <= GOAL else '**not linear**'} | "
              + " / ".join(f"{peak / 1e6:.1f}" for peak in peaks) + " MB |", flush=True)
        for path in paths:
            path.unlink()
