#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Handshakes of real captures as vectors: extract_handshakes.py CAPTURE:NAME[:STREAM] ... >> handshake.jsonl

Written independently of the C code (hmac of Python's library), so that the two check each other.
Needs tshark. Only captures that this project made itself may be used.
"""
import hashlib
import hmac
import json
import os
import subprocess
import sys

TAIL = bytes.fromhex("f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae")
TEXT = {"client": b"Genuine Adobe Flash Player 001", "server": b"Genuine Adobe Flash Media Server 001"}


def sha(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def first(packet, role):
    """What C1 or S1 says."""
    out = {"time": int.from_bytes(packet[:4], "big"), "version_hex": packet[4:8].hex()}
    for scheme, base in enumerate((8, 772)):
        pos = sum(packet[base : base + 4]) % 728 + base + 4
        if sha(TEXT[role], packet[:pos] + packet[pos + 32 :]) == packet[pos : pos + 32]:
            out.update(scheme=scheme, digest_offset=pos, digest=packet[pos : pos + 32].hex())
    return out


def answered(packet, role, peer, peer_first):
    """Does C2 or S2 echo or sign the peer's packet?"""
    if packet[8:] == peer[8:]:
        return True
    if "digest" not in peer_first:
        return False
    key = sha(TEXT[role] + TAIL, bytes.fromhex(peer_first["digest"]))
    return sha(key, packet[:1504]) == packet[1504:]


def directions(capture, stream):
    """The first bytes of client and server of one TCP stream, in order."""
    fields = ["tcp.srcport", "tcp.seq", "tcp.payload", "tcp.dstport"]
    rows = subprocess.run(
        ["tshark", "-r", capture, "-Y", f"tcp.stream=={stream} && tcp.len>0", "-T", "fields"]
        + [word for field in fields for word in ("-e", field)],
        capture_output=True, text=True, check=True).stdout.splitlines()
    sides = {}
    for row in rows:
        port, seq, payload, to = (column.split(",")[0] for column in row.split("\t"))
        data = sides.setdefault(("server" if int(port) < int(to) else "client"), bytearray(3073))
        at = int(seq) - 1
        part = bytes.fromhex(payload)[: max(0, 3073 - at)]
        data[at : at + len(part)] = part
    return bytes(sides["client"]), bytes(sides["server"])


def vector(capture, name, stream):
    client, server = directions(capture, stream)
    c1, s1 = first(client[1:1537], "client"), first(server[1:1537], "server")
    meaning = {
        "c0": client[0],
        "c1": c1,
        "s1": s1,
        "s2_valid": answered(server[1537:], "server", client[1:1537], c1),
        "c2_valid": answered(client[1537:], "client", server[1:1537], s1),
    }
    return {
        "name": name,
        "source": f"recorded by this project: {os.path.basename(capture)}, TCP stream {stream}",
        "kind": "handshake",
        "hex": {"c0c1": client[:1537].hex(), "s0s1s2": server.hex(), "c2": client[1537:].hex()},
        "meaning": meaning,
        "ours": True,
    }


for argument in sys.argv[1:]:
    path, label, number = (argument.split(":") + ["0"])[:3]
    print(json.dumps(vector(path, label, int(number))))
