#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write the report of ten captures of the project into a directory, and index.html, which says what each shows.

usage: packaging/pages.py [--build DIR] DIRECTORY
"""
import argparse
import html
import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

from tshark import Tshark, run_main  # noqa: E402

CAPTURES = (
    ("samples/noteroom.pcap", "Two clients share notes; a write and a second publish under one name are refused"),
    ("samples/so-red5-srv_red5-cli_amf0.pcap", "SharedObjects of three clients, with refusals, removals and messages"),
    ("samples/fail_publish_refer_denied_srs7.pcapng", "A publish that the server refuses"),
    ("samples/stall_sender_pub_obs29.pcapng", "A sender that stands still for 3 s"),
    ("samples/late_key_frame_play_ffmpeg51.pcapng", "A player whose first key frame comes 4.7 s after the audio"),
    ("samples/drift_audio_fast_pub_gst_rtmpsink.pcapng", "Audio timestamps that run 1 % fast"),
    ("samples/remoting_py3amf_amf0.pcapng", "Flash Remoting alone: calls, batches, errors"),
    ("tests/captures/pub_ffmpeg51_srs7_vhost_chunk128_ack10000.pcapng", "Acknowledgements each 10,000 bytes"),
    ("tests/captures/flow_pings_unanswered_player_stopped_rtmpdump.pcapng", "Pings that nobody answers"),
    ("tests/captures/defects/d07_lost_segment.pcap", "A segment that the capture lacks"),
)
INDEX = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>RTMP reports</title>
<h1>RTMP reports of ten captures</h1>
<ul>
{}
</ul>
</html>
"""


def write_page(tshark, capture, path):
    written = tshark.writable("pages") / path.name
    tshark.run("-q", "-z", f"rtmpx,report,{written}", capture=capture)
    shutil.copyfile(written, path)


def write_pages(tshark, directory):
    """Returns the pages, in the order of the captures."""
    directory.mkdir(parents=True, exist_ok=True)
    pages = [directory / f"{pathlib.Path(name).stem}.html" for name, _ in CAPTURES]
    for (name, _), page in zip(CAPTURES, pages):
        write_page(tshark, ROOT / name, page)
    rows = [f'<li><a href="{page.name}">{page.stem}</a>: {html.escape(what)}</li>'
            for page, (_, what) in zip(pages, CAPTURES)]
    (directory / "index.html").write_text(INDEX.format("\n".join(rows)), encoding="utf-8")
    return pages


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()
    with Tshark(options.build) as tshark:
        pages = write_pages(tshark, options.directory)
    print(f"{len(pages)} pages: {options.directory / 'index.html'}")


if __name__ == "__main__":
    run_main(main)
