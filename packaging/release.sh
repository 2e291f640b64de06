#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Write the source of a release, rtmpx-VERSION.tar.xz: a commit's files, and what `reuse lint` looks for: the texts of the
# licences in LICENSES/, and .reuse/dep5, which says who holds the copyright of which files. Prints its path. usage: packaging/release.sh [DIRECTORY [COMMIT]]      default: . HEAD
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
directory=$(realpath "${1:-.}")
commit=${2:-HEAD}
version=$(git -C "$project" show "$commit:CMakeLists.txt" | sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p')
name=rtmpx-$version

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$project" archive --prefix="$name/" "$commit" | tar -x -C "$work"
mkdir "$work/$name/LICENSES" "$work/$name/.reuse"
copyright=$work/$name/packaging/debian/copyright
# The text that a paragraph of the file has for a licence.
licence() {
    awk -v RS= -v name="License: $1" 'index($0, name "\n") == 1' "$copyright" | sed -n 's/^ \.$/ /; s/^ //p'
}
cp "$work/$name/LICENSE" "$work/$name/LICENSES/GPL-2.0-or-later.txt"
licence FSFAP >"$work/$name/LICENSES/FSFAP.txt"
# Debian's name of it, and that of SPDX, which reuse knows.
licence Expat >"$work/$name/LICENSES/MIT.txt"
sed 's/^License: Expat$/License: MIT/' "$copyright" >"$work/$name/.reuse/dep5"
if command -v reuse >/dev/null; then
    reuse --root "$work/$name" lint 2>&1 | tail -n 1 >&2
fi
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@$(git -C "$project" log -1 --format=%ct "$commit")" -cJf "$directory/$name.tar.xz" "$name"
echo "$directory/$name.tar.xz"
