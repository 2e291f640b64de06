#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run the README's two commands on a fresh Debian: a debootstrap chroot with nothing installed,
# once as root and once as a user with sudo. Needs root and debootstrap.
# usage: packaging/chroot-check.sh [DIRECTORY]      the chroot is made there and removed at the end
# DEBIAN_MIRROR: another mirror; APT_CONF: an apt configuration file to use inside (for example a proxy);
# COMMIT: the commit to check (HEAD). SUITE: the Debian release, and with it the Wireshark series: bookworm (4.0, the
# default), trixie (4.4) or sid (4.6).
set -euo pipefail
. "$(dirname "$0")/setup.sh"

project=$(cd "$(dirname "$0")/.." && pwd)
directory=${1:-$(mktemp -d)}
commit=$(git -C "$project" rev-parse "${COMMIT:-HEAD}")
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
suite=${SUITE:-bookworm}
fresh=$directory/$suite
mkdir -p "$directory"
chmod 755 "$directory"

mounted() {
    grep -q " $1 " /proc/mounts
}

end_run() {
    local part
    for part in proc dev/pts dev; do
        ! mounted "$fresh-run/$part" || umount "$fresh-run/$part"
    done
    rm -rf --one-file-system "$fresh-run"
}
trap 'end_run; rm -rf --one-file-system "$fresh"' EXIT

# A copy of the fresh system with the project in it.
begin() {
    end_run
    cp -a "$fresh" "$fresh-run"
    mount -t proc proc "$fresh-run/proc"
    mount --bind /dev "$fresh-run/dev"
    mount --bind /dev/pts "$fresh-run/dev/pts"
    cp /etc/resolv.conf "$fresh-run/etc/resolv.conf"
    mkdir -p "$fresh-run$1"
    git -C "$project" archive "$commit" | tar -x -C "$fresh-run$1"
}

inside() {
    chroot "$fresh-run" env -i HOME="$HOME" PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

say "A fresh Debian $suite"
debootstrap --variant=minbase "$suite" "$fresh" "$mirror" >/dev/null
[ -z "${APT_CONF:-}" ] || cp "$APT_CONF" "$fresh/etc/apt/apt.conf.d/"

say "As root: packaging/demo.sh, then tests/run.sh"
begin /root/rtmpx
inside bash /root/rtmpx/packaging/demo.sh
inside bash /root/rtmpx/tests/run.sh --all

say "As a user with sudo: packaging/demo.sh, then tests/run.sh"
begin /home/user/rtmpx
inside env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -qq update && apt-get -qq install -y sudo >/dev/null'
inside useradd -m user 2>/dev/null || true
inside sh -c 'echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user; chown -R user: /home/user'
inside su user -c 'bash ~/rtmpx/packaging/demo.sh'
inside su user -c 'bash ~/rtmpx/tests/run.sh --all'
say "Both commands ran as root and as a user with sudo"
