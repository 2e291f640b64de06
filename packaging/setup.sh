# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the scripts: packages and building. For Debian and its derivatives.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
    printf '\n== %s\n' "$*"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# need PACKAGE...: install the missing ones; without any, do nothing (no network, no root).
need() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        echo "not Debian: continuing with the installed packages (needed: $*)"
        return
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "Installing: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        "${missing[@]}" >/dev/null
}

# Packages to build; further packages for the tests.
need_for_build() {
    need cmake ninja-build gcc libc6-dev pkg-config libwireshark-dev wireshark-dev libglib2.0-dev \
        libgcrypt20-dev tshark python3
}

need_for_tests() {
    need_for_build
    need libcmocka-dev libcjson-dev wireshark-common
}

# build DIRECTORY CMAKE-OPTION...
build() {
    local directory=$1
    shift
    cmake -S "$root" -B "$directory" -G Ninja "$@" >/dev/null
    cmake --build "$directory" -- --quiet
}
