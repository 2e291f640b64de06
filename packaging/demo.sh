#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what is missing, build the plugin, and show what it sees in a sample. Nothing is installed
# into Wireshark. usage: packaging/demo.sh [CAPTURE]
set -euo pipefail
. "$(dirname "$0")/setup.sh"

capture=${1:-$root/samples/noteroom.pcap}
need_for_build
say "Building"
build "$root/build" -DBUILD_TESTING=OFF

show() {
    say "$1"
    shift
    python3 "$root/tests/tools/tshark.py" --quiet --build "$root/build" -r "$capture" "$@"
}

say "The plugin"
python3 "$root/tests/tools/tshark.py" --build "$root/build" --version | sed -n 1p

show "SharedObject events: frame, object, version, event, attribute=value" \
    -Y rtmpx.so.event -T fields -E separator=/s -E aggregator=, -e frame.number -e rtmpx.so.name \
    -e rtmpx.so.version -e rtmpx.so.event.type -e rtmpx.so.pair -e rtmpx.so.status.code
show "Commands: frame, name, transaction, status" \
    -Y rtmpx.command.name -T fields -E separator=/s -E aggregator=, -e frame.number \
    -e rtmpx.command.name -e rtmpx.command.transaction_id -e rtmpx.status.code
show "Media: frame, timestamp (ms), length, codec" \
    -Y 'rtmpx.audio.codec or rtmpx.video.codec' -T fields -E separator=/s -E aggregator=, \
    -e frame.number -e rtmpx.timestamp -e rtmpx.length -e rtmpx.video.codec -e rtmpx.audio.codec
show "One message in full" -Y 'rtmpx.so.event.type == 4' -c 40 -O rtmpx
say "Wireshark's own view of it: README.md, \"In Wireshark\""
