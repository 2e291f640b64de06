#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Report pages in a browser: each section of real captures, charts with pixels, zoom by keys and mouse, what the keyboard
reaches, nothing on the console, no request, nothing wider than its place at 390 and 1280 pixels nor on paper, contrast of
all texts, and hostile names that stay text. The same of the page of a build without dygraphs, which has tables and no
charts.

Without Chromium the test is skipped (exit code 77).

usage: browser.py [--build DIR] [--chromium PROGRAM] [--shots DIR] [NAME...]
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("tools", "expected"):
    sys.path.insert(0, str(HERE.parent / folder))

import hostile  # noqa: E402
import pcap  # noqa: E402
import rtmp_writer as rtmp  # noqa: E402
from chromium import PROGRAM, Browser  # noqa: E402
from compare import CAPTURES, find_captures  # noqa: E402
from page import data_of, report  # noqa: E402
from tshark import ROOT, Tshark, run_main  # noqa: E402

NAMES = ("so-red5-srv_red5-cli_amf0", "fail_publish_refer_denied_srs7", "pub_ffmpeg51_srs7_vhost_chunk128_ack10000",
         "enh_pub_ffmpeg9_multitrack_2v_avc", "flow_pings_unanswered_player_stopped_rtmpdump", "remoting_py3amf_amf0", "nothing",
         "39_negative_delta")
WITHOUT_CHARTS = ("so-red5-srv_red5-cli_amf0", "pub_ffmpeg51_srs7_vhost_chunk128_ack10000")
SKIPPED = 77
WIDE, NARROW, PAPER = 1280, 390, 718  # the last: A4 without margins of 10 mm, at 96 dots an inch

# Of each text its contrast with what is behind it (WCAG 2.1): those below 4.5 (3 where it is large).
CONTRAST = """
(() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number);
    return c.startsWith("color(srgb") ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const behind = (e) => { const layers = []; for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), parse(getComputedStyle(document.body).backgroundColor)); };
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.checkVisibility({ opacityProperty: true }) || e.closest("script,template")) continue;
    const style = getComputedStyle(e), back = behind(e);
    let opacity = 1;
    for (let p = e; p; p = p.parentElement) opacity *= +getComputedStyle(p).opacity;
    const ink = parse(e instanceof SVGElement ? style.fill : style.color);
    ink[3] *= opacity;
    const a = light(over(ink, back)), b = light(back);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(ratio.toFixed(2) + " " + walk.currentNode.data.trim().slice(0, 40) + " <" + e.className + ">");
  }
  return [...new Set(found)];
})()
"""
# Canvases of charts on which next to nothing is drawn.
EMPTY_CHARTS = """
[...document.querySelectorAll(".ch")].filter((box) => ![...box.querySelectorAll("canvas")].some((canvas) => {
  const bytes = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let drawn = 0;
  for (let i = 3; i < bytes.length; i += 4) drawn += bytes[i] > 0;
  return drawn > canvas.width; })).map((box) => box.getAttribute("aria-label"))
"""
OPEN_ALL = """
(async () => {
  const wait = () => new Promise((done) => setTimeout(done, 50));
  for (let i = 0; i < 40; i++) {
    document.querySelectorAll("details:not([open])").forEach((e) => (e.open = true));
    const more = [...document.querySelectorAll("button")].filter((b) => b.textContent.startsWith("Show "));
    more.forEach((b) => b.click());
    await wait();
    if (!more.length) break;
  }
})()
"""
# The page, a table or another element that is wider than its place. The table of a SharedObject that many clients have
# may scroll: it has a column for each.
SIDEWAYS = """
[document.scrollingElement.scrollWidth > innerWidth ? "page " + document.scrollingElement.scrollWidth : "",
 ...[...document.querySelectorAll(".tw")].filter((e) => e.scrollWidth > e.clientWidth + 1 &&
   (matchMedia("print").matches || e.querySelectorAll(".state thead th").length < 9))
   .map((e) => "table " + e.textContent.slice(0, 30) + " " + e.scrollWidth + " of " + e.clientWidth),
 ...[...document.querySelectorAll("main *, header *, footer *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 &&
   e.checkVisibility() && !e.closest(".tw, .clip, .gt, svg")).slice(0, 5)
   .map((e) => e.tagName + " " + e.className + " " + e.textContent.slice(0, 30))].filter(Boolean)
"""
# Headings of tables in which a line ends within a word. That of a SharedObject's copies has names and a column a client.
BROKEN = """
[...document.querySelectorAll("th")].filter((e) => {
  const text = e.firstChild, range = document.createRange();
  return text?.nodeType === Node.TEXT_NODE && !e.closest(".state") && [...text.data.matchAll(/\\S+/g)].some((word) => {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length > 1; });
}).map((e) => e.textContent.slice(0, 30))
"""
# Sections that have a heading and nothing below it.
EMPTY_SECTIONS = """
[...document.querySelectorAll("main section")].filter((e) => !e.querySelector("table, ol, .gantt, .empty, .none"))
  .map((e) => e.id)
"""
HEADINGS = '[...document.querySelectorAll("h1,h2,h3,h4")].map((e) => +e.tagName[1])'
NAMELESS = """
[...document.querySelectorAll("button,a,select,[role=img],[tabindex]")].filter((e) => !(e.textContent.trim() ||
  e.getAttribute("aria-label") || e.getAttribute("title"))).map((e) => e.outerHTML.slice(0, 80))
"""


def drag(browser):
    """Over a part of the first chart, which zooms all."""
    x, y, width, height = browser.evaluate("""(() => { const e = document.querySelector(".charts .ch"); e.scrollIntoView();
      scrollBy(0, -100); const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()""")
    begin, end, middle = x + width * 0.4, x + width * 0.7, y + height / 2
    browser.mouse(("mousePressed", begin, middle), ("mouseMoved", (begin + end) / 2, middle), ("mouseMoved", end, middle),
                  ("mouseReleased", end, middle))


def zoom_differs(browser, charts):
    """Keys on the charts change what they show, and back. Without charts nothing speaks of them but a line."""
    if not charts:
        spoken = browser.evaluate("document.body.innerText.match(/Drag zooms|whole capture|in the charts|Licences|no charts/g)")
        media = browser.evaluate('document.querySelector("#timing table") !== null')
        return [] if spoken == (["no charts"] if media else None) else [f"without charts: {spoken}"]
    label = 'document.querySelector(".rangelabel")?.textContent'
    if not browser.evaluate('document.querySelectorAll(".charts .ch").length'):
        return []
    before = browser.evaluate(label)
    browser.evaluate('document.querySelector(".charts").focus()')
    browser.key("+")
    nearer = browser.evaluate(label)
    browser.key("ArrowRight")
    moved = browser.evaluate(label)
    browser.key("0")
    after = browser.evaluate(label)
    good = before == after == "whole capture" and len({before, nearer, moved}) == 3
    dragged = drag(browser) or browser.evaluate(label)
    browser.key("0")
    good = good and dragged not in (before, nearer)
    return [] if good else [f"keys: {before}, {nearer}, {moved}, {after}; dragged: {dragged}"]


def layout_differs(browser):
    found = []
    for width, scheme, media in ((WIDE, "light", ""), (WIDE, "dark", ""), (NARROW, "light", ""), (PAPER, "light", "print"),
                                 (PAPER, "dark", "print")):
        browser.look(width, scheme, media)
        browser.settle()
        where = f"{width} pixels, {media or scheme}"
        found += [f"{where}: wider: {text}" for text in browser.evaluate(SIDEWAYS)]
        found += [f"{where}: broken word in {text}" for text in browser.evaluate(BROKEN)]
        if width != NARROW:
            found += [f"{where}: contrast {text}" for text in browser.evaluate(CONTRAST)]
    browser.look(WIDE)
    return found


def dark_charts_differ(browser, path):
    """Charts that were drawn on a dark screen are inverted on paper, where the rest is as on a light one. The page is opened
    for it."""
    browser.look(WIDE, "dark")
    found = browser.open(path)
    drawn = browser.evaluate('document.querySelectorAll(".ch").length')
    browser.look(PAPER, "dark", "print")
    filters = browser.evaluate('[...document.querySelectorAll(".ch canvas")].map((e) => getComputedStyle(e).filter)')
    back = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    if back != "rgb(255, 255, 255)" or any("invert(1)" not in text for text in filters) or (drawn and not filters):
        found.append(f"dark on paper: {back}, {filters}")
    return found


def copy_differs(browser, data):
    """The button beside a filter copies it."""
    if not data["findings"]["filter"]:
        return []
    x, y = browser.evaluate("""(() => { const e = document.querySelector(".flt button"); e.scrollIntoView({ block: "center" });
      const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()""")
    browser.mouse(("mousePressed", x, y), ("mouseReleased", x, y))
    browser.settle()
    said = browser.evaluate('document.querySelector(".flt button").textContent')
    copied = browser.evaluate("navigator.clipboard.readText()")
    good = said == "Copied" and copied == data["findings"]["filter"][0]
    return [] if good else [f"copy says {said!r}, copied {copied!r}"]


def keyboard_differs(browser, sections):
    """Tab goes to the link to the findings, then from section to section; what has the focus is marked. The link works."""
    wanted = ["Skip to the findings", *sections]
    seen, marked = [], []
    for _ in wanted:
        browser.key("Tab")
        seen.append(browser.evaluate("document.activeElement.textContent"))
        marked.append(browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    browser.evaluate('document.querySelector(".skip").focus()')
    browser.key("Enter")
    reached = browser.evaluate("document.activeElement.id")
    good = seen == wanted and "none" not in marked and reached == "main"
    return [] if good else [f"keyboard: {seen}, {marked}, {reached}"]


def structure_differs(browser, sections):
    headings = browser.evaluate(HEADINGS)
    found = [f"heading {a} -> {b}" for a, b in zip([0] + headings, headings) if b > a + 1]
    found += [f"nameless: {text}" for text in browser.evaluate(NAMELESS)]
    order = browser.evaluate('[...document.querySelectorAll("main section h2")].map((e) => e.textContent)')
    found += [f"nothing in section {name}" for name in browser.evaluate(EMPTY_SECTIONS)]
    return found + ([] if order == sections else [f"sections {order}"])


SECTIONS = ["Findings", "Connections and streams", "Timing", "Calls", "SharedObjects", "Flow control"]
WITHOUT_RTMP = ["Findings", "Calls"]  # of a capture with Flash Remoting alone
# Of the table of calls: name, calls, errors, calls without an answer.
CALLS = """
[...document.querySelectorAll("#calls .two > div:last-child tbody tr")].map((row) => [...row.cells].slice(0, 4)
  .map((cell) => cell.textContent))
"""


def calls_differ(browser, data):
    """The table of calls counts the rows of the data; called after all of it is opened."""
    calls = data["calls"]
    wanted = {}
    for i, name in enumerate(calls["name"]):
        is_http = calls["c"][i] is None
        is_reply = calls["dir"][i] == 1 if is_http else name in ("_result", "_error", "onStatus")
        if is_reply or (calls["answer"][i] is None and not is_http):
            continue
        row = wanted.setdefault((is_http, calls["dir"][i], name), [0, 0, 0])
        row[0] += 1
        row[1] += calls["error"][i] == 1
        row[2] += calls["answer"][i] == 0
    shown = [[int(cell.replace(",", "") or 0) for cell in row[1:]] for row in browser.evaluate(CALLS)]
    return [] if sorted(shown) == sorted(wanted.values()) else [f"calls {sorted(shown)}, data has {sorted(wanted.values())}"]


def bit_rates_differ(browser, data):
    """Of the stream that is shown first: a chart, or a line where it is too short to have a rate."""
    kinds = next(([kind for kind in (stream["video"], stream["audio"]) if kind] for stream in data["streams"]
                  if stream["video"] or stream["audio"]), [])
    long = any(len(kind["rate_series"]["bytes"]) * kind["rate_series"]["step"] >= 500_000 for kind in kinds)
    said = browser.evaluate("document.body.innerText.match(/No bit rates|kb\\/s over/g)")
    return [] if said == (["kb/s over" if long else "No bit rates"] if kinds else None) else [f"bit rates: {said}"]


def verdict_differs(browser, data):
    """Nothing wrong is found only where there is something."""
    said = browser.evaluate("document.body.innerText.match(/Nothing wrong was found|No RTMP was recognised/g)")
    expected = ["Nothing wrong was found" if data["connections"] or data["http"] else "No RTMP was recognised"]
    if data["findings"]["sev"]:
        expected = None
    return [] if said == expected else [f"verdict: {said}"]


def check_page(browser, path, data, charts):
    found = dark_charts_differ(browser, path)
    browser.look(WIDE)
    found += browser.open(path)
    if found:
        return found
    with_rtmp = data["connections"] or not data["http"]
    found += keyboard_differs(browser, SECTIONS if with_rtmp else WITHOUT_RTMP)
    browser.evaluate("document.querySelector('main section:last-child').scrollIntoView()")
    browser.settle()
    found += [f"empty chart: {text}" for text in browser.evaluate(EMPTY_CHARTS)]
    drawn = browser.evaluate('document.querySelectorAll(".charts .ch").length')
    wanted = charts and any(stream["video"] or stream["audio"] for stream in data["streams"])
    if bool(drawn) != bool(wanted):
        found.append(f"{drawn} charts")
    found += bit_rates_differ(browser, data) if charts else []
    found += verdict_differs(browser, data)
    found += copy_differs(browser, data) + zoom_differs(browser, charts) + structure_differs(browser, SECTIONS if with_rtmp else WITHOUT_RTMP)
    browser.evaluate(OPEN_ALL)
    found += calls_differ(browser, data)
    listed = browser.evaluate('document.querySelectorAll(".find li").length')
    if listed != len(data["findings"]["sev"]):
        found.append(f"{listed} findings listed")
    found += layout_differs(browser)
    return found + browser.complaints(pathlib.Path(path).as_uri())


def check_hostile(browser, path, charts):
    """Names of all sorts are shown as text, with everything open."""
    found = check_page(browser, path, json.loads(path.with_suffix(".json").read_text()), charts)
    shown = browser.evaluate("document.body.innerText")
    found += [f"{text!r} is not on the page" for text in hostile.SHOWN if text not in shown]
    counts = browser.evaluate('["script", "img", "iframe", "object", "link", "form"].map((tag) => document.getElementsByTagName(tag).length)')
    if counts != [3, 0, 0, 0, 0, 0]:
        found.append(f"elements {counts}")
    if browser.evaluate("typeof window.PWNED") != "undefined":
        found.append("a name was executed")
    return found


def write_nothing(path):
    """A capture of one packet, without RTMP."""
    link = rtmp.Connection(server=("10.0.0.2", 9))
    pcap.write_segments(path, link.open().segments[:1])
    path.chmod(0o644)
    return path


def write_page(tshark, directory, name, capture):
    page = report(tshark, capture)
    path = directory / f"{name}.html"
    path.write_text(page, encoding="utf-8")
    data = json.loads(data_of(page))
    path.with_suffix(".json").write_text(json.dumps(data))
    return path, data, "Charts: dygraphs" in page


def page_parts(build, directory):
    """What is before and what behind the data: on the page of a build without dygraphs, made as a build makes it, and on
    this build's."""
    out = directory / "page.c"
    subprocess.run(["cmake", f"-DSOURCE={ROOT}/plugin/report", "-DDYGRAPHS=", f"-DOUT={out}", "-P",
                    ROOT / "plugin/report/page.cmake"], check=True)
    made = (build / "plugin" / "report_page.c").read_text()
    return [[bytes(int(byte, 16) for byte in re.findall("0x([0-9a-f]{2})", part)).decode()
             for part in text.split("_bytes[] = {")[1:]] for text in (out.read_text(), made)]


def check_without_charts(browser, tshark, directory, capture):
    """The page of this build with the other parts around the same data."""
    plain, built = page_parts(tshark.build, directory)
    page = report(tshark, capture)
    if not (page.startswith(built[0]) and page.endswith(built[1])):
        return ["the page is not what its parts say"]
    data = page[len(built[0]):len(page) - len(built[1])]
    path = directory / "without-charts.html"
    path.write_text(plain[0] + data + plain[1], encoding="utf-8")
    return check_page(browser, path, json.loads(data), False)


def run(options, tshark, directory):
    captures = find_captures(CAPTURES)
    browser = Browser(options.chromium)
    failed = 0
    try:
        captures["nothing"] = write_nothing(tshark.directory / "nothing.pcap")
        captures["39_negative_delta"] = ROOT / "tests/captures/field/39_negative_delta.pcap"  # 8 ms
        for name in options.names or NAMES:
            path, data, charts = write_page(tshark, directory, name, captures[name])
            found = check_page(browser, path, data, charts)
            failed += bool(found)
            print("\n".join(f"{name}: {text}" for text in found[:12]), end="\n" if found else "")
            if options.shots:
                browser.open(path)
                browser.shot(options.shots / f"{name}.png")
        capture = tshark.directory / "hostile.pcap"
        hostile.write(capture)
        path, _, charts = write_page(tshark, directory, "hostile", capture)
        found = check_hostile(browser, path, charts)
        failed += bool(found)
        print("\n".join(f"hostile: {text}" for text in found[:12]), end="\n" if found else "")
        for name in WITHOUT_CHARTS:
            found = check_without_charts(browser, tshark, directory, captures[name])
            failed += bool(found)
            print("\n".join(f"{name}, without charts: {text}" for text in found[:12]), end="\n" if found else "")
            if options.shots:
                browser.shot(options.shots / f"{name}-without-charts.png")
    finally:
        browser.close()
    print(f"{len(options.names or NAMES) + 1 + len(WITHOUT_CHARTS)} pages, {failed} differ")
    return bool(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--chromium", default=PROGRAM)
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if not options.chromium:
        print("no chromium: skipped")
        return SKIPPED
    with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as directory:
        return run(options, tshark, pathlib.Path(directory))


if __name__ == "__main__":
    run_main(main)
