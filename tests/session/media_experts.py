#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with the audio and video of a stream: made connections that raise one expert item each, and twins that
raise none.

usage: media_experts.py [--build DIR]
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmp_writer import AUDIO, CLIENT, SERVER, VIDEO  # noqa: E402
from tshark import run_check  # noqa: E402

EXPERTS = ("stall", "timestamp_jump", "skew", "missing_config", "first_keyframe_late", "no_media", "composition_order",
           "small_chunks")
MS = 10**6
AAC_CONFIG, AAC = b"\xaf\x00\x12\x10", b"\xaf\x01" + bytes(60)
AVC_CONFIG = bytes.fromhex("1700000000" "0142001effe1000467420000" "01000468ce3880")
KEY, FRAME = b"\x17\x01\0\0\0" + bytes(80), b"\x27\x01\0\0\0" + bytes(80)


class Publisher(rtmp.Connection):
    """A connection whose client publishes. Times are ms since it began."""

    def __init__(self, number):
        super().__init__((f"10.3.0.{number + 2}", 50000), start=10**18 + number * 10**12)
        self.began = self.time
        self.open().shake()
        self.message(CLIENT, rtmp.command("publish", 5, None, "x", "live", stream_id=1))
        self.message(SERVER, rtmp.command(
            "onStatus", 0, None, {"level": "status", "code": "NetStream.Publish.Start"}, stream_id=1))

    def at(self, ms):
        self.time = self.began + ms * MS
        return self

    def media(self, kind, body, ms, timestamp):
        """A message that arrives at a time; the server acknowledges it."""
        self.at(ms).message(CLIENT, rtmp.Message(kind, body, csid=4, stream_id=1, timestamp=timestamp))
        self.emit(SERVER)
        return self

    def configure(self, ms=0):
        return self.media(AUDIO, AAC_CONFIG, ms, 0).media(VIDEO, AVC_CONFIG, ms + 4, 0)

    def play(self, begin, end, late=0, step=100, shift=0):
        """Audio and video each `step` ms; they arrive `late` ms, or late(timestamp) ms, after their timestamp."""
        for ms in range(begin, end, step):
            arrival = ms + 100 + (late(ms) if callable(late) else late)
            self.media(AUDIO, AAC, arrival, ms + shift)
            self.media(VIDEO, FRAME if ms % 2000 else KEY, arrival + 4, ms + shift)
        return self

    def frames(self, *times):
        """Video, by the ms of its timestamp and its composition time; frames of 40 ms. A third value: a key frame."""
        for timestamp, composition_time, *key in times:
            body = (b"\x17" if key else b"\x27") + b"\x01" + composition_time.to_bytes(3, "big", signed=True) + bytes(80)
            self.media(VIDEO, body, timestamp + 100, timestamp)
        return self

    def again(self, ms, segment, **changes):
        """A packet that was sent before."""
        self.at(ms).segments.append(segment.replace(time=self.time, **changes))
        return self

    def window(self, ms, size):
        self.at(ms).emit(SERVER)
        self.segments[-1] = self.segments[-1].replace(window=size)
        return self


def sender_stalls(link):
    link.configure().play(0, 4000).play(4000, 8000, late=3000)


def sender_stalls_and_its_clock(link):
    link.configure().play(0, 4000).play(7000, 9000)


def sender_pauses_shortly(link):
    link.configure().play(0, 4000).play(4000, 6000, late=1800)


def network_stalls_near_the_sender(link):
    link.configure().play(0, 4000)
    link.at(4100).message(CLIENT, rtmp.Message(AUDIO, AAC, csid=4, stream_id=1, timestamp=4000))
    lost = link.segments[-1]
    for ms in (4300, 4700, 5500, 7100):
        link.again(ms, lost)
    link.at(7110).emit(SERVER)
    link.play(4100, 6000, late=3000)


def network_stalls_near_the_receiver(link):
    link.configure().play(0, 4000)
    link.at(7100).message(CLIENT, rtmp.Message(AUDIO, AAC, csid=4, stream_id=1, timestamp=4000))
    link.message(CLIENT, rtmp.Message(VIDEO, FRAME, csid=4, stream_id=1, timestamp=4000))
    lost = link.segments.pop()
    link.message(CLIENT, rtmp.Message(AUDIO, AAC, csid=4, stream_id=1, timestamp=4100))
    link.again(7105, lost)
    link.play(4200, 6000, late=3000)


def receiver_stalls(link):
    link.configure().play(0, 4000).window(4010, 0)
    probe = link.segments[-2]
    link.again(4300, probe, payload=b"", sequence=link.sequence[CLIENT] - 1).window(4310, 0)
    link.window(7000, 65535).play(4000, 8000, late=3000)


def receiver_stalls_unseen(link):
    link.configure().play(0, 8000)


def server_sends_in_bunches(link):
    link.configure().play(0, 15000, late=lambda ms: 2500 - ms % 2500)


def sender_stalls_behind_a_loss(link):
    link.configure().play(0, 2000)
    at = len(link.segments)
    link.play(2000, 5000).play(5000, 8000, late=3000)
    del link.segments[at]


def packets_are_lost(link):
    link.configure().play(0, 2000)
    at = len(link.segments)
    link.play(2000, 8000)
    del link.segments[at + 40:at + 44], link.segments[at]


def packets_are_lost_while_silent(link):
    link.configure().play(0, 2000)
    at = len(link.segments)
    link.play(2000, 8000)
    del link.segments[at:at + 100]


def sender_stalls_and_says_so(link):
    link.configure().play(0, 4000)
    link.at(5000).message(SERVER, rtmp.user_control(31, 1))
    link.at(7000).message(SERVER, rtmp.user_control(32, 1))
    link.play(4000, 8000, late=3000)


def clock_jumps(link):
    link.configure().play(0, 4000).play(4000, 6000, shift=20000)


def clock_steps(link):
    link.configure().play(0, 4000).play(4000, 6000, shift=1900)


def clock_drifts(link):
    link.configure().play(0, 12000, late=lambda ms: ms // 100)


def clock_drifts_a_little(link):
    link.configure().play(0, 12000, late=lambda ms: ms // 1000)


def network_slows_down(link):
    link.configure().play(0, 12000).play(12000, 15000, late=400)


def network_hiccups(link):
    link.configure().play(0, 12000).play(12000, 12300, late=400).play(12400, 15000)


def without_configuration(link):
    link.play(0, 1000)


def key_frame_late(link):
    link.configure()
    for ms in range(0, 3500, 500):
        link.media(AUDIO, AAC, ms + 100, ms)
    link.media(VIDEO, KEY, 3600, 3500)


def key_frame_late_after_the_status(link):
    link.configure()
    for ms in range(1000, 3000, 500):
        link.media(AUDIO, AAC, ms, ms)
    link.media(VIDEO, KEY, 3200, 3200)


def key_frame_in_time(link):
    link.configure()
    for ms in range(0, 2500, 500):
        link.media(AUDIO, AAC, ms + 100, ms)
    link.media(VIDEO, KEY, 2600, 2500)


def without_media(link):
    link.configure().at(3000).message(CLIENT, rtmp.command("deleteStream", 6, None, 1))


def closed_without_media(link):
    link.configure().at(3000).close()


def with_media(link):
    link.configure().play(0, 1000).message(CLIENT, rtmp.command("deleteStream", 6, None, 1))
    link.close()


def small_chunks(link, size=33000):
    """8 frames a second in chunks of 128 bytes."""
    link.configure()
    for ms in range(0, 5500, 125):
        link.media(VIDEO, (FRAME if ms else KEY) + bytes(size), ms + 100, ms)


def fewer_small_chunks(link):
    small_chunks(link, 31000)


def large_chunks(link):
    link.message(CLIENT, rtmp.control(rtmp.SET_CHUNK_SIZE, 4096))
    small_chunks(link)


def frames_in_order(link):
    """A pyramid of B frames, an open group whose leading frames come first, and slices in messages of their own."""
    link.configure().frames((0, 80, KEY), (40, 200), (80, 80), (120, 0), (160, 40), (200, 80))
    link.frames((240, 120, KEY), (280, 40), (320, 80), (360, 80), (360, 80), (400, 5000), (440, 80))
    link.frames(*((ms, 40) for ms in range(520, 1520, 40)))


def composition_times_shifted(link):
    """In order, all presented 40 ms before the timestamp, or with B frames around it."""
    link.configure().frames((40, -40, KEY), (80, -40), (120, 20), (160, -40), (200, -40), (240, -40, KEY))


def frames_at_one_time(link):
    link.configure().frames((0, 40, KEY), (40, 120), (80, 80), (120, 80))


def key_frame_too_early(link):
    link.configure().frames((0, 40, KEY), (40, 200), (80, 40), (120, 40, KEY), (160, 120))


def frame_before_its_key_frame(link):
    link.configure().frames((0, 80, KEY), (40, 80), (200, 120, KEY), (240, 160), (280, 20), (320, 120))


def frames_further_than_a_decoder_reorders(link):
    link.configure().frames((0, 0, KEY), *((ms, 4000) for ms in range(40, 1400, 40)), (1400, 0), (1440, 0))


# What each raises, with how often; of a stall who caused it, and if that is known in one pass.
CASES = {
    sender_stalls: {"stall": "sender"},
    sender_stalls_and_its_clock: {"stall": "sender, at once"},
    sender_pauses_shortly: {},
    network_stalls_near_the_sender: {"stall": "network, at once"},
    network_stalls_near_the_receiver: {"stall": "network"},
    receiver_stalls: {"stall": "receiver, at once"},
    receiver_stalls_unseen: {},
    server_sends_in_bunches: {},
    sender_stalls_behind_a_loss: {"stall": "sender"},
    packets_are_lost: {},
    packets_are_lost_while_silent: {},
    sender_stalls_and_says_so: {"stall": "sender"},
    clock_jumps: {"timestamp_jump": 2},
    clock_steps: {},
    clock_drifts: {"skew": 2},
    clock_drifts_a_little: {},
    network_slows_down: {"skew": 2},
    network_hiccups: {},
    without_configuration: {"missing_config": 2},
    key_frame_late: {"first_keyframe_late": 1},
    key_frame_late_after_the_status: {"first_keyframe_late": 1},
    key_frame_in_time: {},
    without_media: {"no_media": 1},
    closed_without_media: {"no_media": 1},
    with_media: {},
    small_chunks: {"small_chunks": 1},
    fewer_small_chunks: {},
    large_chunks: {},
    frames_in_order: {},
    composition_times_shifted: {},
    frames_at_one_time: {"composition_order": 1},
    key_frame_too_early: {"composition_order": 1},
    frame_before_its_key_frame: {"composition_order": 1},
    frames_further_than_a_decoder_reorders: {"composition_order": 1},
}


def segments_of(make, number):
    link = Publisher(number)
    make(link)
    return link.segments


def raised(tshark, capture, passes):
    """{connection: {expert item: how often, or who}}"""
    fields = ("tcp.stream", "rtmpx.stall.who", *(f"rtmpx.{name}" for name in EXPERTS))
    output = tshark.run(*passes, "-Y", " or ".join(f"rtmpx.{name}" for name in EXPERTS), "-T", "fields",
                        *(word for field in fields for word in ("-e", field)), capture=capture).stdout
    found = {}
    for line in output.splitlines():
        number, who, *experts = line.split("\t")
        items = found.setdefault(int(number), {})
        for name, occurrences in zip(EXPERTS, experts):
            if name == "stall" and who:
                items[name] = who if name not in items else "twice"
            elif occurrences:
                items[name] = items.get(name, 0) + len(occurrences.split(","))
    return found


# Those of which a capture that keeps the headers only of each packet still tells.
CUT_CASES = (sender_stalls, sender_stalls_and_its_clock, sender_pauses_shortly, receiver_stalls, receiver_stalls_unseen)
HEADERS = 80  # bytes of a packet: Ethernet, IP, TCP, a chunk header and what tells what the message is


def check_capture(tshark, capture, cases, snaplen):
    pcap.write_segments(capture, [segment for number, make in enumerate(cases) for segment in
                                  segments_of(make, number)], snaplen)
    capture.chmod(0o644)
    complaints = []
    for passes in ((), ("-2",)):
        found = raised(tshark, capture, passes)
        for number, make in enumerate(cases):
            who, _, at_once = CASES[make].get("stall", "").partition(", ")
            wanted = dict(CASES[make], stall=who if passes or at_once else "unknown") if who else CASES[make]
            if found.get(number, {}) != wanted:
                complaints.append(f"{capture.stem}: {make.__name__}, {passes or 'one pass'}: {found.get(number, {})}, "
                                  f"not {wanted}")
    return complaints


def check(tshark, directory):
    directory.chmod(0o755)
    complaints = check_capture(tshark, directory / "whole.pcap", tuple(CASES), 0)
    complaints += check_capture(tshark, directory / "cut.pcap", CUT_CASES, HEADERS)
    return complaints, f"{len(CASES)} connections raise what they are made for, and no others"


if __name__ == "__main__":
    run_check(__doc__, check)
