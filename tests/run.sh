#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what the tests need, build, run all of them. usage: tests/run.sh [CTEST-ARGUMENT...]
# RTMPX_BUILD: another build directory than build/.
set -euo pipefail
. "$(dirname "$0")/../packaging/setup.sh"

directory=${RTMPX_BUILD:-$root/build}
need_for_tests
say "Building"
build "$directory" -DBUILD_TESTING=ON
say "The plugin"
python3 "$root/tests/tools/tshark.py" --build "$directory" --version | sed -n 1p
say "Testing"
exec ctest --test-dir "$directory" --output-on-failure --no-tests=error -j "$(nproc)" "$@"
