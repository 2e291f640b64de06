#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers know none above them, and no nouns know each other in a circle.

A noun is a path below src/ or plugin/ without its extension: wire/chunk.h and wire/chunk.c are one. An arrow
A -> B stands for an `#include` of B's header in A (measured on the sources), and for a symbol that B's object
defines and A's uses (measured with nm on objects compiled without optimization, by the commands of
BUILD/compile_commands.json).

Fails on an arrow from a layer to one above it (LAYERS), on a circle of nouns, of either kind, and on a noun
without a layer. Prints the arrows between layers, and each wrong arrow with the names that make it.

usage: layers.py [--build DIR]
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ("src", "plugin")

# From the ground up. A noun belongs to the layer with its longest prefix; nouns of a layer may know each other.
LAYERS = (
    ("base", "src/base"),
    ("wire", "src/wire"),
    ("recovery", "src/recovery"),
    ("payload", "src/payload"),
    ("session", "src/session"),
    ("export", "src/export"),
    ("plugin base", "plugin/compat-wireshark", "plugin/noun", "plugin/protocol", "plugin/preferences",
     "plugin/tcp_preferences", "plugin/rtmpx"),
    ("conversation", "plugin/conversation"),
    ("tree", "plugin/tree", "plugin/message-body", "plugin/wanted", "plugin/columns"),
    ("tap", "plugin/tap"),
    ("packet", "plugin/packet-rtmpx"),
    ("transport", "plugin/transport"),
    ("plugin", "plugin/plugin"),
)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def noun_of(path):
    return str(path.relative_to(ROOT).with_suffix(""))


def layer_of(noun):
    """Index into LAYERS, or None."""
    found = [(len(prefix), index) for index, (_, *prefixes) in enumerate(LAYERS) for prefix in prefixes
             if noun == prefix or noun.startswith(prefix + "/")]
    return max(found)[1] if found else None


def sources(*suffixes):
    return [path for part in PARTS for suffix in suffixes for path in sorted((ROOT / part).rglob(f"*{suffix}"))]


# ---- the two measures: {(noun, noun): names}


def by_includes():
    arrows = collections.defaultdict(set)
    for path in sources(".c", ".h"):
        for name in INCLUDE.findall(path.read_text()):
            places = (path.parent, *(ROOT / part for part in PARTS))
            target = next((place / name for place in places if (place / name).exists()), None)
            if target and noun_of(target) != noun_of(path):
                arrows[noun_of(path), noun_of(target)].add(f'"{name}"')
    return arrows


def command_of(entry, output):
    """The entry's command without optimization, with warnings off, writing to `output`."""
    words = shlex.split(entry["command"])
    at = words.index("-o")
    kept = words[:at] + words[at + 2:]
    kept = [word for word in kept if not re.match(r"-O|-flto|-g|-W|-fsanitize|--coverage|-fno-fat-lto|--param", word)]
    return [*kept, "-O0", "-w", "-o", str(output)]


def compile_objects(build, directory):
    """{source: object file} of all sources."""
    wanted = set(sources(".c"))
    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"]).resolve()
        if path in wanted:
            entries.setdefault(path, entry)
    missing = wanted - entries.keys()
    if missing:
        sys.exit(f"error: the build does not know {', '.join(map(noun_of, sorted(missing)))}: configure it again")

    def compile_one(numbered):
        number, (path, entry) = numbered
        target = pathlib.Path(directory) / f"{number}.o"
        if subprocess.run(command_of(entry, target), cwd=entry["directory"], check=False).returncode:
            sys.exit(f"error: {noun_of(path)} does not compile")
        return path, target

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(pool.map(compile_one, enumerate(sorted(entries.items(), key=lambda item: item[0]))))


def symbols_of(path):
    """(defined, used) global symbols of an object file."""
    defined, used = set(), set()
    for line in subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
        *_, kind, name = line.split()
        if kind == "U":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def by_symbols(build):
    with tempfile.TemporaryDirectory() as directory:
        symbols = {noun_of(path): symbols_of(target) for path, target in compile_objects(build, directory).items()}
    home = {name: noun for noun, (defined, _) in symbols.items() for name in defined}
    arrows = collections.defaultdict(set)
    for noun, (_, used) in symbols.items():
        for name in used & home.keys():
            arrows[noun, home[name]].add(name)
    return arrows


# ---- what is wrong with them


def circles(arrows):
    """Sets of nouns each of which reaches all others of its set (Tarjan), those of one noun left out."""
    targets = collections.defaultdict(list)
    for source, target in sorted(arrows):
        targets[source].append(target)
    index, low, stack, found = {}, {}, [], []

    def visit(noun):
        index[noun] = low[noun] = len(index)
        stack.append(noun)
        for target in targets[noun]:
            if target not in index:
                visit(target)
                low[noun] = min(low[noun], low[target])
            elif target in stack:
                low[noun] = min(low[noun], index[target])
        if low[noun] == index[noun]:
            at = stack.index(noun)
            found.append(stack[at:])
            del stack[at:]

    for noun in sorted(targets):
        if noun not in index:
            visit(noun)
    return [set(circle) for circle in found if len(circle) > 1]


def text_of(arrow, names):
    shown = sorted(names)
    return f"{arrow[0]} -> {arrow[1]}: {', '.join(shown[:8])}{f' and {len(shown) - 8} more' if len(shown) > 8 else ''}"


def check(measure, arrows):
    """Print the arrows between layers and what is wrong. Returns the number of wrong things."""
    between = collections.Counter()
    up = []
    for arrow, names in sorted(arrows.items()):
        source, target = map(layer_of, arrow)
        if source != target:
            between[source, target] += 1
        if source < target:
            up.append(text_of(arrow, names))
    print(f"Arrows between layers, by {measure}:")
    for source, (name, *_) in enumerate(LAYERS):
        targets = [f"{LAYERS[target][0]} {count}" for (a, target), count in sorted(between.items()) if a == source]
        if targets:
            print(f"    {name:14} -> {', '.join(targets)}")
    print("".join(f"UP by {measure}: {text}\n" for text in up), end="")
    found = circles(arrows)
    for circle in found:
        print(f"CIRCLE by {measure} of {len(circle)} nouns: {' '.join(sorted(circle))}")
        for arrow, names in sorted(arrows.items()):
            if circle.issuperset(arrow):
                print(f"    {text_of(arrow, names)}")
    print()
    return len(up), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    options = parser.parse_args()
    homeless = sorted({noun_of(path) for path in sources(".c", ".h") if layer_of(noun_of(path)) is None})
    if homeless:
        print(f"no layer: {' '.join(homeless)} (LAYERS in {pathlib.Path(__file__).name})")
        return 1
    ups, rings = zip(check("includes", by_includes()), check("symbols", by_symbols(options.build)))
    print(f"arrows up: {ups[0]} by includes, {ups[1]} by symbols; circles: {rings[0]} by includes, {rings[1]} by symbols")
    return bool(sum(ups) + sum(rings))


if __name__ == "__main__":
    sys.exit(main())
