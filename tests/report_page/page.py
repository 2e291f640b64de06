# SPDX-License-Identifier: GPL-2.0-or-later
"""A page of -z rtmpx,report, the data in it, and whether they have the form of report.schema.json."""
import json
import pathlib
import re

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = json.loads((pathlib.Path(__file__).resolve().parent / "report.schema.json").read_text())
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.S)


def report(tshark, capture, *arguments, name="page.html"):
    """The page of a capture as text; fails if tshark does."""
    path = tshark.writable("pages") / name
    said = tshark.run("-q", *arguments, "-z", f"rtmpx,report,{path}", capture=capture)
    assert said.stdout == f"RTMP report: {path}\n", said.stdout
    return path.read_text(encoding="utf-8")


def data_of(page):
    return DATA.search(page).group(1)


def lengths_differ(value, path="$"):
    """Tables, objects of nothing but arrays, whose columns differ in length."""
    if isinstance(value, list):
        return [text for i, item in enumerate(value) for text in lengths_differ(item, f"{path}[{i}]")]
    if not isinstance(value, dict):
        return []
    found = [text for key, item in value.items() for text in lengths_differ(item, f"{path}.{key}")]
    columns = {key: len(item) for key, item in value.items() if isinstance(item, list)}
    if path.rsplit(".", 1)[-1] in ("findings", "calls", "e", "pings", "keys", "series") and len(set(columns.values())) > 1:
        found.append(f"{path}: columns of different lengths: {columns}")
    return found


def form_differs(data):
    found = lengths_differ(data)
    if jsonschema:
        errors = jsonschema.Draft7Validator(SCHEMA).iter_errors(data)
        found += [f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message[:120]}" for error in errors]
    return found
