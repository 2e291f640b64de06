# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of packaging/scale's worker, compared across shards."""
import collections
import hashlib
import json

KINDS = ("messages", "streams", "findings", "so_events")
# What is counted from the beginning of a file.
PER_FILE = {"frame", "first_frame", "connection", "stream", "response_to", "response_in"}


def rows_of(results, kind):
    """Yield each row of all shards, as text that is the same wherever it was cut."""
    for path in sorted(results.glob(f"*/{kind}.json")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                row = json.loads(line, parse_float=str)
                yield json.dumps({name: value for name, value in row.items() if name not in PER_FILE}, sort_keys=True)


def digest(text):
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).digest()


def differences(one, many):
    """Between the rows of two directories of results: what is wrong, and how many rows of each kind there are."""
    found, counts = [], {}
    for kind in KINDS:
        expected, rows = (collections.Counter(map(digest, rows_of(results, kind))) for results in (one, many))
        counts[kind] = expected.total()
        wrong = (expected - rows) + (rows - expected)
        if wrong:
            samples = [f"{results.name}: {text}" for results in (one, many) for text in rows_of(results, kind)
                       if digest(text) in wrong]
            found.append(f"{kind}: {wrong.total()} rows differ: {samples[:3]}")
    return found, counts


def manifest(directory):
    lines = (directory / "manifest.tsv").read_text(errors="surrogateescape").splitlines()[1:]
    return [line.split("\t") for line in lines]


def frames(directory, kind):
    return sum(int(row[2]) for row in manifest(directory) if row[0] == kind)
