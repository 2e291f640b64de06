#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) of every form, and ask MediaInfo about each.

usage: make_aac_configs.py   writes aac_configs.jsonl
No free encoder makes SBR, PS, escapes or program config elements. The result is committed, so that the comparison
(streams.py) needs no MediaInfo: a line has the record and what MediaInfo said of an FLV file that begins with it."""
import json
import pathlib
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
SBR, PS = 5, 29
SYNC_SBR, SYNC_PS = 0x2B7, 0x548
SAID = ("Format", "Format_AdditionalFeatures", "SamplingRate")


class Bits:
    def __init__(self):
        self.text = ""

    def put(self, width, value):
        self.text += format(value, f"0{width}b")

    def object_type(self, value):
        if value < 31:
            self.put(5, value)
        else:
            self.put(5, 31)
            self.put(6, value - 32)

    def rate(self, value):
        if value in RATES:
            self.put(4, RATES.index(value))
        else:
            self.put(4, 15)
            self.put(24, value)

    def align(self):
        self.text += "0" * (-len(self.text) % 8)

    def program_config(self, front, side, back, lfe):
        """Lists of 1 for a pair of channels, 0 for one; no mixdown, no comment."""
        for width, value in ((4, 0), (2, 1), (4, 3), (4, len(front)), (4, len(side)), (4, len(back)), (2, lfe),
                             (3, 0), (4, 0), (1, 0), (1, 0), (1, 0)):
            self.put(width, value)
        for pair in front + side + back:
            self.put(1, pair)
            self.put(4, 0)
        for _ in range(lfe):
            self.put(4, 0)
        self.align()
        self.put(8, 0)

    def bytes(self):
        self.align()
        return bytes(int(self.text[i:i + 8], 2) for i in range(0, len(self.text), 8))


def config(kind, rate, channels, *, sbr=0, ps=False, behind=False, short=0, program=None):
    """sbr: the rate after it, None where it is said to be absent; behind: where old decoders do not look."""
    bits = Bits()
    first = kind if behind or not sbr else PS if ps else SBR
    bits.object_type(first)
    bits.rate(rate)
    bits.put(4, channels)
    if first != kind:
        bits.rate(sbr)
        bits.object_type(kind)
    bits.put(1, short)
    bits.put(2, 0)
    if program:
        bits.program_config(*program)
    if kind >= 17:
        bits.put(2, 0)
    if behind:
        bits.put(11, SYNC_SBR)
        bits.put(5, SBR)
        bits.put(1, int(sbr is not None))
        if sbr:
            bits.rate(sbr)
        if ps:
            bits.put(11, SYNC_PS)
            bits.put(1, 1)
    return bits.bytes()


def configs():
    yield from ((f"LC {rate}", config(2, rate, 2)) for rate in (*RATES, 37800, 47999))
    yield from ((f"channels {number}", config(2, 48000, number)) for number in range(1, 15))
    yield from ((f"type {kind}", config(kind, 44100, 2)) for kind in (1, 3, 4, 17, 19, 23, 39, 42))
    yield "960 samples", config(2, 48000, 2, short=1)
    for where in ("first", "behind"):
        behind = where == "behind"
        for rate in (24000, 22050, 16000, 22049):
            for channels in (1, 2, 6):
                yield f"SBR {where} {rate} {channels}", config(2, rate, channels, sbr=2 * rate, behind=behind)
            yield f"PS {where} {rate}", config(2, rate, 1, sbr=2 * rate, ps=True, behind=behind)
        yield f"SBR {where} at the same rate", config(2, 48000, 2, sbr=48000, behind=behind)
    yield "no SBR", config(2, 24000, 2, sbr=None, behind=True)
    for number, program in enumerate((([1], [], [], 0), ([0, 1], [], [1], 1), ([0], [], [], 0), ([0, 1], [1], [1], 1))):
        yield f"program {number}", config(2, 48000, 0, program=program)


def media_info(record, file):
    tags = b""
    for number, body in enumerate((b"\xaf\0" + record, b"\xaf\1\x21\x10\x04\x60\x8c\x1c")):
        tags += b"\x08" + struct.pack(">I", len(body))[1:] + struct.pack(">I", 23 * number)[1:] + bytes(4) + body + \
            struct.pack(">I", 11 + len(body))
    file.write_bytes(b"FLV\x01\x04\0\0\0\x09\0\0\0\0" + tags)
    wanted = "|".join(f"%{name}%" for name in SAID)
    said = subprocess.run(["mediainfo", f"--Output=Audio;{wanted}", file], check=True, stdout=subprocess.PIPE,
                          encoding="utf-8").stdout.strip()
    return dict(zip(SAID, said.split("|")))


def main():
    with tempfile.TemporaryDirectory() as directory:
        lines = [json.dumps({"name": f"aac {name}", "fourcc": "mp4a", "record": record.hex(), "frames": [],
                             "mediainfo": media_info(record, pathlib.Path(directory) / "config.flv")})
                 for name, record in configs()]
    (HERE / "aac_configs.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
