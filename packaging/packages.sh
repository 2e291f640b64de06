#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Build the packages in a Debian system of each suite, check them with lintian, install them and see that an ordinary
# user's tshark loads them. The last lines are a table. usage: packaging/packages.sh [SUITE...]
# CHROOTS: where the systems lie (/var/tmp/rtmpx-chroots); they stay for the next run. OUTPUT: where the packages go.
# DEB_BUILD_OPTIONS=nocheck: without the tests of the build.
# Ends with 3 when a system could not be made, and nothing else was wrong.
# Scripts in single quotes expand inside the other system; setup.sh sets root.
# shellcheck disable=SC2016,SC2154
set -euo pipefail
. "$(dirname "$0")/setup.sh"
. "$root/packaging/chroot.sh"

chroots=${CHROOTS:-/var/tmp/rtmpx-chroots}
output=${OUTPUT:-$chroots/packages}
suites=("$@")
[ $# -gt 0 ] || suites=(bookworm trixie sid)
mkdir -p "$output"
table=()
missing=0
trap 'for suite in "${suites[@]}"; do unmount_chroot "$chroots/$suite"; done' EXIT

# Without a network, without debootstrap or the right to mount there is no system to build in.
skip() {
    echo "skipped: $1 is not possible here"
    missing=3
}

# What the Debian package needs to be built, read from its control file. Nothing after it needs a network.
install_build_dependencies() {
    quietly inside "$1" timeout 1200 sh -c 'apt-get -qq update;
        apt-get -qq install -y --no-install-recommends dpkg-dev lintian man-db &&
        cd /home/user/source && apt-get -qq build-dep -y --no-install-recommends ./'
}

# From outside: the smallest system has no xz.
unpack_source() {
    local work=$1/home/user/work
    as_user "$1" 'rm -rf ~/work; mkdir ~/work'
    cp "$archive" "$work/rtmpx_$version.orig.tar.xz"
    tar -xf "$archive" -C "$work" --no-same-owner
    inside "$1" chown -R user: /home/user/work
    as_user "$1" 'cd ~/work/rtmpx-*; cp -r packaging/debian debian; ln -sfn ~/work/rtmpx-* ~/source'
}

# A .deb and its source package; its version names the series, so that the next series' is an update.
build_deb() {
    as_user "$1" '
        cd ~/source
        series=$(pkg-config --modversion wireshark | cut -d. -f1,2 | tr . +)
        sed -i "1s/)/~ws$series)/" debian/changelog
        dpkg-buildpackage -us -uc >../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; }'
    as_user "$1" 'cd ~/work; lintian --fail-on error,warning rtmpx_*.changes'
}

# An installed plugin: the version that tshark gives for it, and what a sample shows.
see_it_loaded() {
    as_user "$1" '
        path=$(tshark -G plugins | awk -F "\t" "\$1 ~ /^rtmpx.so/ { print \$NF }")
        [ -n "$path" ] || { echo "error: tshark does not load the plugin"; exit 1; }
        case $path in $1) ;; *) echo "error: loaded from $path"; exit 1 ;; esac
        [ "$(tshark -r ~/source/samples/noteroom.pcap -Y rtmpx.so.name | wc -l)" -gt 10 ]
        tshark -C RTMP -r ~/source/samples/noteroom.pcap -c 20 >/dev/null
        echo "loaded $path"' - "$2"
}

check_deb() {
    local before
    before=$(date +%s%N)
    quietly inside "$1" sh -c 'apt-get -qq install -y --no-install-recommends /home/user/work/rtmpx-wireshark_*.deb'
    see_it_loaded "$1" '/usr/lib/*/wireshark/plugins/*/epan/rtmpx.so'
    seconds=$((($(date +%s%N) - before) / 100000000))
    as_user "$1" 'man -w rtmpx; dpkg -L rtmpx-wireshark | grep -E "profiles/RTMP/|metainfo|README"' >/dev/null
    depends=$(inside "$1" dpkg-query -W -f '${Depends}' rtmpx-wireshark | grep -o 'libwireshark[0-9]*')
    inside "$1" apt-get -qq purge -y rtmpx-wireshark >/dev/null
    as_user "$1" '! tshark -G plugins | grep -q rtmpx; [ ! -e /usr/share/wireshark/profiles/RTMP ]'
}

# The archive for one user, built with warnings as errors: install, load, refuse another series, remove.
check_archive() {
    as_user "$1" '
        cmake -S ~/source -B ~/work/tgz -G Ninja -DBUILD_TESTING=OFF -DRTMPX_OPTIMIZE=ON \
            -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >/dev/null
        cmake --build ~/work/tgz -- --quiet
        cd ~/work/tgz; cpack >/dev/null; mkdir ../unpacked; tar -xf rtmpx-*.tar.gz -C ../unpacked
        cd ../unpacked/rtmpx-*
        ./install.sh'
    see_it_loaded "$1" '/home/user/.local/lib/wireshark/plugins/*/epan/rtmpx.so'
    as_user "$1" '
        cd ~/work/unpacked/rtmpx-*
        ./install.sh --remove >/dev/null
        mv plugins/* plugins/3.6
        if ./install.sh 2>error; then echo "error: another series is installed"; exit 1; fi
        cat error
        ! tshark -G plugins | grep -q rtmpx'
}

archive=$("$root/packaging/release.sh" "$output")
version=$(basename "$archive" .tar.xz | sed 's/^rtmpx-//')
for suite in "${suites[@]}"; do
    say "Debian $suite"
    directory=$chroots/$suite
    if ! { make_chroot "$suite" "$directory" && mount_chroot "$directory"; }; then
        skip "a system with Debian $suite"
        continue
    fi
    unpack_source "$directory"
    if ! install_build_dependencies "$directory"; then
        skip "to install the build dependencies in Debian $suite"
        continue
    fi
    build_deb "$directory"
    check_deb "$directory"
    check_archive "$directory"
    cp "$directory"/home/user/work/rtmpx-wireshark_*.deb "$directory"/home/user/work/tgz/rtmpx-*.tar.gz "$output"
    series=$(inside "$directory" tshark --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9.]*[0-9]\).*/\1/p')
    table+=("$(printf '%-9s %-9s %-15s %s.%s s' "$suite" "$series" "$depends" $((seconds / 10)) $((seconds % 10)))")
done
if [ ${#table[@]} -gt 0 ]; then
    say "Built, tested, clean by lintian, installed and loaded by an ordinary user"
    printf '%-9s %-9s %-15s %s\n' suite Wireshark depends "package to first frames"
    printf '%s\n' "${table[@]}"
fi
exit "$missing"
