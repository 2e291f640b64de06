#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Check everything that is packaged in a Debian system of each suite: the Debian package (built, clean by lintian, installed
# by root, loaded by an ordinary user, first frames decoded within a minute, removed), the tests that differ between versions
# of Wireshark, its windows (with pictures of them), the archive for one user, licences, AppStream metainfo, the spec file.
# The last lines are a table.
# usage: packaging/packages.sh [--build | --prepare] [SUITE...]
#   --build    only build with warnings as errors, load, and those tests
#   --prepare  only make the systems that --build needs: what takes a network
# CHROOTS: where the systems lie (/var/tmp/rtmpx-chroots); they stay for the next run. OUTPUT: where packages and logs go.
# DEB_BUILD_OPTIONS=nocheck: without the tests of the package's build.
# Ends with 1 when something failed; else with 3 when a system could not be made.
# Scripts in single quotes expand inside the other system; setup.sh sets root; point() calls the checks.
# shellcheck disable=SC2016,SC2154,SC2317
set -euo pipefail
. "$(dirname "$0")/setup.sh"
. "$root/packaging/chroot.sh"

MOST_SECONDS=60 # from the package to the first frames
mode=all
case ${1:-} in
--build | --prepare)
    mode=${1#--}
    shift
    ;;
esac
chroots=${CHROOTS:-/var/tmp/rtmpx-chroots}
output=${OUTPUT:-$chroots/packages}
suites=("$@")
[ $# -gt 0 ] || suites=(bookworm trixie sid)
mkdir -p "$output"
missing=0 failed=0
directory= # of the system in use
trap '[ -z "$directory" ] || unmount_chroot "$directory"' EXIT

# ---- points: rows of the table, each with a result by suite

points=()
declare -A result
NOT_AVAILABLE=3

# point SUITE NAME COMMAND...: its output goes to a log, shown when it fails. Sets status. In the background, as bash
# ignores errors of a function whose status is asked for otherwise.
point() {
    local suite=$1 name=$2 log
    shift 2
    log=$output/$suite-${name//[^a-zA-Z]/-}.log
    SECONDS=0
    status=0
    "$@" >"$log" 2>&1 </dev/null &
    wait $! || status=$?
    case $status in
    0) result[$suite/$name]="ok, $SECONDS s" ;;
    "$NOT_AVAILABLE") result[$suite/$name]="not available" ;;
    *)
        result[$suite/$name]=failed
        failed=1
        tail -n 40 "$log"
        ;;
    esac
    [[ " ${points[*]} " == *" ${name// /_} "* ]] || points+=("${name// /_}")
    echo "$suite: $name: ${result[$suite/$name]}"
}

print_table() {
    local name suite
    printf '%-30s' ""
    printf ' %-16s' "${suites[@]}"
    for name in "${points[@]}"; do
        name=${name//_/ }
        printf '\n%-30s' "$name"
        for suite in "${suites[@]}"; do
            printf ' %-16s' "${result[$suite/$name]:--}"
        done
    done
    echo
}

# ---- the systems

# What the Debian package needs to be built is read from its control file. Nothing after it needs a network.
install_dependencies() {
    if [ "$mode" != all ]; then
        inside "$1" timeout 900 bash -c '. /home/user/source/packaging/setup.sh; need_for_build'
        return
    fi
    inside "$1" timeout 1200 sh -c 'apt-get -qq update;
        apt-get -qq install -y --no-install-recommends dpkg-dev lintian man-db &&
        cd /home/user/source && apt-get -qq build-dep -y --no-install-recommends ./' || return
    # What checks other things, where the suite has it.
    local package
    for package in appstream reuse rpm rpmlint; do
        inside "$1" timeout 600 apt-get -qq install -y --no-install-recommends "$package" || true
    done
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

# Without a network, without debootstrap or the right to mount there is no system to build in.
begin_suite() {
    make_chroot "$1" "$2" && mount_chroot "$2" && unpack_source "$2" && install_dependencies "$2"
}

# ---- what is checked

# A .deb and its source package; its version names the series, so that the next series' is an update.
build_deb() {
    as_user "$1" '
        cd ~/source
        series=$(pkg-config --modversion wireshark | cut -d. -f1,2 | tr . +)
        sed -i "1s/)/~ws$series)/" debian/changelog
        dpkg-buildpackage -us -uc'
    cp "$1"/home/user/work/rtmpx-wireshark_*.deb "$output"
}

check_lintian() {
    as_user "$1" 'cd ~/work; lintian --fail-on error,warning rtmpx_*.changes'
}

# An installed plugin: the path that tshark gives for it, and what a sample shows.
see_it_loaded() {
    as_user "$1" '
        path=$(tshark -G plugins | awk -F "\t" "\$1 ~ /^rtmpx.so/ { print \$NF }")
        [ -n "$path" ] || { echo "error: tshark does not load the plugin"; exit 1; }
        case $path in $1) ;; *) echo "error: loaded from $path"; exit 1 ;; esac
        [ "$(tshark -r ~/source/samples/noteroom.pcap -Y rtmpx.so.name | wc -l)" -gt 10 ]
        tshark -C RTMP -r ~/source/samples/noteroom.pcap -c 20 >/dev/null
        echo "loaded $path"' - "$2"
}

# By root, for an ordinary user; from the package to the first frames it takes less than a minute.
check_installed() {
    SECONDS=0
    inside "$1" sh -c 'apt-get -qq install -y --no-install-recommends /home/user/work/rtmpx-wireshark_*.deb'
    see_it_loaded "$1" '/usr/lib/*/wireshark/plugins/*/epan/rtmpx.so'
    if [ "$SECONDS" -gt "$MOST_SECONDS" ]; then
        echo "error: $SECONDS s, more than $MOST_SECONDS"
        return 1
    fi
    as_user "$1" 'man -w rtmpx; dpkg -L rtmpx-wireshark | grep -E "profiles/RTMP/|metainfo|README"'
}

check_removed() {
    inside "$1" apt-get -qq purge -y rtmpx-wireshark
    as_user "$1" '[ ! -e /usr/share/wireshark/profiles/RTMP ]; ! tshark -G plugins | grep -q rtmpx'
}

# What depends on the version of Wireshark: what tshark prints, and what its surfaces are given.
check_versioned() {
    as_user "$1" '
        cd ~/source
        trap wait EXIT
        python3 tests/golden/golden.py --build "$1" & goldens=$!
        python3 tests/surfaces/follow.py --build "$1"
        python3 tests/surfaces/mask.py --build "$1"
        python3 tests/surfaces/widths.py --build "$1"
        python3 tests/packaging/built_in.py --build "$1"
        wait $goldens' - "$2"
}

# Wireshark itself; its windows are drawn to $output/pictures/SUITE.
check_windows() {
    inside "$1" apt-get -qq install -y --no-install-recommends wireshark xvfb openbox xdotool imagemagick fonts-dejavu-core
    as_user "$1" 'cd ~/source; rm -rf ~/pictures; python3 tests/gui/gui.py --build "$1" --pictures ~/pictures' - "$2"
    mkdir -p "$output/pictures/$(basename "$1")"
    cp "$1"/home/user/pictures/*.png "$output/pictures/$(basename "$1")"
}

build_strict() {
    as_user "$1" '
        cmake -S ~/source -B "$1" -G Ninja -DBUILD_TESTING=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        cmake --build "$1" -- --quiet
        python3 ~/source/tests/tools/tshark.py --build "$1" --version' - "$2"
}

# The archive for one user, built with warnings as errors: install, load, refuse another series, remove.
check_archive() {
    as_user "$1" '
        cmake -S ~/source -B ~/work/tgz -G Ninja -DBUILD_TESTING=OFF -DRTMPX_OPTIMIZE=ON \
            -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
        cmake --build ~/work/tgz -- --quiet
        cd ~/work/tgz; cpack; mkdir ../unpacked; tar -xf rtmpx-*.tar.gz -C ../unpacked
        cd ../unpacked/rtmpx-*
        ./install.sh'
    see_it_loaded "$1" '/home/user/.local/lib/wireshark/plugins/*/epan/rtmpx.so'
    as_user "$1" '
        cd ~/work/unpacked/rtmpx-*
        ./install.sh --remove
        mv plugins/* plugins/3.6
        if ./install.sh 2>error; then echo "error: another series is installed"; exit 1; fi
        cat error
        ! tshark -G plugins | grep -q rtmpx'
    cp "$1"/home/user/work/tgz/rtmpx-*.tar.gz "$output"
}

# check_with DIRECTORY PROGRAM ARGUMENT...: in the source, if the suite has the program.
check_with() {
    local directory=$1
    shift
    inside "$directory" sh -c 'command -v "$1"' - "$1" || return "$NOT_AVAILABLE"
    as_user "$directory" 'cd ~/source; "$@"' - "$@"
}

check_all() {
    point "$1" "package built" build_deb "$2"
    if [ "$status" = 0 ]; then
        point "$1" lintian check_lintian "$2"
        point "$1" "installed, first frames" check_installed "$2"
        point "$1" "removed" check_removed "$2"
        local build
        build=/home/user/source/$(basename "$2"/home/user/work/rtmpx-*/obj-*)
        point "$1" "goldens, surfaces" check_versioned "$2" "$build"
        point "$1" "windows" check_windows "$2" "$build"
    fi
    point "$1" "archive for one user" check_archive "$2"
    point "$1" "reuse lint" check_with "$2" reuse lint
    point "$1" "appstreamcli validate" check_with "$2" appstreamcli validate --no-net \
        packaging/org.wireshark.Wireshark.rtmpx.metainfo.xml
    point "$1" rpmspec check_with "$2" rpmspec --parse packaging/rpm/rtmpx.spec
    point "$1" rpmlint check_with "$2" rpmlint packaging/rpm/rtmpx.spec
}

check_build() {
    point "$1" "built, loaded" build_strict "$2" /home/user/work/strict
    if [ "$status" = 0 ]; then
        point "$1" "goldens, surfaces" check_versioned "$2" /home/user/work/strict
    fi
}

check_prepare() {
    :
}

archive=$("$root/packaging/release.sh" "$output")
version=$(basename "$archive" .tar.xz | sed 's/^rtmpx-//')
for suite in "${suites[@]}"; do
    say "Debian $suite"
    exec {lock}>"$chroots/$suite.lock" # one run at a time
    flock "$lock"
    directory=$chroots/$suite
    if begin_suite "$suite" "$directory" >"$output/$suite-system.log" 2>&1; then
        result[$suite/Wireshark]=$(inside "$directory" pkg-config --modversion wireshark)
        check_"$mode" "$suite" "$directory"
    else
        echo "skipped: a system with Debian $suite is not possible here:"
        tail -n 3 "$output/$suite-system.log"
        result[$suite/Wireshark]="no system"
        missing=3
    fi
    unmount_chroot "$directory"
    exec {lock}>&-
done
say "Results"
points=(Wireshark "${points[@]}")
print_table
[ "$failed" = 0 ] || exit 1
exit "$missing"
