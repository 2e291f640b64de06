# SPDX-License-Identifier: GPL-2.0-or-later
"""Write Flash Remoting: AMF packets, and HTTP messages that carry them."""
import gzip
import struct

from rtmp_writer import amf0, short_text

UNKNOWN = 0xFFFFFFFF  # length


def value_of(value, length):
    data = amf0(value)
    return struct.pack("!I", len(data) if length is None else length) + data


def header(name, value, must_understand=False, length=None):
    return short_text(name) + bytes([must_understand]) + value_of(value, length)


def message(target, response, value, length=None):
    return short_text(target) + short_text(response) + value_of(value, length)


def call(target, response, *arguments, length=None):
    return message(target, response, list(arguments), length)


def result(response, value, length=None):
    return message(f"{response}/onResult", "null", value, length)


def status(response, description, code="SERVER.PROCESSING", length=None):
    return message(f"{response}/onStatus", "null",
                   {"code": code, "description": description, "level": "error"}, length)


def packet(*messages, headers=(), version=0):
    return (struct.pack("!HH", version, len(headers)) + b"".join(headers)
            + struct.pack("!H", len(messages)) + b"".join(messages))


def _http(first, body, kind, encoding, chunks):
    lines = [first, f"Content-Type: {kind}"] if kind else [first]
    if encoding == "gzip":
        body = gzip.compress(body, mtime=0)
        lines.append("Content-Encoding: gzip")
    if chunks:
        lines.append("Transfer-Encoding: chunked")
        pieces = [body[at:at + chunks] for at in range(0, len(body), chunks)] + [b""]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    elif chunks is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines + ["", ""]).encode() + body


def request(body, kind="application/x-amf", encoding="", chunks=0, line="POST /gateway HTTP/1.1\r\nHost: h"):
    """chunks: bytes of each chunk; 0: a Content-Length; None: neither, the connection's end ends it."""
    return _http(line, body, kind, encoding, chunks)


def reply(body, kind="application/x-amf", encoding="", chunks=0, line="HTTP/1.1 200 OK"):
    return _http(line, body, kind, encoding, chunks)
