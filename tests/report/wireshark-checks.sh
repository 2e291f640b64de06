#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Wireshark's own checks of dissector sources over plugin/: checkAPIs.pl (dissectors-prohibited, dissectors-restricted) and
# check_typed_item_calls.py. usage: tests/report/wireshark-checks.sh [DIRECTORY]
# They come only with Wireshark's sources: DIRECTORY (default: build-wireshark) gets Debian's source package when it is empty.
# Ends with 3 when that cannot be had.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${1:-$root/build-wireshark}"
cd "${1:-$root/build-wireshark}"

# Sources of a Debian release, with lists of their own: the system's stay as they are.
fetch() {
    # shellcheck source=/dev/null
    . /etc/os-release
    mkdir -p lists/partial
    printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s\n' \
        "http://deb.debian.org/debian $VERSION_CODENAME main" \
        "http://deb.debian.org/debian-security $VERSION_CODENAME-security main" >src.list
    local apt=(apt-get -q -o "Dir::State::lists=$PWD/lists" -o "Dir::Etc::sourcelist=$PWD/src.list"
        -o Dir::Etc::sourceparts=/nonexistent -o Debug::NoLocking=true)
    "${apt[@]}" update >fetch.log 2>&1 && "${apt[@]}" source --download-only wireshark >>fetch.log 2>&1 &&
        tar -x -f ./*.orig.tar.* --wildcards --strip-components=1 '*/tools/check*'
}
if [ ! -e tools/checkAPIs.pl ] && ! fetch; then
    echo "Wireshark's sources are not available: checkAPIs and check_typed_item_calls were not run"
    exit 3
fi

# A copy, in which units are written as this version's scripts know them: UNS() came later (plugin/compat-wireshark.h).
# Below epan/dissectors, because check_typed_item_calls.py looks nowhere else.
rm -rf epan/dissectors
mkdir -p epan/dissectors
cp -r "$root/plugin" epan/dissectors/plugin
mapfile -t sources < <(find epan/dissectors/plugin -name '*.c' | sort)
sed -i -E 's/UNS\((&[a-z_]+)\)/\1/' "${sources[@]}"
mapfile -t dissectors < <(printf '%s\n' "${sources[@]}" | grep -v '/plugin/tap/')
mapfile -t taps < <(printf '%s\n' "${sources[@]}" | grep '/plugin/tap/')
failed=0
# Not the names of variables that old compilers take for functions of the C library (index, time). Taps of the command line
# may print and end the program, as Wireshark's own in ui/cli do.
perl tools/checkAPIs.pl --nocheck-shadow -g dissectors-prohibited -g dissectors-restricted "${dissectors[@]}" || failed=1
perl tools/checkAPIs.pl --nocheck-shadow "${taps[@]}" || failed=1
for file in "${sources[@]}"; do
    python3 tools/check_typed_item_calls.py --mask --label --consecutive --file "$file" >typed.log
    grep -q '^0 warnings' typed.log && continue
    cat typed.log
    failed=1
done
echo "Wireshark's checks of ${#sources[@]} files: $([ $failed = 0 ] && echo clean || echo findings)"
exit $failed
