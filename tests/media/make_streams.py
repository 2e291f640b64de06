#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Encode short streams of every setting that changes a configuration record, and ask ffprobe about them.

usage: make_streams.py [NAME...]   writes streams.jsonl (with names: only those lines are made anew)
Needs FFmpeg with its usual encoders. The result is committed, so that the comparison (streams.py) needs
neither: a line has the record, the first frames, and what ffprobe said of the stream."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STREAMS = HERE / "streams.jsonl"
FRAMES = 2  # of each stream; their beginnings, where that is all that is read of them
FRAME_BYTES = {"avc1": 1500, "hvc1": 1500, "av01": 1500, "vp08": 64, "vp09": 64}
AUDIO_BYTES = 64

X264 = "-c:v libx264 -preset ultrafast"
X265 = "-c:v libx265 -preset ultrafast"
BT2020 = "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc"
# name: (FourCC, size, frame rate, encoder arguments); audio: (FourCC, source, encoder arguments)
VIDEO = {
    "avc-baseline": ("avc1", "64x48", "25", f"{X264} -profile:v baseline -pix_fmt yuv420p"),
    "avc-main-cropped": ("avc1", "62x46", "30000/1001", f"{X264} -profile:v main -pix_fmt yuv420p -coder 1"),
    "avc-high-interlaced": ("avc1", "720x576", "25", "-c:v libx264 -preset veryfast -pix_fmt yuv420p -flags "
                            "+ildct+ilme -x264-params tff=1 -aspect 16:9"),
    "avc-interlaced-cropped": ("avc1", "1920x1080", "30000/1001", f"{X264} -pix_fmt yuv420p -x264-params bff=1"),
    "avc-high10": ("avc1", "98x54", "24000/1001", f"{X264} -pix_fmt yuv420p10le {BT2020}"),
    "avc-422": ("avc1", "50x34", "50", f"{X264} -pix_fmt yuv422p -color_range pc"),
    "avc-422-10-intra": ("avc1", "66x50", "60", f"{X264} -pix_fmt yuv422p10le -g 1 -x264-params "
                         "avcintra-class=0:keyint=1"),
    "avc-444": ("avc1", "33x31", "15", f"{X264} -pix_fmt yuv444p -color_primaries bt709 -color_trc bt709 "
                "-colorspace bt709"),
    "avc-gray": ("avc1", "30x30", "10", f"{X264} -pix_fmt gray"),
    "avc-scaling-lists": ("avc1", "48x48", "30", "-c:v libx264 -preset veryfast -pix_fmt yuv420p "
                          "-x264-params cqm=jvt:8x8dct=1:ref=5"),
    "avc-hrd": ("avc1", "64x64", "25", f"{X264} -pix_fmt yuv420p -b:v 100k -maxrate 100k -bufsize 100k "
                "-x264-params nal-hrd=cbr"),
    "avc-sar": ("avc1", "352x288", "25", f"{X264} -pix_fmt yuv420p -vf setsar=13/17"),
    "avc-recovery-points": ("avc1", "64x48", "25", "-c:v libx264 -preset veryfast -pix_fmt yuv420p "
                            "-x264-params intra-refresh=1:keyint=2"),
    "hevc-main": ("hvc1", "64x64", "25", f"{X265} -pix_fmt yuv420p"),
    "hevc-cropped": ("hvc1", "70x52", "30000/1001", f"{X265} -pix_fmt yuv420p"),
    "hevc-main10-hdr": ("hvc1", "96x56", "24000/1001", f"{X265} -pix_fmt yuv420p10le {BT2020} -x265-params "
                        "hdr10=1:repeat-headers=1:max-cll=1000,400"),
    "hevc-422-10": ("hvc1", "68x36", "50", f"{X265} -pix_fmt yuv422p10le"),
    "hevc-444": ("hvc1", "66x34", "60", f"{X265} -pix_fmt yuv444p -color_range pc"),
    "hevc-444-12": ("hvc1", "66x34", "12", f"{X265} -pix_fmt yuv444p12le"),
    "hevc-gray": ("hvc1", "64x48", "10", f"{X265} -pix_fmt gray"),
    "hevc-scaling-lists": ("hvc1", "64x48", "25", f"{X265} -pix_fmt yuv420p -x265-params scaling-list=default"),
    "hevc-reference-sets": ("hvc1", "64x48", "25", "-c:v libx265 -preset veryfast -pix_fmt yuv420p -x265-params "
                            "multi-pass-opt-rps=1:bframes=4:ref=4:b-pyramid=1:pass=1:stats={directory}/rps"),
    "hevc-layers-tools": ("hvc1", "128x96", "25", "-c:v libx265 -preset veryfast -pix_fmt yuv420p -x265-params "
                          "temporal-layers=1:amp=1:rect=1:bframes=3:level-idc=5.1:high-tier=1:ref=3"),
    "hevc-interlaced": ("hvc1", "64x48", "25", f"{X265} -pix_fmt yuv420p -x265-params interlace=tff"),
    "hevc-hrd": ("hvc1", "64x48", "25", f"{X265} -pix_fmt yuv420p -b:v 100k -maxrate 100k -bufsize 100k "
                 "-x265-params hrd=1:aud=1"),
    "hevc-window-sar": ("hvc1", "64x48", "25", f"{X265} -pix_fmt yuv420p -vf setsar=4/3 -x265-params "
                        "display-window=2,2,2,2:overscan=show:chromaloc=2"),
    "av1-main": ("av01", "64x48", "25", "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p"),
    "av1-10-hdr": ("av01", "98x54", "30000/1001", f"-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p10le {BT2020}"),
    "av1-444": ("av01", "66x34", "50", "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv444p"),
    "av1-gray": ("av01", "64x48", "25", "-c:v libaom-av1 -cpu-used 8 -pix_fmt gray"),
    "av1-svt": ("av01", "96x64", "25", "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p"),
    "vp8": ("vp08", "176x144", "25", "-c:v libvpx -cpu-used 8"),
    "vp9-0": ("vp09", "62x46", "25", "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p"),
    "vp9-1": ("vp09", "64x48", "25", "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv444p"),
    "vp9-2": ("vp09", "64x48", "25", f"-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv420p10le {BT2020}"),
    "vp9-3": ("vp09", "64x48", "25", "-c:v libvpx-vp9 -cpu-used 8 -pix_fmt yuv422p12le"),
}
AUDIO = {
    "aac-mono": ("mp4a", 8000, 1, "-c:a aac"), "aac-stereo": ("mp4a", 44100, 2, "-c:a aac"),
    "aac-5.1": ("mp4a", 48000, 6, "-c:a aac"), "aac-96": ("mp4a", 96000, 2, "-c:a aac"),
    "opus-mono": ("Opus", 48000, 1, "-c:a libopus"), "opus-5.1": ("Opus", 48000, 6, "-c:a libopus"),
    "flac-16": ("fLaC", 44100, 2, "-c:a flac -sample_fmt s16"),
    "flac-24": ("fLaC", 96000, 6, "-c:a flac -sample_fmt s32 -strict experimental"),
    "ac3-stereo": ("ac-3", 48000, 2, "-c:a ac3"), "ac3-5.1": ("ac-3", 44100, 6, "-c:a ac3"),
    "ac3-32": ("ac-3", 32000, 1, "-c:a ac3"),
    "eac3-stereo": ("ec-3", 48000, 2, "-c:a eac3"), "eac3-5.1": ("ec-3", 44100, 6, "-c:a eac3"),
    "mp3-mono": (".mp3", 22050, 1, "-c:a libmp3lame"), "mp3-stereo": (".mp3", 48000, 2, "-c:a libmp3lame"),
    "mp3-2.5": (".mp3", 8000, 1, "-c:a libmp3lame"),
}
RECORDS = {"avc1": b"avcC", "hvc1": b"hvcC", "av01": b"av1C", "vp09": b"vpcC", "vp08": b"vpcC",
           "mp4a": b"esds", "Opus": b"dOps", "fLaC": b"dfLa"}
PROBED = ("width", "height", "profile", "level", "pix_fmt", "color_range", "color_space", "color_transfer",
          "color_primaries", "r_frame_rate", "sample_aspect_ratio", "sample_rate", "channels",
          "bits_per_raw_sample")


# ---- MP4: where FFmpeg 5.1 puts the records that RTMP carries ----

def boxes(data, at=0, end=None):
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        yield kind, at + 8, at + (size or end - at)
        at += size or end - at


def find(data, *path, at=0, end=None):
    for kind, begin, stop in boxes(data, at, end):
        if kind == path[0]:
            return data[begin:stop] if len(path) == 1 else find(data, *path[1:], at=begin, end=stop)
    return None


def numbers(data, at, count):
    return [int.from_bytes(data[at + 4 * i:at + 4 * i + 4], "big") for i in range(count)]


def samples(data):
    """The first samples; short streams lie in one chunk, or in several in order."""
    table = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
    sizes = find(data, *table, b"stsz")
    same, count = numbers(sizes, 4, 2)
    sizes = [same] * count if same else numbers(sizes, 12, count)
    offsets = find(data, *table, b"stco")
    at = numbers(offsets, 8, 1)[0]
    found = []
    for size in sizes[:FRAMES]:
        found.append(data[at:at + size])
        at += size
    return found


def record_of(fourcc, data):
    entry = find(data, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    at = entry.find(RECORDS[fourcc]) if fourcc in RECORDS else -1
    if at < 0:
        return b""
    body = entry[at + 4:at - 4 + int.from_bytes(entry[at - 4:at], "big")]
    if fourcc == "mp4a":  # the DecoderSpecificInfo of the descriptor
        at = body.index(b"\x05\x80\x80\x80") + 4
        return body[at + 1:at + 1 + body[at]]
    if fourcc == "Opus":  # OpusHead is little-endian
        channels, skip, rate, gain, rest = body[1:2], body[2:4], body[4:8], body[8:10], body[10:]
        return b"OpusHead\x01" + channels + skip[::-1] + rate[::-1] + gain[::-1] + rest
    return body[4:] if fourcc == "fLaC" else body


# ---- encoding ----

def probe(file):
    said = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", file], check=True,
        stdout=subprocess.PIPE).stdout)["streams"][0]
    return {key: said[key] for key in PROBED if key in said}


def encode(name, directory):
    file = directory / f"{name}.mp4"
    if name in VIDEO:
        fourcc, size, rate, arguments = VIDEO[name]
        source = f"testsrc=size={size}:rate={rate}"
        arguments = f"-frames:v 6 {arguments}"
    else:
        fourcc, rate, channels, arguments = AUDIO[name]
        layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
        source = f"anoisesrc=r={rate}:d=0.3:seed=1,aformat=channel_layouts={layout}"
    words = [word.replace("{directory}", str(directory)) for word in arguments.split()]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *words, "-bitexact", "-threads", "1",
                    "-strict", "-2", file if fourcc != "vp08" else file.with_suffix(".ivf")], check=True)
    if fourcc == "vp08":  # MP4 has no VP8
        file = file.with_suffix(".ivf")
        data, at, frames = file.read_bytes(), 32, []
        while at < len(data) and len(frames) < FRAMES:
            size = int.from_bytes(data[at:at + 4], "little")
            frames.append(data[at + 12:at + 12 + size])
            at += 12 + size
        return fourcc, b"", frames, probe(file)
    data = file.read_bytes()
    said = probe(file)
    if fourcc in ("avc1", "hvc1"):  # the rate as the parameter sets say it, not as the file does
        raw = file.with_suffix(".h264" if fourcc == "avc1" else ".hevc")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", file, "-c", "copy", raw], check=True)
        said["r_frame_rate"] = probe(raw).get("r_frame_rate")
    else:
        said.pop("r_frame_rate", None)
    return fourcc, record_of(fourcc, data), samples(data), said


def main():
    names = sys.argv[1:] or [*VIDEO, *AUDIO]
    lines = {json.loads(line)["name"]: line for line in STREAMS.read_text().splitlines()} \
        if STREAMS.exists() and sys.argv[1:] else {}
    with tempfile.TemporaryDirectory() as directory:
        for name in names:
            try:
                fourcc, record, frames, said = encode(name, pathlib.Path(directory))
            except (subprocess.CalledProcessError, TypeError, ValueError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            enough = FRAME_BYTES.get(fourcc, AUDIO_BYTES)
            lines[name] = json.dumps({
                "name": name, "fourcc": fourcc, "record": record.hex(), "ffprobe": said,
                "frames": [frame[:enough].hex() for frame in frames
                           if len(frame) <= enough or fourcc not in ("avc1", "hvc1", "av01")]})
    STREAMS.write_text("\n".join(lines[name] for name in [*VIDEO, *AUDIO] if name in lines) + "\n")


if __name__ == "__main__":
    main()
