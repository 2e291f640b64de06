#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Generate deterministic RTMP-over-TCP captures (classic pcap, Ethernet/IPv4).

Python 3 standard library only.  The same arguments always give the same bytes
(all randomness comes from --seed; timestamps are synthetic).

Every TCP connection has a complete three-way handshake, correct sequence and
acknowledgement numbers in both directions, correct IPv4 and TCP checksums, the
RTMP handshake (C0+C1, S0+S1+S2, C2), a `connect` / `_result` exchange, a
`createStream` / `_result` exchange, then the messages of the chosen scenario,
then FIN in both directions.

Scenarios
  media        a publisher: onMetaData, AVC and AAC configuration records, then video messages
               (groups of pictures with valid NAL units around --message-size bytes) and audio
               messages; see --chunk-size, --chunk-streams, --mss
  command      small AMF messages in both directions: onStatus, _result, onMetaData
               (@setDataFrame), call commands, SharedObject updates (type 19),
               User Control (4) and Acknowledgement (3); --coalesce messages/segment
  connections  like `command`, meant for --connections in the thousands
  strict-array one AMF0 Data message whose value is a strict array of --count numbers
  object       one AMF0 Data message whose value is an object of --count properties
  nested       one AMF0 Data message whose value is objects nested --count deep
  empty        messages without a body, 1 byte each (fmt 3)
  small        audio messages of 5 bytes on the wire
  long         AMF0 Data messages of --message-size bytes in full segments
  shared-object  --connections clients of one SharedObject, each told of --count attributes twice, a
               message an attribute
  announced    --chunk-streams chunk streams announce 16 MB each and send one chunk of it

The last line of output is what the capture holds, as JSON: frames, bytes, connections and the
number of messages by type; a reader that finds other numbers has misread it.

Examples
  gen_rtmp_pcap.py media   -o m.pcap --messages 5000 --message-size 20000
  gen_rtmp_pcap.py command -o c.pcap --connections 50 --messages 300000
  gen_rtmp_pcap.py connections -o n.pcap --connections 3000 --messages 24000
  gen_rtmp_pcap.py media   -o t.pcap --mss 1 --messages 20 --message-size 1000
"""
import argparse
import collections
import json
import random
import struct
import sys
from array import array

RTMP_PORT = 1935
MSG_SET_CHUNK_SIZE, MSG_ACK, MSG_USER_CONTROL = 1, 3, 4
MSG_WINDOW_ACK_SIZE, MSG_SET_PEER_BANDWIDTH = 5, 6
MSG_AUDIO, MSG_VIDEO = 8, 9
MSG_DATA_AMF0, MSG_SHARED_OBJECT_AMF0, MSG_COMMAND_AMF0 = 18, 19, 20

FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10


# ---------------------------------------------------------------- pcap + TCP/IP

def ones_complement_sum(data):
    if len(data) & 1:
        data += b"\0"
    words = array("H", data)
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words)


def fold(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class PcapWriter:
    """Classic pcap, microsecond timestamps, LINKTYPE_ETHERNET."""

    def __init__(self, path, max_frames=None):
        self.file = open(path, "wb", buffering=1 << 20)
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.usec = 1_600_000_000_000_000
        self.frames = 0
        self.bytes = 24
        self.max_frames = max_frames
        self.messages = collections.Counter()
        self.connections = 0

    @property
    def full(self):
        return self.max_frames is not None and self.frames >= self.max_frames

    def write(self, frame):
        self.usec += 10
        n = len(frame)
        self.file.write(struct.pack("<IIII", self.usec // 1_000_000,
                                    self.usec % 1_000_000, n, n) + frame)
        self.frames += 1
        self.bytes += 16 + n

    def close(self):
        self.file.close()


class TcpConnection:
    """One TCP connection; direction 0 is client to server, 1 the reverse."""

    def __init__(self, pcap, index, mss, rng):
        self.pcap, self.mss = pcap, mss
        pcap.connections += 1
        client = struct.pack("!I", (10 << 24) + 0x010000 + 2 + (index >> 14))
        server = bytes((10, 0, 0, 1))
        self.addr = (client, server)
        self.port = (32768 + (index & 0x3FFF), RTMP_PORT)
        self.seq = [rng.getrandbits(32), rng.getrandbits(32)]
        self.ip_id = [0, 0]
        self.unacked = [0, 0]
        macs = (b"\x02\0\0\0\0\x02", b"\x02\0\0\0\0\x01")
        self.ether = (macs[1] + macs[0] + b"\x08\0", macs[0] + macs[1] + b"\x08\0")
        self._emit(0, SYN, b"")
        self.seq[0] = (self.seq[0] + 1) & 0xFFFFFFFF
        self._emit(1, SYN | ACK, b"")
        self.seq[1] = (self.seq[1] + 1) & 0xFFFFFFFF
        self._emit(0, ACK, b"")

    def _emit(self, d, flags, payload):
        src, dst = self.addr[d], self.addr[1 - d]
        ack = self.seq[1 - d] if flags & ACK else 0
        tcp_len = 20 + len(payload)
        tcp = struct.pack("!HHIIBBHHH", self.port[d], self.port[1 - d], self.seq[d],
                          ack, 5 << 4, flags, 65535, 0, 0)
        total = (ones_complement_sum(src + dst) + 6 + tcp_len
                 + ones_complement_sum(tcp) + ones_complement_sum(payload))
        tcp = tcp[:16] + struct.pack("!H", fold(total)) + tcp[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + tcp_len, self.ip_id[d], 0x4000,
                         64, 6, 0) + src + dst
        ip = ip[:10] + struct.pack("!H", fold(ones_complement_sum(ip))) + ip[12:]
        self.ip_id[d] = (self.ip_id[d] + 1) & 0xFFFF
        self.pcap.write(self.ether[d] + ip + tcp + payload)

    def send(self, d, data):
        """Send bytes as segments of at most mss; the peer acks every 2 full segments."""
        for start in range(0, len(data), self.mss):
            part = data[start:start + self.mss]
            last = start + self.mss >= len(data)
            self._emit(d, ACK | (PSH if last else 0), part)
            self.seq[d] = (self.seq[d] + len(part)) & 0xFFFFFFFF
            self.unacked[d] += len(part)
            self.unacked[1 - d] = 0
            if self.unacked[d] >= 2 * max(self.mss, 1448):
                self._emit(1 - d, ACK, b"")
                self.unacked[d] = 0

    def close(self):
        for d in (0, 1):
            self._emit(d, FIN | ACK, b"")
            self.seq[d] = (self.seq[d] + 1) & 0xFFFFFFFF
        self._emit(0, ACK, b"")


# ------------------------------------------------------------------------- AMF0

def amf_number(v):
    return b"\0" + struct.pack("!d", v)


def amf_boolean(v):
    return b"\1\1" if v else b"\1\0"


def amf_utf8(s):
    raw = s.encode()
    return struct.pack("!H", len(raw)) + raw


def amf_string(s):
    return b"\2" + amf_utf8(s)


AMF_NULL = b"\5"
AMF_OBJECT_END = b"\0\0\x09"


def amf_object(pairs):
    return b"\3" + b"".join(amf_utf8(k) + v for k, v in pairs) + AMF_OBJECT_END


def amf_ecma_array(pairs):
    pairs = list(pairs)
    return (b"\x08" + struct.pack("!I", len(pairs))
            + b"".join(amf_utf8(k) + v for k, v in pairs) + AMF_OBJECT_END)


# ------------------------------------------------------------- RTMP chunk stream

class ChunkWriter:
    """Serializes messages to chunks for one direction of a connection."""

    def __init__(self, counter, chunk_size=128):
        self.counter = counter
        self.chunk_size = chunk_size
        self.last = {}  # chunk stream id -> (timestamp, delta, length, type, stream id, extended)

    @staticmethod
    def basic_header(fmt, csid):
        if csid < 64:
            return bytes((fmt << 6 | csid,))
        if csid < 320:
            return bytes((fmt << 6, csid - 64))
        return bytes((fmt << 6 | 1, (csid - 64) & 0xFF, (csid - 64) >> 8))

    def message(self, csid, timestamp, mtype, stream_id, body):
        """Return the chunks of one message, using the shortest unambiguous header."""
        self.counter[mtype] += 1
        prev = self.last.get(csid)
        n = len(body)
        if prev is None or prev[4] != stream_id or timestamp < prev[0]:
            fmt, field = 0, timestamp
        else:
            delta = field = timestamp - prev[0]
            if prev[2] != n or prev[3] != mtype:
                fmt = 1
            elif prev[1] != delta:
                fmt = 2
            else:
                fmt = 3
        ext = prev[5] if fmt == 3 else b""
        header = b""
        if fmt < 3:
            if field >= 0xFFFFFF:
                ext, field = struct.pack("!I", field), 0xFFFFFF
            header = field.to_bytes(3, "big")
            if fmt < 2:
                header += n.to_bytes(3, "big") + bytes((mtype,))
            if fmt == 0:
                header += struct.pack("<I", stream_id)
        # A fmt 3 header right behind a fmt 0 one is read in two ways: no delta is known there.
        self.last[csid] = (timestamp, None if fmt == 0 else timestamp - prev[0],
                           n, mtype, stream_id, ext)
        out = [self.basic_header(fmt, csid), header, ext, body[:self.chunk_size]]
        cont = self.basic_header(3, csid) + ext
        for start in range(self.chunk_size, n, self.chunk_size):
            out.append(cont)
            out.append(body[start:start + self.chunk_size])
        return b"".join(out)

    def set_chunk_size(self, size):
        data = self.message(2, 0, MSG_SET_CHUNK_SIZE, 0, struct.pack("!I", size))
        self.chunk_size = size
        return data


class RtmpConnection:
    """A TCP connection that has completed handshake, connect and createStream."""

    def __init__(self, pcap, index, opts, rng):
        self.tcp = TcpConnection(pcap, index, opts.mss, rng)
        self.chunks = (ChunkWriter(pcap.messages), ChunkWriter(pcap.messages))
        self.clock = 0
        self.txn = 3
        c1 = struct.pack("!II", 0, 0) + rng.randbytes(1528)
        s1 = struct.pack("!II", 0, 0) + rng.randbytes(1528)
        self.tcp.send(0, b"\x03" + c1)
        self.tcp.send(1, b"\x03" + s1 + c1)
        self.tcp.send(0, s1)
        c, s = self.chunks
        connect = (amf_string("connect") + amf_number(1) + amf_object((
            ("app", amf_string("live")), ("type", amf_string("nonprivate")),
            ("flashVer", amf_string("FMLE/3.0 (compatible; example)")),
            ("tcUrl", amf_string("rtmp://10.0.0.1/live")), ("fpad", amf_boolean(False)),
            ("capabilities", amf_number(15)), ("audioCodecs", amf_number(4071)),
            ("videoCodecs", amf_number(252)), ("videoFunction", amf_number(1)))))
        data = c.set_chunk_size(opts.chunk_size) if opts.chunk_size != 128 else b""
        self.tcp.send(0, data + c.message(3, 0, MSG_COMMAND_AMF0, 0, connect))
        data = s.message(2, 0, MSG_WINDOW_ACK_SIZE, 0, struct.pack("!I", 5000000))
        data += s.message(2, 0, MSG_SET_PEER_BANDWIDTH, 0, struct.pack("!IB", 5000000, 2))
        if opts.chunk_size != 128:
            data += s.set_chunk_size(opts.chunk_size)
        data += s.message(3, 0, MSG_COMMAND_AMF0, 0, amf_string("_result") + amf_number(1)
                          + amf_object((("fmsVer", amf_string("FMS/3,0,1,123")),
                                        ("capabilities", amf_number(31))))
                          + amf_object((("level", amf_string("status")),
                                        ("code", amf_string("NetConnection.Connect.Success")),
                                        ("description", amf_string("Connection succeeded.")),
                                        ("objectEncoding", amf_number(0)))))
        self.tcp.send(1, data)
        self.tcp.send(0, c.message(3, 0, MSG_COMMAND_AMF0, 0,
                                   amf_string("createStream") + amf_number(2) + AMF_NULL))
        self.tcp.send(1, s.message(3, 0, MSG_COMMAND_AMF0, 0, amf_string("_result")
                                   + amf_number(2) + AMF_NULL + amf_number(1)))


# --------------------------------------------------------------------- scenarios

WORDS = ("width height framerate videocodecid audiocodecid encoder level profile title "
         "author duration filesize position score player room channel status seat").split()


def random_value(rng):
    k = rng.randrange(4)
    if k == 0:
        return amf_number(rng.random() * 1000)
    if k == 1:
        return amf_boolean(rng.random() < 0.5)
    if k == 2:
        return AMF_NULL
    return amf_string("x" * rng.randrange(4, 40))


def properties(rng, low, high):
    return [("%s%d" % (rng.choice(WORDS), i), random_value(rng))
            for i in range(rng.randrange(low, high))]


def shared_object_message(rng, version):
    """SharedObject message: name, version, flags, then change/data-change events."""
    body = amf_utf8("room/players") + struct.pack("!III", version, 2, 0)
    for _ in range(rng.randrange(1, 6)):
        data = amf_utf8(rng.choice(WORDS)) + random_value(rng)
        body += struct.pack("!BI", 4, len(data)) + data
    return body


def command_message(conn, rng):
    """Return (direction, chunk bytes) of one random small message."""
    c, s = conn.chunks
    conn.clock += rng.randrange(0, 20)
    t, k = conn.clock, rng.randrange(100)
    if k < 25:
        info = amf_object([("level", amf_string("status")),
                           ("code", amf_string("NetStream.Play.Start")),
                           ("description", amf_string("Started playing stream."))]
                          + properties(rng, 0, 6))
        return 1, s.message(5, t, MSG_COMMAND_AMF0, 1, amf_string("onStatus")
                            + amf_number(0) + AMF_NULL + info)
    if k < 45:
        conn.txn += 1
        return 0, c.message(3, t, MSG_COMMAND_AMF0, 0, amf_string("getRoomState")
                            + amf_number(conn.txn) + AMF_NULL + random_value(rng)
                            + amf_object(properties(rng, 0, 5)))
    if k < 65:
        return 1, s.message(3, t, MSG_COMMAND_AMF0, 0, amf_string("_result")
                            + amf_number(conn.txn) + AMF_NULL
                            + amf_object(properties(rng, 1, 12)))
    if k < 80:
        d = rng.randrange(2)
        return d, conn.chunks[d].message(4, t, MSG_SHARED_OBJECT_AMF0, 0,
                                         shared_object_message(rng, t))
    if k < 92:
        return 0, c.message(6, t, MSG_DATA_AMF0, 1, amf_string("@setDataFrame")
                            + amf_string("onMetaData")
                            + amf_ecma_array(properties(rng, 5, 20)))
    if k < 96:
        return 1, s.message(2, 0, MSG_USER_CONTROL, 0, struct.pack("!HI", 6, t))
    return 0, c.message(2, 0, MSG_ACK, 0, struct.pack("!I", conn.tcp.seq[1]))


def run_command(pcap, opts, rng):
    conns = [RtmpConnection(pcap, i, opts, rng) for i in range(opts.connections)]
    sent = 0
    while sent < opts.messages and not pcap.full:
        for conn in conns:
            pending = [b"", b""]
            for _ in range(rng.randrange(1, 2 * opts.coalesce)):
                d, data = command_message(conn, rng)
                pending[d] += data
                sent += 1
            for d in (0, 1):
                if pending[d]:
                    conn.tcp.send(d, pending[d])
    return conns


def run_connections(pcap, opts, rng):
    """Connections one after another in overlapping groups of 32."""
    done, group = [], 32
    each = max(1, opts.messages // opts.connections)
    for base in range(0, opts.connections, group):
        if pcap.full:
            break
        conns = [RtmpConnection(pcap, i, opts, rng)
                 for i in range(base, min(base + group, opts.connections))]
        for _ in range(each):
            for conn in conns:
                d, data = command_message(conn, rng)
                conn.tcp.send(d, data)
        done += conns
        for conn in conns:
            conn.tcp.close()
    return []


SPS = bytes.fromhex("6764001facd9405005bb016a02020280000003008000001e478c18cb")
PPS = bytes.fromhex("68ebe3cb22c0")
AVC_CONFIGURATION = (b"\x17\0\0\0\0\1" + SPS[1:4] + b"\xff\xe1" + struct.pack("!H", len(SPS)) + SPS
                     + b"\1" + struct.pack("!H", len(PPS)) + PPS)
AAC_CONFIGURATION = b"\xaf\0\x12\x10"


def video_message(rng, noise, size, key):
    """An AVC frame of `size` bytes: access unit delimiter and four slices."""
    parts = [b"\x17\1\0\0\0" if key else b"\x27\1\0\0\0", b"\0\0\0\2\x09\xf0"]
    left = size - sum(map(len, parts))
    for slices in range(4, 0, -1):
        n = left // slices - 5
        at = rng.randrange(len(noise) // 2)
        slice_data = noise[at:at + n]
        while len(slice_data) < n:
            slice_data += noise[:n - len(slice_data)]
        parts.append(struct.pack("!IB", n + 1, 0x65 if key else 0x41) + slice_data)
        left -= n + 5
    return b"".join(parts)


def run_media(pcap, opts, rng):
    conns = [RtmpConnection(pcap, i, opts, rng) for i in range(opts.connections)]
    for conn in conns:
        message = conn.chunks[0].message
        conn.tcp.send(0, message(3, 0, MSG_COMMAND_AMF0, 1, amf_string("publish") + amf_number(0)
                                 + AMF_NULL + amf_string("stream") + amf_string("live"))
                      + message(5, 0, MSG_DATA_AMF0, 1, amf_string("@setDataFrame")
                                + amf_string("onMetaData") + amf_ecma_array((
                                    ("width", amf_number(1280)), ("height", amf_number(720)),
                                    ("videocodecid", amf_number(7)),
                                    ("audiocodecid", amf_number(10)))))
                      + message(6, 0, MSG_VIDEO, 1, AVC_CONFIGURATION)
                      + message(4, 0, MSG_AUDIO, 1, AAC_CONFIGURATION))
    noise = rng.randbytes(1 << 20)
    sent, t = 0, 0
    while sent < opts.messages and not pcap.full:
        conn = conns[sent % len(conns)]
        t += 20
        csid = 6 + sent % opts.chunk_streams
        if opts.chunk_streams == 1 and sent % 3 == 2 and not opts.video_only:
            at = rng.randrange(len(noise) // 2)
            msg = conn.chunks[0].message(4, t, MSG_AUDIO, 1, b"\xaf\1" + noise[at:at + 398])
        else:
            key = sent % 60 == 0
            size = opts.message_size
            if not opts.video_only:  # groups of pictures: the first is four times the others
                size = size * 4 if key else rng.randrange(size // 2, size * 3 // 2)
            msg = conn.chunks[0].message(csid, t, MSG_VIDEO, 1,
                                         video_message(rng, noise, size, key))
        conn.tcp.send(0, msg)
        sent += 1
    return conns


def run_small(pcap, opts, rng):
    """Many messages of few bytes in full segments."""
    conn = RtmpConnection(pcap, 0, opts, rng)
    body = b"" if opts.scenario == "empty" else b"\xaf\1\0\0"
    message = conn.chunks[0].message
    data = [message(4, 20 * i, MSG_AUDIO, 1, body) for i in range(opts.messages)]
    conn.tcp.send(0, b"".join(data))
    return [conn]


def run_long(pcap, opts, rng):
    conn = RtmpConnection(pcap, 0, opts, rng)
    name = amf_string("onMetaData")
    size = opts.message_size - len(name) - 5
    body = name + b"\x0c" + struct.pack("!I", size) + b"x" * size
    for i in range(opts.messages):
        conn.tcp.send(0, conn.chunks[0].message(4, 20 * i, MSG_DATA_AMF0, 1, body))
    return [conn]


def run_shared_object(pcap, opts, rng):
    """Every client uses one object, and is told of every change, in the order of versions."""
    def message(writer, version, *events):
        body = amf_utf8("room") + struct.pack("!III", version, 0, 0)
        body += b"".join(struct.pack("!BI", kind, len(data)) + data for kind, data in events)
        return writer.message(3, version, MSG_SHARED_OBJECT_AMF0, 0, body)

    conns = [RtmpConnection(pcap, i, opts, rng) for i in range(opts.connections)]
    for conn in conns:
        conn.tcp.send(0, message(conn.chunks[0], 1, (1, b"")))
        conn.tcp.send(1, message(conn.chunks[1], 1, (11, b""), (8, b"")))
    for i in range(opts.count * 2):
        change = amf_utf8("key%07d" % (i % opts.count)) + amf_number(i)
        for conn in conns:
            conn.tcp.send(1, message(conn.chunks[1], 2 + i, (4, change)))
    return conns


def run_announced(pcap, opts, rng):
    conn = RtmpConnection(pcap, 0, opts, rng)
    for i in range(opts.chunk_streams):
        header = ChunkWriter.basic_header(0, 64 + i) + b"\0\0\0\xff\xff\xff\x09\1\0\0\0"
        conn.tcp.send(0, header + b"\x27\1\0\0\0" + b"x" * 123)
    return [conn]


def run_value(pcap, opts, rng):
    n = opts.count
    if opts.scenario == "strict-array":
        value = b"\x0a" + struct.pack("!I", n) + amf_number(1.5) * n
    elif opts.scenario == "object":
        value = amf_object((("p%07d" % i, amf_number(i)) for i in range(n)))
    else:
        value = (b"\3\0\1a") * n + AMF_NULL + AMF_OBJECT_END * n
    body = amf_string("onMetaData") + value
    conn = RtmpConnection(pcap, 0, opts, rng)
    for i in range(opts.messages):
        conn.tcp.send(0, conn.chunks[0].message(4, 20 * i, MSG_DATA_AMF0, 1, body))
    return [conn]


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("scenario", choices=("media", "command", "connections",
                                        "strict-array", "object", "nested", "empty", "small",
                                        "long", "announced", "shared-object"))
    p.add_argument("-o", "--output", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--mss", type=int, default=1448, help="largest TCP payload")
    p.add_argument("--chunk-size", type=int, default=128)
    p.add_argument("--connections", type=int, default=1)
    p.add_argument("--messages", type=int, default=1)
    p.add_argument("--message-size", type=int, default=1000)
    p.add_argument("--chunk-streams", type=int, default=1)
    p.add_argument("--video-only", action="store_true", help="media: no audio messages")
    p.add_argument("--coalesce", type=int, default=4, help="mean messages per write")
    p.add_argument("--count", type=int, default=1000, help="array/object/nesting size")
    p.add_argument("--max-frames", type=int, default=None,
                   help="stop at about this number of frames: the beginning of the capture")
    opts = p.parse_args()
    rng = random.Random(opts.seed)
    pcap = PcapWriter(opts.output, opts.max_frames)
    run = {"media": run_media, "command": run_command,
           "connections": run_connections, "empty": run_small, "small": run_small,
           "long": run_long, "announced": run_announced, "shared-object": run_shared_object}.get(opts.scenario, run_value)
    for conn in run(pcap, opts, rng):
        conn.tcp.close()
    pcap.close()
    print(json.dumps({"frames": pcap.frames, "bytes": pcap.bytes,
                      "connections": pcap.connections,
                      "messages": {str(k): v for k, v in sorted(pcap.messages.items())}}))


if __name__ == "__main__":
    main()
