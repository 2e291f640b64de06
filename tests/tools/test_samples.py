#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The generated samples are what the generator writes, and every sample has its row in the README."""
import filecmp
import pathlib
import subprocess
import sys
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, SAMPLES / "generate.py", directory], check=True)
        for file in sorted(pathlib.Path(directory).iterdir()):
            if not filecmp.cmp(file, SAMPLES / file.name, shallow=False):
                wrong.append(f"{file.name} is not what generate.py writes")
    text = (SAMPLES / "README.md").read_text()
    wrong += [f"{file.name} has no row in README.md" for file in SAMPLES.glob("*.pcap*")
              if f"`{file.name}`" not in text]
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
