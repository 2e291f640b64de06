# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of a shard that name the time and the five-tuple, from what tshark writes: numbers of frames, connections and
streams count from the beginning of a file, so that across shards they say nothing."""
import decimal
import json
import re

FIVE_TUPLE = ("client", "client_port", "server", "server_port")

# How a row of messages begins (the order of src/export/row_columns.def).
# Messages of Flash Remoting have no connection.
BEGINNING = re.compile(r'\{"frame":\d+,"time":[\d.]+(?:,"connection":(\d+))?,"direction":\d(?:,"stream":(\d+))?')
SHARED_OBJECT = re.compile(r'SharedObject "((?:[^"\\]|\\.)*)" v(\d+)(?:: (.*))?', re.DOTALL)
# A row of -z rtmpx,streams. Names may contain what separates columns; those are taken from the messages.
STREAM = re.compile(
    r" *(?P<stream>\d+) \|(?:publish|play) *\|.* \|(?P<video>[^|]*) \| *(?P<video_kbits>\d+) \| *(?P<frame_rate>[\d.]+) "
    r"\| *(?P<key_interval>\d+) \| *(?P<video_drift>[-\d.]*) \|(?P<audio>[^|]*) \| *(?P<audio_kbits>\d+) "
    r"\| *(?P<audio_drift>[-\d.]*) \| *(?P<duration>\d+) "
    r"\| *(?P<key_delay>\d*) \| *(?P<lost>\d+) \|(?P<ended>[^|]*) \|\S+ *\|")
FRACTIONS = ("frame_rate", "video_drift", "audio_drift")
WHOLE = ("stream", "video_kbits", "key_interval", "audio_kbits", "duration", "key_delay", "lost")


def read_row(line):
    return json.loads(line, parse_float=decimal.Decimal)  # a double has not all digits of a time


def text_of(row):
    return "{%s}" % ",".join(
        f'"{name}":{value:f}' if isinstance(value, decimal.Decimal) else
        f'"{name}":{json.dumps(value, ensure_ascii=False)}' for name, value in row.items())


def write_rows(path, rows):
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(text_of(row) + "\n")
            count += 1
    return count


def key_of(row):
    return {name: row[name] for name in ("time", *FIVE_TUPLE) if name in row}


class Messages:
    """Read once: how many there are, who is whose client, where each stream begins, events of SharedObjects."""

    def __init__(self, path, events_path):
        self.count, self.begins, self.tuples = 0, {}, set()
        with open(path, encoding="utf-8", errors="replace") as file:
            self.event_count = write_rows(events_path, self._events(file))

    def _events(self, file):
        connections = set()
        for line in file:
            self.count += 1
            connection, stream = BEGINNING.match(line).groups()
            # Of a connection of several TCP connections (RTMPT) the first is known; others have the same addresses.
            new_stream = stream is not None and stream not in self.begins
            is_new = connection is None or connection not in connections
            if is_new or new_stream or '"kind":"shared_object"' in line:
                row = read_row(line)
                connections.add(connection)
                if "client" in row:
                    self.tuples.add(tuple(row[name] for name in FIVE_TUPLE))
                if new_stream:
                    self.begins[stream] = row
                found = SHARED_OBJECT.match(row["summary"]) if row["kind"] == "shared_object" else None
                if found:
                    yield {**key_of(row), "direction": row["direction"], "frame": row["frame"],
                           "object": found[1], "version": int(found[2]), "events": found[3] or ""}


def stream_rows(table, messages):
    """Of the text of -z rtmpx,streams."""
    for line in table.splitlines():
        found = STREAM.match(line)
        if not found:
            continue
        row = {name: value.strip() for name, value in found.groupdict().items()}
        row.update((name, int(row[name])) for name in WHOLE if row[name])
        row.update((name, decimal.Decimal(row[name])) for name in FRACTIONS if row[name])
        begin = messages.begins[found["stream"]]
        row = {**key_of(begin), **{name: begin.get(name, "") for name in ("role", "name", "app")}, **row}
        yield {name: value for name, value in row.items() if value != ""}


def oriented(finding, tuples):
    """Which side is the client: as the connection's messages say; without any, who has the higher port."""
    source, destination = ((finding.pop(side), finding.pop(f"{side}_port")) for side in ("source", "destination"))
    if (*destination, *source) in tuples:
        from_client = False
    else:
        from_client = (*source, *destination) in tuples or source[1] >= destination[1]
    client, server = (source, destination) if from_client else (destination, source)
    return {"time": finding["time"], **dict(zip(FIVE_TUPLE, (*client, *server))), "direction": int(not from_client),
            **{name: value for name, value in finding.items() if name != "time"}}


def finding_rows(path, messages):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            yield oriented(read_row(line), messages.tuples)
