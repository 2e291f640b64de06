# SPDX-License-Identifier: GPL-2.0-or-later
"""SharedObject sessions of several clients with one server, written as text: a line a message.

    A> 2 3 score=12      client A sends, version 2: request change
    B< 2 4 score=12 | 6 say
                         the server sends to B: change, send message
    A~ <                 a message to A is lost
    A.                   A closes its connection

The first line of a client opens its connection, with a connect; that of a small letter is to another server. Events are separated by " | ": their number, then
names, or names with values, separated by ", "; a value is a number, null, a JSON array or object (an ECMA array where
it begins with "{"), or else a string. A `name:` before the version names another object than "room"; "+" behind the
version makes it persistent.
"""
import json
import re

import rtmp_writer as rtmp
from rtmp_writer import CLIENT, SERVER, Ecma, amf0, short_text, so_event

LINE = re.compile(r"(\w)([<>]) (?:(\S+): )?(\d+)(\+?)(?: (.*))?$")


def value_of(text):
    if re.fullmatch(r"-?[\d.]+|null|true|false|\[.*\]", text):
        return json.loads(text)
    if text.startswith("{"):
        return Ecma(json.loads(text))
    return text


def event_of(text):
    kind, _, rest = text.partition(" ")
    if kind == "6":
        return so_event(6, amf0(rest))
    if kind == "7":
        return so_event(7, short_text(f"SharedObject.{rest}") + short_text("error"))
    body = b""
    for pair in filter(None, re.split(r", (?=\w+(?:=|,|$))", rest)):
        name, equals, value = pair.partition("=")
        body += short_text(name) + (amf0(value_of(value)) if equals else b"")
    return so_event(int(kind), body)


def message_of(name, version, persistent, events):
    return rtmp.shared_object(name or "room", int(version), 2 if persistent else 0,
                              *map(event_of, filter(None, (events or "").split(" | "))))


class Sessions:
    """The connections of a text, in one order of time; `segments` is what they send."""

    def __init__(self, number=0, app="notes"):
        self.number, self.app = number, app
        self.time = 10**18 + number * 10**12
        self.link, self.segments = {}, []

    def _take(self, link):
        self.segments += link.segments
        self.time = link.time
        link.segments.clear()

    def connection(self, client):
        if client not in self.link:
            server = ("10.0.0.1" if client.isupper() else "10.0.0.9", 1935)
            link = rtmp.Connection((f"10.3.{self.number}.{ord(client)}", 50000), server, start=self.time)
            link.open().shake()
            link.message(CLIENT, rtmp.command("connect", 1, {"app": self.app, "tcUrl": f"rtmp://server/{self.app}"}))
            self.link[client] = link
            self._take(link)
        self.link[client].time = self.time
        return self.link[client]

    def line(self, text):
        """Send what a line says; the index of its first segment."""
        link = self.connection(text[0])
        at = len(self.segments)
        if text[1] == ".":
            link.close()
        elif text[1] == "~":
            link.message(CLIENT if text.endswith(">") else SERVER, rtmp.data("lost"))
            link.segments.clear()
        else:
            _, side, name, version, persistent, events = LINE.fullmatch(text).groups()
            link.message(CLIENT if side == ">" else SERVER, message_of(name, version, persistent, events))
        self._take(link)
        return at
