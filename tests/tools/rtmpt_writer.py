# SPDX-License-Identifier: GPL-2.0-or-later
"""RTMPT: RTMP sessions in HTTP, written into TCP connections (rtmp_writer.py)."""
import rtmp_writer as rtmp

CLIENT, SERVER = rtmp.CLIENT, rtmp.SERVER


def request(path, body=b"\0"):
    return (f"POST {path} HTTP/1.1\r\nHost: 10.0.0.1\r\nContent-Type: application/x-fcs\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def reply(body=b"\1", typed=True, status="200 OK"):
    kind = "Content-Type: application/x-fcs\r\n" if typed else ""
    return f"HTTP/1.1 {status}\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Network:
    """HTTP connections between one client and one server, on one clock."""

    def __init__(self, client="10.0.0.2", start=10**18):
        self.time, self.client = start, client
        self.carriers = []

    def connect(self):
        carrier = rtmp.Connection(client=(self.client, 50000 + len(self.carriers)),
                                  server=("10.0.0.1", 80), start=self.time)
        self.carriers.append(carrier.open())
        self.time = carrier.time
        return carrier

    def send(self, carrier, direction, *messages):
        """Side by side, in one segment if they fit."""
        carrier.time = self.time
        carrier.send(direction, b"".join(messages))
        self.time = carrier.time

    def request(self, carrier, path, body=b"\0"):
        self.send(carrier, CLIENT, request(path, body))

    def reply(self, carrier, body=b"\1", typed=True, status="200 OK"):
        self.send(carrier, SERVER, reply(body, typed, status))

    def segments(self):
        segments = [segment for carrier in self.carriers for segment in carrier.segments]
        return sorted(segments, key=lambda segment: segment.time)


class Session:
    """One RTMP connection in a tunnel."""

    def __init__(self, network, name, typed=True, sequence=0):
        self.network, self.name, self.typed, self.sequence = network, name, typed, sequence
        self.writer = (rtmp.ChunkWriter(), rtmp.ChunkWriter())

    def open(self, carrier, seed=1):
        first, answer, last = rtmp.handshake(seed=seed)
        self.network.request(carrier, "/open/1")
        self.network.reply(carrier, self.name.encode() + b"\n", self.typed)
        self.exchange(carrier, first, answer)
        self.exchange(carrier, last)
        return self

    def path(self, verb="send"):
        self.sequence += 1
        return f"/{verb}/{self.name}/{self.sequence - 1}"

    def exchange(self, carrier, sent, received=b"", verb="send"):
        self.network.request(carrier, self.path(verb), sent)
        self.network.reply(carrier, b"\1" + received, self.typed)

    def command(self, name, direction=CLIENT):
        return self.writer[direction].write(rtmp.command(name, 0, None))
