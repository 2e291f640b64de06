# SPDX-License-Identifier: GPL-2.0-or-later
"""AMF values: those of an expected file (README.md here) against the items of a subtree.

Both sides become the same flat lists in wire order: keys, declared counts, class names, typed
leaves, and leaves with their dotted path. Equal lists mean equal structure and equal values."""
import dataclasses
import datetime
import math

EPOCH = datetime.datetime(1970, 1, 1)


@dataclasses.dataclass
class Flat:
    keys: list = dataclasses.field(default_factory=list)
    counts: list = dataclasses.field(default_factory=list)
    classes: list = dataclasses.field(default_factory=list)
    leaves: list = dataclasses.field(default_factory=list)  # (kind, value); no null, undefined
    paths: list = dataclasses.field(default_factory=list)  # (path, kind, value)


def _leaf(flat, path, kind, value=None):
    flat.paths.append((path, kind, value))
    if kind not in ("null", "undefined"):
        flat.leaves.append((kind, value))


def _members(flat, path, members):
    for key, value in members.items():
        if not key.startswith("__"):
            flat.keys.append(key)
            flatten(flat, f"{path}.{key}", value)


def _items(flat, path, items):
    for index, value in enumerate(items):
        flatten(flat, f"{path}.{index}", value)


def flatten(flat, path, value):
    """Add one expected value at `path`."""
    if value is None:
        _leaf(flat, path, "null")
    elif isinstance(value, bool):
        _leaf(flat, path, "boolean", value)
    elif isinstance(value, int):
        _leaf(flat, path, "integer", value)
    elif isinstance(value, float):
        _leaf(flat, path, "number", value)
    elif isinstance(value, str):
        _leaf(flat, path, "string", visible(value))
    elif isinstance(value, list):
        flat.counts.append(len(value))
        _items(flat, path, value)
    elif "__undefined__" in value:
        _leaf(flat, path, "undefined")
    elif "__date__" in value:
        _leaf(flat, path, "date", value["__date__"])
    elif "__xml__" in value:
        _leaf(flat, path, "xml", visible(value["__xml__"]))
    elif "__bytes__" in value:
        _leaf(flat, path, "bytes", value["__bytes__"])
    elif "__dense__" in value:
        flat.counts.append(len(value["__dense__"]))
        _members(flat, path, value["__assoc__"])
        _items(flat, path, value["__dense__"])
    else:
        if "__ecma__" in value:
            flat.counts.append(value["__ecma__"])
        if value.get("__class__"):
            flat.classes.append(value["__class__"])
        _members(flat, path, value)


def _date(text):
    """Milliseconds since 1970 from Wireshark's text of a UTC time (4.0 and ISO 8601 forms)."""
    text = text.replace(" UTC", "").rstrip("Z")
    whole, _, fraction = text.partition(".")
    for form in ("%b %d, %Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            moment = datetime.datetime.strptime(" ".join(whole.split()), form)
        except ValueError:
            continue
        return (moment - EPOCH).total_seconds() * 1000 + int(f"{fraction:0<9}"[:9]) / 10**6
    raise ValueError(f"not a time: {text}")


CONVERT = {
    "number": float,
    "integer": int,
    "boolean": lambda text: text in ("1", "True"),
    "string": str,
    "date": _date,
    "xml": str,
    "bytes": lambda text: text.replace(":", ""),
}


def shown(item, pair_field):
    """(Flat without paths, pairs): what the items below `item` say."""
    flat, pairs = Flat(), []
    lists = {"rtmpx.amf.key": (flat.keys, str), "rtmpx.amf.count": (flat.counts, int),
             "rtmpx.amf.class": (flat.classes, str), pair_field: (pairs, str)}
    for node in item.walk():
        kind = node.name.removeprefix("rtmpx.amf.")
        if node.name in lists:
            target, convert = lists[node.name]
            target.append(convert(node.show))
        elif kind != node.name and kind in CONVERT:
            flat.leaves.append((kind, CONVERT[kind](node.show)))
    return flat, pairs


def visible(text):
    """Text as the plugin shows it: control characters as their pictures, those without one as U+FFFD."""
    return "".join(chr(0x2400 + ord(c)) if c < " " else "\u2421" if c == "\x7f"
                   else "\ufffd" if "\x80" <= c <= "\x9f" else c for c in text)


def equal(kind, a, b):
    if kind == "date":
        return abs(a - b) < 0.001  # ms; a time item has nanoseconds
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-14) or (math.isnan(a) and math.isnan(b))
    return a == b


def _same_pair(pair, path, kind, value):
    """Does `path=text` of the tree say this leaf?"""
    prefix = path + "="
    if not pair.startswith(prefix):
        return False
    text = pair[len(prefix):]
    if kind == "number":
        return equal(kind, float(text), value)
    if kind in ("null", "undefined"):
        return text == kind
    if kind == "boolean":
        return text == str(value).lower()
    if kind == "date":
        return True  # its text form is a golden's matter; the value is compared as a leaf
    return text == str(value)


def differences(item, flat, pair_field="rtmpx.amf.pair"):
    """What differs between the items below `item` and the expected values, as texts."""
    seen, pairs = shown(item, pair_field)
    found = []
    for name in ("keys", "counts", "classes"):
        if getattr(seen, name) != getattr(flat, name):
            found.append(f"{name} {getattr(seen, name)} expected {getattr(flat, name)}")
    if len(seen.leaves) != len(flat.leaves) or not all(
            a[0] == b[0] and equal(*a, b[1]) for a, b in zip(seen.leaves, flat.leaves)):
        found.append(f"leaves {seen.leaves} expected {flat.leaves}")
    if len(pairs) != len(flat.paths) or not all(
            _same_pair(pair, *leaf) for pair, leaf in zip(pairs, flat.paths)):
        found.append(f"pairs {pairs} expected {flat.paths}")
    return found
