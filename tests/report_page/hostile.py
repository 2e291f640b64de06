# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture whose every name and value tries to be more than text on a report page."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))

import pcap  # noqa: E402
from amf_packet import call, packet, reply, request, result, status  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from rtmp_writer import CLIENT, SERVER, so_event, so_pairs  # noqa: E402

SCRIPT = "</script><script>window.PWNED=1</script>"
IMAGE = "\"'><img src=x onerror=window.PWNED=2>"
COMMENT = "<!--<script>"
NAMES = (SCRIPT, IMAGE, COMMENT, "javascript:window.PWNED=3", "]]>${window.PWNED=4}`\\u003c/script>", "__proto__",
         "constructor", "a\u202egnp.exe\u2066\u200b\u2028x\x00\x07", "ألف بيت /live", "e\u0301" * 40, "&lt;b&gt;",
         "x" * 60000)
# Of these the page shows every character.
SHOWN = (SCRIPT, IMAGE, COMMENT, "javascript:window.PWNED=3", "&lt;b&gt;", "<U+202E>gnp.exe", "(60000 bytes)")


def over_http():
    """The same names in calls of Flash Remoting."""
    link = rtmp.Connection(client=("10.0.0.3", 40000), server=("10.0.0.2", 80)).open()
    for name in NAMES:
        asks = [call(name, "/1", name, f"rtmp://h/{name}?key=secret"), call(f"x.{name}", name, {name: name}), call(name, "/3")]
        link.send(CLIENT, request(packet(*asks)))
        link.send(SERVER, reply(packet(status("/1", name, name), result(name, name))))
    return link.close()


def write(path):
    link = rtmp.Connection().open().shake()
    link.message(CLIENT, rtmp.command("connect", 1, {"app": IMAGE, "tcUrl": f"rtmp://h/{SCRIPT}?key=secret",
                                                     "flashVer": COMMENT}))
    link.message(SERVER, rtmp.command("_error", 1, None, {"level": "error", "code": SCRIPT, "description": IMAGE}))
    for number, name in enumerate(NAMES, 2):
        link.message(CLIENT, rtmp.command(name, number, None, name, {name: name}))
        link.message(CLIENT, rtmp.command("publish", number, None, f"{name}?key=secret", name, stream_id=number))
        link.message(SERVER, rtmp.command("onStatus", 0, None, {"level": "error", "code": name, "description": name},
                                          stream_id=number))
        link.message(CLIENT, rtmp.data(name, {name: name}, csid=4, stream_id=number),
                     rtmp.Message(rtmp.AUDIO, b"\x2f" + bytes(30), csid=4, stream_id=number))
        link.message(CLIENT, rtmp.shared_object(name, 0, 0, so_event(rtmp.USE), csid=3))
        link.message(SERVER, rtmp.shared_object(name, 1, 0, so_event(rtmp.USE_SUCCESS),
                                                so_event(rtmp.CHANGE, so_pairs({name: name, "list": [name]})), csid=3))
        link.message(CLIENT, rtmp.shared_object(name, 1, 0, so_event(rtmp.REQUEST_CHANGE, so_pairs({name: "x"})), csid=3))
        link.message(SERVER, rtmp.shared_object(
            name, 1, 0, so_event(rtmp.STATUS, rtmp.short_text(name) + rtmp.short_text("error")), csid=3))
    pcap.write_segments(path, link.close().segments + over_http().segments)
    path.chmod(0o644)
