#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run the README's two commands on a fresh Debian: a debootstrap chroot with nothing installed,
# once as root and once as a user with sudo. Needs root and debootstrap.
# usage: packaging/chroot-check.sh [DIRECTORY]      the chroot is made there and removed at the end
# COMMIT: the commit to check (HEAD). SUITE: the Debian release (chroot.sh), default bookworm.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
. "$(dirname "$0")/chroot.sh"

project=$(cd "$(dirname "$0")/.." && pwd)
directory=${1:-$(mktemp -d)}
commit=$(git -C "$project" rev-parse "${COMMIT:-HEAD}")
suite=${SUITE:-bookworm}
fresh=$directory/$suite
run=$fresh-run
mkdir -p "$directory"
chmod 755 "$directory"

end_run() {
    unmount_chroot "$run"
    rm -rf --one-file-system "$run"
}
trap 'end_run; rm -rf --one-file-system "$fresh"' EXIT

# A copy of the fresh system with the project in it.
begin() {
    end_run
    cp -a "$fresh" "$run"
    mount_chroot "$run"
    mkdir -p "$run$1"
    git -C "$project" archive "$commit" | tar -x -C "$run$1"
}

say "A fresh Debian $suite"
make_chroot "$suite" "$fresh"

say "As root: packaging/demo.sh, then tests/run.sh"
begin /root/rtmpx
inside "$run" bash /root/rtmpx/packaging/demo.sh
inside "$run" bash /root/rtmpx/tests/run.sh

say "As a user with sudo: packaging/demo.sh, then tests/run.sh"
begin /home/user/rtmpx
inside "$run" sh -c 'apt-get -qq update && apt-get -qq install -y sudo >/dev/null'
inside "$run" useradd -m user 2>/dev/null || true
inside "$run" sh -c 'echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user; chown -R user: /home/user'
inside "$run" su user -c 'bash ~/rtmpx/packaging/demo.sh'
inside "$run" su user -c 'bash ~/rtmpx/tests/run.sh'
say "Both commands ran as root and as a user with sudo"
