#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""With rtmpx.mask_secrets no surface shows the secrets of some captures; without it each is shown. Captures are made: of
Flash Remoting with URLs wherever texts are, of a SharedObject that has a stream's name wherever texts are, and of URLs and
names of streams in their forms.

usage: mask.py [--build DIR]
"""
import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("tools", "report_page")]

import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from amf_packet import call, header, packet, reply, request, result, status  # noqa: E402
from data import data_of  # noqa: E402
from tshark import Tshark, run_main  # noqa: E402

MASK = ("-o", "rtmpx.mask_secrets:TRUE")
# Stream names, a token, what an authentication sends.
SECRETS = {
    "samples/noteroom.pcap": ("cam1", "s3cret"),
    "tests/captures/auth_adobe_ok_ffmpeg51_crtmpserver.pcapng": ("ba9ea6d6", "BWT9s3N", "user=user"),
    "tests/captures/handshake_rtmpdump_swfvfy_conn_args_srs.pcapng": ("none",),
}
# With the connections and message streams that the captures have (follow).
CONNECTIONS, STREAMS = range(3), range(2)
SURFACES = {
    "columns": (),
    "tree": ("-V",),
    "second pass": ("-2", "-V"),
    "json": ("-T", "json"),
    "streams": ("-q", "-z", "rtmpx,streams"),
    "shared objects": ("-q", "-z", "rtmpx,so"),
    "flow": ("-q", "-z", "flow,rtmpx,network"),
    "rows": ("-q", "-z", "rtmpx,messages,csv+all"),
}


def outputs(tshark, capture, options):
    """{surface: text}"""
    found = {name: tshark.run(*options, "-O", "rtmpx", *arguments, capture=capture).stdout
             for name, arguments in SURFACES.items()}
    follow = [word for connection in CONNECTIONS for word in tshark.follow("ascii", connection, STREAMS)]
    found["follow"] = tshark.run("-q", *options, *follow, capture=capture).stdout
    directory = tshark.writable("objects")
    for file in directory.iterdir():
        file.unlink()
    tshark.run("-q", *options, "--export-objects", f"rtmpx,{directory}", capture=capture)
    page = tshark.writable("pages") / "page.html"
    tshark.run("-q", *options, "-o", "rtmpx.report_secrets:TRUE", "-z", f"rtmpx,report,{page}", capture=capture)
    found["report"] = data_of(page.read_text(encoding="utf-8"))
    found["file names"] = "\n".join(file.name for file in directory.iterdir())
    return found


def write_remoting(path):
    """A call with a secret in each of its texts, and its replies. Returns the secrets."""
    link = rtmp.Connection(server=("10.0.0.1", 80)).open()
    url = "rtmp://jo:{0}pass@h/app?token={0}token".format
    flex = rtmp.Typed("flex.messaging.messages.RemotingMessage", {
        "operation": url("operation"), "destination": url("destination"), "source": url("source"),
        "messageId": url("message"), "body": [url("body")]})
    login = rtmp.Typed("flex.messaging.messages.CommandMessage", {"operation": 8, "body": {"own": "loginword"}})
    link.send(rtmp.CLIENT, request(packet(
        call(url("target"), "/1", url("argument"), {url("key"): url("value")}), call("null", "/2", flex),
        call("a.b", "/3"), call("null", "/4", login), headers=[header("Credentials", {"userid": url("user"), "password": "x"})])))
    link.send(rtmp.SERVER, reply(packet(
        result("/1", url("result")), status("/2", url("description"), url("code")), result("/3", rtmp.Amf3([url("amf3")])),
        headers=[header("AppendToGatewayUrl", url("gateway")), header("AppendToGatewayUrl", ";jsessionid=urlword"),
                 header("RequestPersistentHeader", {"name": "Session", "mustUnderstand": False, "data": "headerword"})])))
    pcap.write_segments(path, link.close().segments)
    path.chmod(0o644)
    return [f"{name}{kind}" for kind in ("pass", "token")
            for name in ("operation", "destination", "source", "message", "body", "target", "argument", "key", "value",
                         "user", "result", "description", "code", "amf3", "gateway")] + ["urlword", "headerword"]


def write_shared_object(path):
    """A publish, with connect's object and a SharedObject that have secrets. Returns the secrets, of the stream's name the
    beginning: a text is never cut within it, not even where hiding another secret makes room."""
    link = rtmp.Connection().open().shake()
    properties = {name: f"{name}word" for name in ("auth", "stream_key", "Session-Token")}
    link.message(rtmp.CLIENT, rtmp.command("connect", 1, {"app": "live", **properties}),
                 rtmp.command("publish", 2, None, "keyword", "live", stream_id=1))
    values = {"stream": "keyword", "url": "rtmp://jo:hostpass@h/app?token=urltoken", "keyword": "keyword",
              "of.keyword": {"keyword": ["keyword", {"a keyword": "keyword"}]}, "cut": f"?{'q' * 244} keyword"}
    name = rtmp.short_text("keyword")
    link.message(rtmp.CLIENT, rtmp.shared_object("keyword", 0, 0, rtmp.so_event(rtmp.USE), rtmp.so_event(
        rtmp.REQUEST_CHANGE, rtmp.so_pairs({"keyword": 1})), rtmp.so_event(rtmp.REQUEST_REMOVE, name)))
    link.message(rtmp.SERVER, rtmp.shared_object(
        "keyword", 1, 0, rtmp.so_event(rtmp.USE_SUCCESS), *2 * [rtmp.so_event(rtmp.CHANGE, rtmp.so_pairs(values))],
        rtmp.so_event(rtmp.SUCCESS, name), rtmp.so_event(rtmp.REMOVE, name), rtmp.so_event(rtmp.STATUS, 2 * name),
        rtmp.so_event(rtmp.SEND, 2 * rtmp.amf0("keyword"))))
    pcap.write_segments(path, link.close().segments)
    path.chmod(0o644)
    return ["keyw", "hostpass", "urltoken", *properties.values()]


def aggregate(message):
    """An aggregate of one message."""
    size = len(message.body)
    return rtmp.Message(rtmp.AGGREGATE, bytes([message.type]) + size.to_bytes(3, "big") + bytes(7) + message.body
                        + (size + 11).to_bytes(4, "big"), csid=6, stream_id=1)


def write_urls(path):
    """Names of streams with a prefix, and URLs; one of them has a name that is published later. Returns the secrets."""
    link = rtmp.Connection().open().shake()
    link.message(rtmp.CLIENT, rtmp.command("connect", 1, {
        "app": "live;sid=appword", "tcUrl": "rtmp://h/live;sid=appword/keyone/?token=urltoken#afterhash",
        "swfUrl": "http://[::1]/a.swf;token=swftoken", "pageUrl": "http://h/page&token=pagetoken"}))
    link.message(rtmp.SERVER, rtmp.command("_result", 1, None, {"code": "NetConnection.Connect.Success"}))
    link.message(rtmp.CLIENT, rtmp.command("connect", 2, {"app": "live", "tcUrl": "rtmp://h/live/keytwo"}))
    link.message(rtmp.CLIENT, rtmp.command("publish", 3, None, "mp4:keythree?token=nametoken", "live", stream_id=1))
    link.message(rtmp.SERVER, rtmp.command("onStatus", 0, None, {
        "level": "status", "code": "NetStream.Publish.Start", "description": "keythree is published.",
        "details": "flv:keythree"}, stream_id=1))
    link.message(rtmp.CLIENT, rtmp.command("play2", 0, None, {
        "oldStreamName": "mp4:keyfour?token=oldtoken", "streamName": "keyfive?token=newtoken"}, stream_id=2))
    link.message(rtmp.SERVER, rtmp.command("onStatus", 0, None, {
        "level": "status", "code": "NetStream.Play.Transition", "description": "keyfour becomes mp4:keyfive.",
        "details": "keyfour"}, stream_id=2))
    link.message(rtmp.CLIENT, rtmp.command("play", 0, None, "keysix?a=b c'behindspace", stream_id=3))
    link.message(rtmp.CLIENT, rtmp.command("rpc", 0, None, "rtmp://jo:quote'd]word@h/live", "live?YmFzZTY0cGFkZGVk=="))
    link.message(rtmp.CLIENT, aggregate(rtmp.data("onMetaData", {"url": "rtmp://jo:tagword@h/live/keythree"})))
    pcap.write_segments(path, link.close().segments)
    path.chmod(0o644)
    return [*(f"key{number}" for number in ("one", "two", "three", "four", "five", "six")), "appword", "afterhash", "behindspace",
            "quote'd]word", "YmFzZTY0", "tagword", *(f"{kind}token" for kind in ("url", "swf", "page", "name", "old", "new"))]


def check(tshark, capture, secrets):
    plain, masked = outputs(tshark, ROOT / capture, ()), outputs(tshark, ROOT / capture, MASK)
    found = [f"{capture}: {secret} is in no surface without the preference" for secret in secrets
             if not any(secret in text for text in plain.values())]
    for name, text in masked.items():
        found += [f"{capture}: {name} shows {secret}" for secret in secrets if secret in text]
        if any(secret in plain[name] for secret in secrets) and "masked-" not in text:
            found.append(f"{capture}: {name} does not say what is hidden")
    # The same secret is recognised, on every run.
    if masked != outputs(tshark, ROOT / capture, MASK):
        found.append(f"{capture}: hashes differ from run to run")
    return found


WRITERS = (write_remoting, write_shared_object, write_urls)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    options = parser.parse_args()
    found = []
    with Tshark(options.build) as tshark:
        for capture, secrets in SECRETS.items():
            found += check(tshark, capture, secrets)
        for write in WRITERS:
            made = tshark.directory / f"{write.__name__}.pcap"
            found += check(tshark, made, write(made))
    for text in found:
        print(text)
    print(f"{len(SURFACES) + 3} surfaces of {len(SECRETS) + len(WRITERS)} captures, {len(found)} show or hide too much")
    return bool(found)


if __name__ == "__main__":
    run_main(main)
