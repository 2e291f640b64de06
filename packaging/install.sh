#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install the plugin and the profile that lie beside this script for you alone, or remove them.
# usage: install.sh [--remove]
# The plugin fits one series of Wireshark; nothing is installed when yours is another.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "error: $*" >&2
    exit 1
}

case $# in
0) ;;
1) [ "$1" = --remove ] || fail "usage: install.sh [--remove]" ;;
*) fail "usage: install.sh [--remove]" ;;
esac
[ "$(id -u)" != 0 ] || fail "as root Wireshark loads no personal plugins: run this as yourself"
program=$(command -v tshark || command -v wireshark) || fail "neither tshark nor wireshark is on the PATH"
version=$("$program" --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9.]*[0-9]\).*/\1/p')
series=$(echo "$version" | cut -d. -f1,2)

# folder NAME: a directory by its name in the list of folders.
folder() {
    "$program" -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p"
}
plugins=$(folder "Personal Plugins")
profiles=$(folder "Personal configuration")/profiles
[ -n "$plugins" ] || fail "$program names no directory for personal plugins"
plugin=$plugins/epan/rtmpx.so

if [ "${1:-}" = --remove ]; then
    rm -fv "$plugin"
    # Wireshark writes `recent` files into a profile; whatever else differs is the user's.
    if [ ! -e "$profiles/RTMP" ]; then
        :
    elif changed=$(diff -rq -x 'recent*' "$here/profiles/RTMP" "$profiles/RTMP"); then
        rm -rfv "$profiles/RTMP"
    else
        echo "$changed"
        echo "the profile $profiles/RTMP is not as it was installed: it stays"
    fi
    exit
fi
built=$(basename "$here"/plugins/*)
[ "$series" = "$built" ] || fail "this plugin is for Wireshark $built; $program is $version"
# Of two, Wireshark loads the one of all users.
other=$("$program" -G plugins 2>/dev/null | sed -n 's/^rtmpx\.so[[:space:]].*[[:space:]]//p')
[ -z "$other" ] || [ "$other" = "$plugin" ] ||
    fail "rtmpx is installed for all users already: $program loads $other"

mkdir -p "$plugins/epan" "$profiles"
cp "$here/plugins/$built/epan/rtmpx.so" "$plugin"
if [ -e "$profiles/RTMP" ]; then
    echo "the profile $profiles/RTMP stays as it is"
else
    cp -R "$here/profiles/RTMP" "$profiles/"
fi
if ! loaded=$("$program" -G plugins 2>&1) || ! echo "$loaded" | grep -qF "$plugin"; then
    rm -f "$plugin"
    echo "$loaded" | grep -F rtmpx >&2 || true
    fail "Wireshark $version does not load the plugin: removed again"
fi
echo "Wireshark $version loads $plugin"
