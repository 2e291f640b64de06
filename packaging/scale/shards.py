# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done: of a shard NAME.pcap its rows and `done` are in RESULTS/NAME."""
import json


def identity(shard):
    status = shard.stat()
    return {"shard": shard.name, "bytes": status.st_size, "modified": status.st_mtime_ns}


def result_of(results, shard):
    return results / shard.stem


def failure_of(results, shard):
    """Where it stands why a shard failed."""
    return results / f".{shard.stem}.failed"


def done_of(results, shard):
    """The contents of `done`; None: the shard is not done, or has changed since."""
    try:
        done = json.loads((result_of(results, shard) / "done").read_text())
        wanted = identity(shard)
        return done if all(done[name] == value for name, value in wanted.items()) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def same_name(shards):
    """Two shards whose rows would be in one place; None: all differ."""
    seen = {}
    for shard in shards:
        other = seen.setdefault(shard.stem, shard)
        if other is not shard:
            return other, shard
    return None
