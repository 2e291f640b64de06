#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who closed a connection, and what was unanswered: `--write FILE`.

By tcp.stream: 0, the answer comes behind the client's FIN, which ended its direction only; 1, the client resets that
answer; 2, a play of which only Stream Begin came, and the server closes; 3, the same without Stream Begin.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))

import pcap  # noqa: E402
from rtmp_writer import CLIENT, SERVER, Connection, command, user_control  # noqa: E402

STREAM_BEGIN = 0


def connection(number):
    return Connection(client=(f"10.0.1.{number}", 50000), start=10**18 + number * 10**9).open().shake()


def half_closed(number, resets):
    link = connection(number)
    link.message(CLIENT, command("connect", 1, {"app": "live"}))
    link.emit(CLIENT, pcap.FIN | pcap.ACK)
    link.message(SERVER, command("_result", 1, None, {"level": "status", "code": "NetConnection.Connect.Success"}))
    if resets:
        link.emit(CLIENT, pcap.RST)
    else:
        link.emit(SERVER, pcap.FIN | pcap.ACK)
    return link.segments


def played(number, *answer):
    link = connection(number)
    play = command("play", 0, None, "cam1", csid=8, stream_id=1)
    link.message(CLIENT, play)
    link.message(SERVER, user_control(STREAM_BEGIN, 0), *answer)
    link.emit(SERVER, pcap.FIN | pcap.ACK)
    return link.segments


def main():
    pcap.write_segments(sys.argv[sys.argv.index("--write") + 1], [
        *half_closed(0, resets=False), *half_closed(1, resets=True),
        *played(2, user_control(STREAM_BEGIN, 1)), *played(3)])


if __name__ == "__main__":
    main()
