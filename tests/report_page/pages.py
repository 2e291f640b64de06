#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/pages.py: ten pages of captures that are shipped, whose data have the form of report.schema.json, and
index.html with a link to each. In Chromium, where it is there, each page is checked as browser.py checks pages.

usage: pages.py [--build DIR] [--chromium PROGRAM]
"""
import argparse
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tools"))

import browser  # noqa: E402
from chromium import PROGRAM, Browser  # noqa: E402
from page import data_of, form_differs  # noqa: E402

PAGES = 10


def check(window, page):
    text = page.read_text(encoding="utf-8")
    data = json.loads(data_of(text))
    found = form_differs(data)
    if window and not found:
        found = browser.check_page(window, page, data, "Charts: dygraphs" in text)
    return [f"{page.name}: {text}" for text in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--chromium", default=PROGRAM)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as closed:
        directory = pathlib.Path(directory) / "pages"
        subprocess.run([sys.executable, ROOT / "packaging" / "pages.py", "--build", options.build, directory], check=True)
        links = re.findall(r'href="(.*?)"', (directory / "index.html").read_text(encoding="utf-8"))
        written = sorted(page.name for page in directory.iterdir() if page.name != "index.html")
        found = [] if sorted(links) == written and len(written) == PAGES else [f"links {links}, pages {written}"]
        window = Browser(options.chromium) if options.chromium else None
        if window:
            closed.callback(window.close)
        for name in written:
            found += check(window, directory / name)
    print("\n".join(found) or f"{PAGES} pages are right{'' if window else '; no chromium: only their data are checked'}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
