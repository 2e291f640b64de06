# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin shows, as Python objects: frames, messages and items read from tshark's PDML."""
import dataclasses
import functools
import re
import xml.etree.ElementTree as ElementTree


@dataclasses.dataclass
class Item:
    """One item of the tree."""
    name: str
    show: str
    label: str
    position: int
    size: int
    children: list

    def walk(self):
        """The items below this one, in the tree's order."""
        for child in self.children:
            yield child
            yield from child.walk()

    def all(self, *names):
        return [item for item in self.walk() if item.name in names]

    def first(self, name):
        """`show` of the first such item below, or None."""
        return next((item.show for item in self.walk() if item.name == name), None)

    def shown(self, *names):
        """The values below as text; of a boolean, which Wireshark 4.4 prints as a word, 1 or 0."""
        words = {"True": "1", "False": "0"}
        return [words.get(item.show, item.show) for item in self.all(*names)]

    def number(self, name):
        text = self.first(name)
        return None if text is None else int(text, 0)


@dataclasses.dataclass
class Frame:
    number: int
    stream: int  # tcp.stream, -1 without TCP
    layers: list  # Items of the rtmpx layers

    def messages(self):
        return [item for layer in self.layers for item in layer.all("rtmpx.message")]

    def all(self, *names):
        return [item for layer in self.layers for item in layer.all(*names)]


def _item(element):
    return Item(element.get("name", ""), element.get("show", ""), element.get("showname", ""),
                int(element.get("pos", 0)), int(element.get("size", 0)),
                [_item(child) for child in element])


@functools.lru_cache(maxsize=4096)
def _frame(text):
    """The frame of a packet's text; to be read only: other passes over the capture get the same one."""
    number, stream, layers = 0, -1, []
    for layer in ElementTree.fromstring(text.encode("utf-8", "surrogateescape")).iter("proto"):
        if layer.get("name") == "geninfo":
            number = int(_item(layer).first("num"))
        elif layer.get("name") == "tcp":
            stream = int(_item(layer).first("tcp.stream"))
        elif layer.get("name") == "rtmpx":
            layers.append(_item(layer))
    return Frame(number, stream, layers)


def frames(tshark, capture, *arguments):
    """The frames of a capture that have an rtmpx layer."""
    # HTTP/2 has what it carries below its own item.
    output = tshark.run("-T", "pdml", "-J", "tcp http2 rtmpx", *arguments, capture=capture).stdout
    # What only a later pass knows of TCP: without it most packets have the same text on each.
    output = re.sub('<field name="tcp.completeness" [^>]*/>', "", output)
    packets = output.split("<packet>")[1:]
    found = [_frame("<packet>" + packet.partition("</packet>")[0] + "</packet>") for packet in packets]
    return [frame for frame in found if frame.layers]
