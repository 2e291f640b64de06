#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Lines and branches that the tests reach: the core (src/) by unit tests and the fuzz corpora, the plugin by goldens alone, then by
# what else runs tshark over captures of ours. usage: tests/report/coverage.sh [BUILD-DIRECTORY]
set -euo pipefail
. "$(dirname "$0")/../../packaging/setup.sh"
build=${1:-$root/build-coverage}
{
    need_for_tests
    need gcovr
} >&2

cmake -S "$root" -B "$build" -G Ninja -DRTMPX_COVERAGE=ON >/dev/null
cmake --build "$build" -- --quiet
find "$build" -name '*.gcda' -delete
# As root the tests run tshark as `nobody`, who writes the counters.
chmod -R a+rwX "$build"
run() {
    ctest --test-dir "$build" -j "$(nproc)" -R "$1" >"$build/coverage.log" || {
        tail -20 "$build/coverage.log"
        exit 1
    }
}
# figures NAME PATTERN DIRECTORY: one line of percentages, then what is not reached.
figures() {
    local lines branches
    lines=$(gcovr -r "$root" --object-directory "$3" -f "$root/$2/" | awk '/^TOTAL/ { print $4 }')
    branches=$(gcovr -r "$root" --object-directory "$3" -f "$root/$2/" --branches \
        --exclude-unreachable-branches | awk '/^TOTAL/ { print $4 }')
    echo "$1: lines $lines, branches $branches"
    gcovr -r "$root" --object-directory "$3" -f "$root/$2/" |
        awk '/^(src|plugin)\// && $4 != "100%" { print "    " $1 " " $5 }'
}
run '^(unit|fuzz)\.'
figures core src "$build"
find "$build" -name "*.gcda" -delete
run '^golden'
figures "plugin by goldens" plugin "$build"
run '^(expected.shipped|transports|networks|bad_input|limits|orders)'
figures plugin plugin "$build"
