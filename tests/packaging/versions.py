#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The version and the date of the newest release are the same wherever they stand."""
import datetime
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLACES = [  # file, pattern of its version or date, format of the date
    ("CMakeLists.txt", r"^project\(rtmpx VERSION ([\d.]+)", None),
    ("CHANGELOG.md", r"^## ([\d.]+) \(", None),
    ("CHANGELOG.md", r"^## [\d.]+ \((.*)\)$", "%Y-%m-%d"),
    ("packaging/debian/changelog", r"^rtmpx \(([\d.]+)-", None),
    ("packaging/debian/changelog", r"^ -- .*>  (.*) \d\d:\d\d:\d\d", "%a, %d %b %Y"),
    ("packaging/rpm/rtmpx.spec", r"^Version: +([\d.]+)$", None),
    ("packaging/rpm/rtmpx.spec", r"^\* .* - ([\d.]+)-\d+$", None),
    ("packaging/rpm/rtmpx.spec", r"^\* (\w+ \w+ \d+ \d+) ", "%a %b %d %Y"),
    ("packaging/org.wireshark.Wireshark.rtmpx.metainfo.xml", r'<release version="([\d.]+)"', None),
    ("packaging/org.wireshark.Wireshark.rtmpx.metainfo.xml", r'<release version="[\d.]+" date="(.*)"/>', "%Y-%m-%d"),
    ("packaging/rtmpx.4.in", r"^\.TH RTMPX 4 (\S+) ", "%Y-%m-%d"),
]


def read(place, pattern, date):
    """The first version or date that matches; None when nothing does."""
    found = re.search(pattern, (ROOT / place).read_text(), re.MULTILINE)
    if found and date:
        return datetime.datetime.strptime(found[1], date).date().isoformat()
    return found and found[1]


def main():
    for dates in (False, True):
        found = {(place, pattern): read(place, pattern, date)
                 for place, pattern, date in PLACES if bool(date) == dates}
        if len(set(found.values())) != 1 or None in found.values():
            sys.exit("\n".join(f"{place}: {value}" for (place, _), value in found.items()))
        print(next(iter(found.values())))


if __name__ == "__main__":
    main()
