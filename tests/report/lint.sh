#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clang-format, clang-tidy, cppcheck and shellcheck over our code, and which functions are too long or too wide. usage: tests/report/lint.sh BUILD-DIRECTORY
# The directory is one that cmake was run in with clang. What is found comes first; the last line is "clean", or which failed.
set -uo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
mapfile -t sources < <(git ls-files '*.c')
mapfile -t headers < <(git ls-files '*.h')
mapfile -t scripts < <(git ls-files '*.sh' .ci/run tests/fuzz/run tests/bench/run packaging/scale/{load,prove,run,shard,slurm})
failed=

formatted() { clang-format --dry-run -Werror "${sources[@]}" "${headers[@]}"; }
# Not the tests: clang does not know that an assertion of cmocka ends a test.
tidy() {
    printf '%s\n' "${sources[@]}" | grep -v '^tests/' | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build" 2>&1 |
        { grep -vE '^[0-9]+ warnings? (generated|treated)' || true; }
}
checked() {
    cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --suppress=unknownMacro -I src -I plugin -I tests/unit -j "$(nproc)" src plugin
}
shell() { shellcheck -x -s bash -e SC1091 "${scripts[@]}"; }
# What there is today; it may only become less.
small() { python3 tests/report/functions.py --long 1 --wide 13; }

formatted || failed+=" clang-format"
tidy || failed+=" clang-tidy"
checked || failed+=" cppcheck"
shell || failed+=" shellcheck"
small || failed+=" functions"
echo "${failed:-clean}"
[ -z "$failed" ]
