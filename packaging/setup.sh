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

# quietly COMMAND...: its output only when it fails.
quietly() {
    local output
    output=$("$@" 2>&1) || {
        printf '%s\n' "$output" >&2
        return 1
    }
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
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"
}

# Packages to build; further packages for the tests.
need_for_build() {
    need cmake ninja-build gcc libc6-dev pkg-config libwireshark-dev wireshark-dev libglib2.0-dev \
        libgcrypt20-dev libjs-dygraphs tshark python3
}

need_for_tests() {
    need_for_build
    need libcmocka-dev libcjson-dev python3-jsonschema tcpdump wireshark-common
}

# build DIRECTORY CMAKE-OPTION...
build() {
    local directory=$1
    shift
    quietly cmake -S "$root" -B "$directory" -G Ninja "$@"
    cmake --build "$directory" -- --quiet
}
