#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what is missing, build the plugin, and show its output for a sample. Nothing is installed
# into Wireshark. usage: packaging/demo.sh [CAPTURE]
set -euo pipefail
. "$(dirname "$0")/setup.sh"

capture=${1:-$root/samples/noteroom.pcap}
[ -r "$capture" ] || {
    echo "error: $capture cannot be read" >&2
    exit 1
}
need_for_build
say "Building"
build "$root/build" -DBUILD_TESTING=OFF

tshark() {
    python3 "$root/tests/tools/tshark.py" --build "$root/build" --quiet -r "$capture" "$@"
}

# or_none: what it is given, or that there is none.
or_none() {
    grep . || echo "none in this capture"
}

# show TITLE FILTER [COLUMN FIELD]: frame, sender, the messages; a field as another column
show() {
    say "$1"
    tshark -Y "$2" \
        -o "gui.column.format:\"No.\",\"%m\",\"Source\",\"%s\",\"Info\",\"%i\"${3:+,\"$3\",\"%Cus:$4\"}" | or_none
}

say "The plugin"
python3 "$root/tests/tools/tshark.py" --build "$root/build" --version | sed -n 1p

tshark -Y rtmpx | grep . >/dev/null ||
    printf '\nNo RTMP was found in %s. If its connections began before the capture: README.md, Troubleshooting.\n' "$capture"

show "SharedObject events, and the attributes they carry" rtmpx.so.event Attributes rtmpx.so.pair
show "Commands and data" "rtmpx.command.name or rtmpx.data.name"
show "Audio and video" "rtmpx.audio.codec or rtmpx.video.codec"
say "The first SharedObject change in full"
tshark -Y "rtmpx.so.event.type == 4" -O rtmpx |
    awk '/^Frame / { frame++ } frame == 1 && !/^(Frame|Ethernet|Internet|Transmission) /' | or_none
say "The streams that were published or played"
tshark -q -z rtmpx,streams

# As root tshark runs as nobody, who writes into this directory.
directory=$(mktemp -d)
chmod 777 "$directory"
say "A page about the capture"
tshark -q -z "rtmpx,report,$directory/report.html"
say "In Wireshark itself: README.md"
