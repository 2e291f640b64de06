#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what the tests need, build, run the tests. usage: tests/run.sh [--all] [CTEST-ARGUMENT...]
#   default  those that together take 3 minutes on two idle cores, the build included
#   --all    those with the label `long` too
# RTMPX_BUILD: another build directory than build/.
set -euo pipefail
. "$(dirname "$0")/../packaging/setup.sh"

selection=(-LE '^long$') takes="3 minutes" what="the quick tests (--all: all)"
if [ "${1:-}" = --all ]; then
    shift
    selection=() takes="20 minutes" what="all tests"
fi
say "Build and $what: about $takes on two idle cores"

directory=${RTMPX_BUILD:-$root/build}
need_for_tests
[ ${#selection[@]} != 0 ] || need chromium # the pages of reports in a browser
say "Building"
build "$directory" -DBUILD_TESTING=ON
say "The plugin"
python3 "$root/tests/tools/tshark.py" --build "$directory" --version | sed -n 1p
say "Testing"
progress=()
[ -t 1 ] && progress=(--progress) # one line that counts; elsewhere a line a test
exec ctest --test-dir "$directory" --output-on-failure --no-tests=error -j "$(nproc)" \
    "${selection[@]}" "${progress[@]}" "$@"
