#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Write the source of a release, rtmpx-VERSION.tar.xz: a commit's files, and the folder LICENSES/ by which `reuse lint`
# finds the texts of the licences. Prints its path. usage: packaging/release.sh [DIRECTORY [COMMIT]]      default: . HEAD
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
directory=$(realpath "${1:-.}")
commit=${2:-HEAD}
version=$(git -C "$project" show "$commit:CMakeLists.txt" | sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p')
name=rtmpx-$version

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$project" archive --prefix="$name/" "$commit" | tar -x -C "$work"
mkdir "$work/$name/LICENSES"
cp "$work/$name/LICENSE" "$work/$name/LICENSES/GPL-2.0-or-later.txt"
sed -n '/^License: FSFAP$/,/^$/ s/^ //p' "$work/$name/packaging/debian/copyright" >"$work/$name/LICENSES/FSFAP.txt"
if command -v reuse >/dev/null; then
    reuse --root "$work/$name" lint 2>&1 | tail -n 1 >&2
fi
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@$(git -C "$project" log -1 --format=%ct "$commit")" -cJf "$directory/$name.tar.xz" "$name"
echo "$directory/$name.tar.xz"
