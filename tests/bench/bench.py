#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What RTMP costs in tshark: rtmpx against the built-in dissector, as Markdown tables.

Attributable cost is a run minus the floor: tshark with a plugin that claims the port and looks at
nothing (floor/). Instructions are counted by callgrind, over the first frames of each generated
capture; resident memory is the peak of a run over the whole capture. The built-in runs with
rtmpt.max_packet_size:16777216: with its default it stops decoding at the first larger message.
Nothing is measured before both dissectors have found the messages that the generator wrote.

Parts: table (the goals), scaling, memory, core (AMF against librtmp, chunks against a bare loop), report (a report
against plain columns).
"""
import argparse
import concurrent.futures
import os
import sys

import core
import memory
import report
import scaling
import table
from measure import Bench, PluginError, Tshark

PARTS = {"table": table.run, "scaling": scaling.run, "memory": memory.run, "core": core.run, "report": report.run}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--build", help="build directory (default: $RTMPX_BUILD, then build)")
    parser.add_argument("--quick", action="store_true",
                        help="default: the table alone; fewer frames, columns, fields and memory")
    parser.add_argument("--frames", type=int, help="table: so many of each capture, in every mode")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at the same time")
    parser.add_argument("--capture", action="append", choices=table.CAPTURES, help="table: only these")
    parser.add_argument("--mode", action="append", choices=table.MODES, help="table: only these")
    parser.add_argument("--case", action="append", help="scaling: only these")
    parser.add_argument("--media-size", type=int, default=1000, help="report: MB of media; default: 1000")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}")
    parts = options.parts or (["table"] if options.quick else list(PARTS))
    try:
        with Tshark(options.build) as tshark, \
                concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            bench = Bench(tshark)
            bench.check_plugins()
            print(bench.version, flush=True)
            for part in parts:
                print(flush=True)
                PARTS[part](bench, pool, options)
    except PluginError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
