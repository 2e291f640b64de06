# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by scripts that work in Debian systems of their own, one a suite: bookworm (Wireshark 4.0), trixie (4.4), sid (4.6).
# Needs setup.sh, root and debootstrap.
# DEBIAN_MIRROR: another mirror; APT_CONF: an apt configuration file to use inside (for example a proxy).

# make_chroot SUITE DIRECTORY: a minimal system, unless there is one. It gets its name when it is complete.
make_chroot() {
    if [ ! -e "$2/etc/debian_version" ]; then
        rm -rf --one-file-system "$2.new"
        quietly timeout 900 debootstrap --variant=minbase "$1" "$2.new" \
            "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" || return
        mv "$2.new" "$2" || return
    fi
    [ -z "${APT_CONF:-}" ] || cp "$APT_CONF" "$2/etc/apt/apt.conf.d/"
    cp /etc/resolv.conf "$2/etc/resolv.conf"
}

mounted() {
    grep -q " $1 " /proc/mounts
}

mount_chroot() {
    mounted "$1/proc" || mount -t proc proc "$1/proc"
    mounted "$1/dev" || mount --bind /dev "$1/dev"
    mounted "$1/dev/pts" || mount --bind /dev/pts "$1/dev/pts"
    mounted "$1/dev/shm" || mount --bind /dev/shm "$1/dev/shm" # for Python's locks
}

unmount_chroot() {
    local part
    for part in proc dev/pts dev/shm dev; do
        ! mounted "$1/$part" || umount --lazy "$1/$part"
    done
}

# inside DIRECTORY COMMAND...
inside() {
    local directory=$1
    shift
    chroot "$directory" env -i HOME="$HOME" PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb DEBIAN_FRONTEND=noninteractive \
        ${DEB_BUILD_OPTIONS:+DEB_BUILD_OPTIONS="$DEB_BUILD_OPTIONS"} \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

# as_user DIRECTORY SCRIPT [ARGUMENT...]: a shell's script, as an ordinary user with a home of its own
as_user() {
    local directory=$1
    shift
    inside "$directory" id -u user >/dev/null 2>&1 || inside "$directory" useradd -m -s /bin/bash user
    inside "$directory" setpriv --reuid=user --regid=user --init-groups env HOME=/home/user LC_ALL=C.UTF-8 bash -euc "$@"
}
