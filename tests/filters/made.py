# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that raise the fields and expert items of which no capture of the project has any."""
import json
import pathlib
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path[:0] = [str(TESTS / name) for name in ("bad_input", "media", "session", "tools")]

import limits  # noqa: E402
import media_experts  # noqa: E402
import pcap  # noqa: E402
import plugin_vectors  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
import so_experts  # noqa: E402
import streams  # noqa: E402
from rtmp_writer import AUDIO, CLIENT, SERVER, VIDEO, amf0, short_text, so_event  # noqa: E402

# Codecs of which neither vectors nor streams have such bytes: configuration records and frames.
CODECS = (
    (VIDEO, "90 76766331 ff00255f0103538080500101020304078004380000038d00030069aa8f000100230079302d0353a0"
            "000003000003000003000003008080500101020304c0078100220f9610000100020081"),  # VVC
    (VIDEO, "15 040012341547004003020302aa"),  # VP6 with alpha, coefficients apart
    (VIDEO, "90 76703039 01000000000a820202020002abcd"),  # VP9 record with initialization data
    (AUDIO, "90 664c6143 0000002212001200001f4d0023f90ac442f0000033ae40b719b9eb81e9e0ceb81a1294be4fc0"
            "81000002abcd"),  # FLAC with a second metadata block
    (VIDEO, "91 61763031 3e980210 0000"),  # AV1 unit with temporal and spatial id
    (AUDIO, ""),
)


def connection(number=0, **options):
    return rtmp.Connection((f"10.2.0.{number}", 50000), start=10**18 + number * 10**9, **options)


def media():
    """Every vector, stream and record of the tests of media."""
    lines = (TESTS / "vectors/av.jsonl").read_text().splitlines()
    vectors = [json.loads(line) for line in lines]
    bodies = [(plugin_vectors.TYPES[v["meaning"]["media"]], bytes.fromhex(v["hex"])) for v in vectors]
    bodies += [(kind, bytes.fromhex(text)) for kind, text in CODECS]
    link = connection().open().shake()
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 65536))
    for number, (kind, body) in enumerate(bodies):
        link.message(CLIENT, rtmp.Message(kind, body, csid=4, stream_id=number + 1))
    for name in ("streams.jsonl", "aac_configs.jsonl"):
        for line in (TESTS / "media" / name).read_text().splitlines():
            number += 1
            for kind, body in streams.bodies_of(json.loads(line)):
                link.message(CLIENT, rtmp.Message(kind, body, csid=6, stream_id=number + 1))
    return link.segments


def values():
    """Forms of commands, data, SharedObjects, control messages and aggregates that programs hardly send."""
    calendar = b"\x0b" + struct.pack("!dh", float("nan"), 0)
    vector = b"\x11\x0e" + rtmp.u29(1 << 1 | 1) + b"\0" + struct.pack("!I", 0xFFFFFFFF)
    messages = (
        rtmp.command("dates", 1, None, rtmp.Raw(calendar), rtmp.Raw(vector)),
        rtmp.command("play", 2, None, "cam1", -2, 10),
        rtmp.Message(15, b"\0" + amf0("onMetaData") + amf0({"width": 64}), csid=4, stream_id=1),
        rtmp.shared_object("so", 1, 0, so_event(11, b"abc"), so_event(12, short_text("k") + struct.pack("!I", 7)),
                           so_event(99, b"raw")),
        rtmp.user_control(99, 1),
        rtmp.user_control(6, 1, 2, 3),
        rtmp.Message(rtmp.AGGREGATE, limits.nested(3), csid=4, stream_id=1),
    )
    link = connection().open().shake()
    for message in messages:
        link.message(CLIENT, message)
    return link.segments


def timestamps():
    """Extended timestamps without their repetition on fmt 3 chunks, the last of each in a segment of its own."""
    link = connection().open().shake()
    link.writer[CLIENT].repeat_extended = False
    for number in range(4):
        chunks = link.writer[CLIENT].chunks(rtmp.Message(AUDIO, b"\x2f" + bytes(300), csid=4, stream_id=1,
                                                         timestamp=0x1000000 + number * 23))
        for chunk in chunks:
            link.send(CLIENT, chunk)
    return link.segments


def incomplete():
    """A command that has lost a segment inside its only chunk."""
    link = connection().open().shake()
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
    at = len(link.segments)
    link.send(CLIENT, link.writer[CLIENT].write(rtmp.command("long", 2, None, "x" * 400)), mss=100)
    del link.segments[at + 1]
    link.message(CLIENT, rtmp.command("after", 3), rtmp.command("end", 4))
    return link.segments


def announces_otherwise():
    """A sender that announces chunks of 4096 bytes and writes 1024: its first long message, over several segments."""
    link = connection().open().shake()
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
    link.writer[CLIENT].chunk_size = 1024
    for number in range(3):
        link.send(CLIENT, link.writer[CLIENT].write(rtmp.command("long", number + 2, None, "x" * 3000)), mss=500)
    return link.segments


def late():
    """A segment that comes behind a later one, and one that comes twice."""
    link = connection().open().shake()
    for number in range(6):
        link.message(CLIENT, rtmp.command(f"call{number}", number + 1))
    first = len(link.segments) - 6
    segments = link.segments
    segments[first + 1], segments[first + 3] = segments[first + 3], segments[first + 1]
    return segments + [segments[first + 4]]


def unanswered():
    """A client that closes the connection while its createStream waits for the answer."""
    link = connection().open().shake()
    link.message(CLIENT, rtmp.command("createStream", 2, None))
    link.close()
    return link.segments


def acknowledgements():
    """A window that the client acknowledges until it stops, and on a second connection never."""
    window = rtmp.control(rtmp.WINDOW_ACK_SIZE, 5000)
    segments = []
    for number, counts in enumerate(((16, 4000), ())):
        link = connection(number).open().shake()
        link.message(SERVER, window)
        for count in counts:
            link.message(CLIENT, rtmp.control(rtmp.ACKNOWLEDGEMENT, count))
        for turn in range(40):
            link.message(SERVER, rtmp.Message(AUDIO, b"\x2f" + bytes(600), csid=4, stream_id=1, timestamp=turn * 100))
            link.pause(100)
            if turn == 10 and counts:
                link.message(CLIENT, rtmp.control(rtmp.ACKNOWLEDGEMENT, 6500))
        segments += link.segments
    return segments


def shared_objects():
    """What raises the expert items of SharedObjects."""
    return [segment for number, (text, _) in enumerate(so_experts.CASES.values())
            for segment in so_experts.segments_of(text, number)[0]]


def media_diagnosis():
    """What raises the expert items of audio and video."""
    return [segment for number, (make, items) in enumerate(media_experts.CASES.items()) if items
            for segment in media_experts.segments_of(make, number)]


def full_frame():
    return limits.bodies(1).segments


def waiting_tunnel():
    return limits.tunnel(1).segments


# What writes each, and the preferences that it is read with.
ALL_SEGMENTS = {"tcp.no_subdissector_on_error": "FALSE", "tcp.desegment_tcp_streams": "FALSE"}
MADE = ((media, {"rtmpx.parameter_sets": "TRUE"}), (values, {}), (timestamps, {}), (incomplete, {}), (announces_otherwise, {}),
        (late, ALL_SEGMENTS), (unanswered, {}), (acknowledgements, {}), (shared_objects, {}), (media_diagnosis, {}),
        (full_frame, {}), (waiting_tunnel, {}))

# Captures of the project, and programs that write one.
TAKEN = ("tests/captures/field/malformed.pcap", "tests/captures/field/44_short_configs.pcap","samples/chunk-forms.pcap", "samples/noteroom.pcap", "samples/so-rtmp-python-srv_multi-attribute.pcap",
         *(f"tests/captures/{name}" for name in (
             "codec_pub_ffmpeg9_flv1_mulaw.pcap", "auth_adobe_ok_ffmpeg51_crtmpserver.pcapng",
             "flow_pings_unanswered_player_stopped_rtmpdump.pcapng", "fail_play_denied.pcapng", "so-fluorine-srv_mixed-cli.pcap",
             "defects/d05_abort.pcap", "defects/d07b_lost_unaligned.pcap", "defects/d08_midstream.pcap",
             "defects/d10_ucm.pcap", "defects/d13_rtmpe.pcap", "defects/d14_outoforder.pcap",
             "defects/d16_amf0.pcap", "field/34_announces_4096_writes_1024.pcap", "field/49_continuation_fmts.pcap",
             "field/35_media_fmt1_first.pcap", "field/39_negative_delta.pcap", "field/sid.pcap",
             "remoting/blazeds_flex.pcapng", "remoting/blazeds_plain.pcapng", "remoting/sabreamf_amfphp.pcapng",
             "field/12_http_answer.pcap", "field/42_s2_not_echo.pcap")))
WRITERS = ("transports/transports.py", "transports/remoting.py", "bad_input/bad_input.py", "golden/odd_forms.py",
           "golden/calls.py")


def captures(directory):
    """[(path, preferences)]; what is made is written into the directory."""
    found = [(TESTS.parent / path, {}) for path in TAKEN]
    for write, preferences in MADE:
        path = directory / f"{write.__name__}.pcap"
        pcap.write_segments(path, write())
        found.append((path, preferences))
    for script in WRITERS:
        path = directory / (pathlib.Path(script).stem + ".pcap")
        subprocess.run([sys.executable, TESTS / script, "--write", path], check=True)
        found.append((path, {}))
    for path, _ in found[len(TAKEN):]:
        path.chmod(0o644)
    return found
