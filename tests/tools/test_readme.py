#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every tshark recipe of the README runs and prints something; its picture of the tree is a real one."""
import argparse
import shlex
import sys

from tshark import ROOT, Tshark


def recipes():
    for line in (ROOT / "README.md").read_text().splitlines():
        words = shlex.split(line) if line.startswith("   tshark ") else []
        if words:
            yield words[words.index("-r") + 1], [w for i, w in enumerate(words[1:], 1)
                                                if "-r" not in (w, words[i - 1])]


def invented():
    """Lines of the README's picture that the golden tree does not have."""
    picture = (ROOT / "README.md").read_text().split("```")[1]
    golden = (ROOT / "tests/golden/tree_shared_object.txt").read_text()
    return [f"not in the golden tree: {line}" for line in picture.splitlines()
            if line + "\n" not in golden]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build")
    options = parser.parse_args()
    count, silent = 0, invented()
    with Tshark(options.build) as tshark:
        for capture, arguments in recipes():
            count += 1
            if not tshark.run(*arguments, capture=ROOT / capture).stdout.strip():
                silent.append(f"prints nothing: {capture} {arguments}")
    print(f"{count} recipes")
    sys.exit("\n".join(silent) or count < 10)


if __name__ == "__main__":
    main()
