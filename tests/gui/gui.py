#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wireshark itself with the plugin and the profile RTMP, on a display of its own (Xvfb): each view opens its window, no
other one appears, and a picture is taken; the report is written from the menu. Needs wireshark, Xvfb, openbox, xdotool and
ImageMagick.

usage: gui.py [--build DIR] [--pictures DIR] [VIEW...]      ends with 3 when one of these programs is not installed
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import typing

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / name) for name in ("packaging", "orders", "tools")]

from profile import install  # noqa: E402  (of this project: tests/packaging)
from tshark import ROOT, PluginError, Tshark, run_main  # noqa: E402

PROGRAMS = ("wireshark", "Xvfb", "openbox", "xdotool", "import", "convert")
SECONDS = 120  # for a window to open
# Only the list of packets and the tree, which leaves room for the tree's texts.
TWO_PANES = ["-o", "gui.layout_content_3:NONE"]
# The last layer of the tree: all of them are folded when a frame is chosen. Right unfolds an item.
LAYER = ["click 200 530", "key End Right"]


class View(typing.NamedTuple):
    """A picture of a window."""
    name: str
    capture: str
    arguments: list  # of Wireshark
    actions: tuple = ()  # xdotool's, or `click X Y`; or what makes them of Wireshark's version
    title: str = ""  # of the window that this opens; "": none
    size: tuple = (1340, 300)  # of that window, at (30, 200)
    then: tuple = ()  # actions in it
    since: tuple = (4, 0)  # Wireshark


def entry(menu, steps):
    """A menu's entry, opened: Down from its first one."""
    return (f"key alt+{menu}", f"key{steps * ' Down'} Return")


def statistics(steps):
    """An entry of Statistics behind Plots, which 4.6 has; steps: without it."""
    return lambda version: entry("s", steps + (version >= (4, 6)))


MEDIA = "samples/drift_audio_fast_pub_gst_rtmpsink.pcapng"
LARGE = (1340, 620)
VIEWS = [
    View("shared-object", "samples/noteroom.pcap", [*TWO_PANES, "-Y", "rtmpx.so.name", "-g", "36"],
         (*LAYER, "key Down Down Down Right", f"key{12 * ' Down'} Right", "key Down Down Down Down Right",
          "key Down Down Down Right")),
    View("built-in", "samples/noteroom.pcap",
         [*TWO_PANES, "-d", "tcp.port==1935,rtmpt", "-Y", "tcp.len > 0", "-g", "36"], (*LAYER, "key Down Down Right")),
    View("profile", "samples/noteroom.pcap", ["-Y", "rtmpx.message", "-g", "45"]),
    View("streams", "samples/noteroom.pcap", ["-z", "rtmpx,streams"], title="RTMP Streams"),
    View("shared-objects", "samples/noteroom.pcap", ["-z", "rtmpx,so"], title="RTMP SharedObjects"),
    View("response-times", "samples/noteroom.pcap", ["-z", "rtmpx,srt"], title="Response Time"),
    View("messages", "samples/noteroom.pcap", [], ("key alt+s", "key Up Right Return"), "Messages", LARGE),
    View("status-codes", "samples/noteroom.pcap", [], ("key alt+s", "key Up Right Down Return"), "Status codes"),
    View("expert", "samples/noteroom.pcap", ["-z", "expert"], title="Expert"),
    View("flow", "samples/noteroom.pcap", [], statistics(18), "Flow", LARGE, ("click 700 765", "type R", "key Return")),
    View("export", "samples/noteroom.pcap", [], ("key alt+f", "key Up Up Up Right", "key Down Down Down Down Return"),
         "Export"),
    View("io-graphs", MEDIA, [], entry("s", 6), "I/O Graphs", LARGE),
    View("stall", "samples/stall_sender_pub_obs29.pcapng", [], entry("s", 6), "I/O Graphs", LARGE),
    View("hidden-key", "samples/noteroom.pcap", ["-o", "rtmpx.mask_secrets:TRUE", "-Y", "rtmpx.command.name", "-g", "51"]),
    View("decrypted", "tests/captures/rtmps.pcapng", ["-g", "16"]),
    View("plots", MEDIA, [], entry("s", 7), "Plots", LARGE, since=(4, 6)),
    View("follow", "samples/noteroom.pcap", ["-g", "36"], ("key alt+a", "key Up Up Right Return"), "Follow", LARGE,
         since=(4, 4)),
]
# Tools > RTMP > Report: the last entry of the menu, the only one of its submenu.
REPORT = ["key alt+t", "key Up Right Return"]


class Display:
    """An X server with a window manager."""

    def __init__(self, directory):
        reader, writer = os.pipe()
        with open(directory / "display.log", "wb") as log:
            self.server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
                pass_fds=[writer], stdout=log, stderr=log)
            os.close(writer)
            with open(reader, encoding="ascii") as number:
                self.environment = {**os.environ, "DISPLAY": f":{number.readline().strip()}"}
            self.manager = subprocess.Popen(["openbox"], env=self.environment, stdout=log, stderr=log)

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(timeout=30)

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False).stdout.split("\n")

    def titles(self):
        """Of the windows that are shown."""
        windows = self.xdotool("search", "--onlyvisible", "--name", ".")
        return {self.xdotool("getwindowname", window)[0]: window for window in windows if window}

    def picture(self, path):
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True)
        subprocess.run(["convert", str(path), "-colors", "64", "-strip", str(path)], check=True)


def wait_for(what, condition):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.5)
    raise PluginError(f"{what}: not within {SECONDS} s")


@contextlib.contextmanager
def wireshark(tshark, display, capture, arguments, **variables):
    """Wireshark with a capture loaded, its window as large as the screen."""
    path = tshark.readable(ROOT / capture)
    environment = {**tshark.environment, "DISPLAY": display.environment["DISPLAY"], "QT_QPA_PLATFORM": "xcb",
                   "XDG_RUNTIME_DIR": str(tshark.writable("runtime")), **variables}
    with open(tshark.directory / "wireshark.log", "wb") as log:
        process = subprocess.Popen(tshark.command("wireshark", "-C", "RTMP", "-r", path, *arguments), env=environment,
                                   cwd=tshark.directory, stdout=log, stderr=log)
        try:
            name = pathlib.Path(capture).name
            window = wait_for(f"{name} {arguments}", lambda: next(
                (window for title, window in display.titles().items() if title.startswith(name)), None))
            display.xdotool("windowsize", "--sync", window, "100%", "100%")
            display.xdotool("windowmove", window, "0", "0")
            yield window
        finally:
            process.terminate()
            process.wait(timeout=30)


def settled(display, directory):
    """Wait until the picture does not change any more."""
    pictures = [b"", b""]
    def same():
        time.sleep(1)
        display.picture(directory / "now.png")
        pictures[:] = pictures[1], (directory / "now.png").read_bytes()
        return pictures[0] == pictures[1]
    wait_for("a quiet screen", same)


def act(display, action):
    if action.startswith("click"):
        display.xdotool("mousemove", "--sync", *action.split()[1:])
        action = "click 1"
    display.xdotool(*action.split())
    time.sleep(0.5)


def show(tshark, display, view, directory):
    with wireshark(tshark, display, view.capture, view.arguments) as window:
        settled(display, directory)
        display.xdotool("windowactivate", "--sync", window)
        for action in view.actions(tshark.version) if callable(view.actions) else view.actions:
            act(display, action)
        main_title = pathlib.Path(view.capture).name
        if view.title:
            opened = wait_for(view.title, lambda: next(
                (window for shown, window in display.titles().items()
                 if view.title in shown and not shown.startswith(main_title)), None))
            display.xdotool("windowsize", "--sync", opened, *map(str, view.size))
            display.xdotool("windowmove", opened, "30", "200")
            display.xdotool("windowactivate", "--sync", opened)
            for action in view.then:
                act(display, action)
        settled(display, directory)
        others = [shown for shown in display.titles()
                  if not shown.startswith(main_title) and not (view.title and view.title in shown)]
        shutil.copyfile(directory / "now.png", directory / f"{view.name}.png")
    return [f"{view.name}: a window that nobody asked for: {other}" for other in others if other not in ("", "openbox")]


def report(tshark, display, directory):
    """The report from the menu: its dialog, the page that it writes, and what the browser is asked to open."""
    written = tshark.writable("report")
    opened, programs = written / "opened", tshark.directory / "programs"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\necho "$1" >{opened}\n')
    (programs / "xdg-open").chmod(0o755)
    with wireshark(tshark, display, "samples/noteroom.pcap", [], TMPDIR=str(written),
                   PATH=f"{programs}:{os.environ['PATH']}") as window:
        settled(display, directory)
        display.xdotool("windowactivate", "--sync", window)
        for action in REPORT:
            act(display, action)
        wait_for("the dialog", lambda: any("RTMP report" in title for title in display.titles()))
        settled(display, directory)
        shutil.copyfile(directory / "now.png", directory / "report-dialog.png")
        act(display, "key Return")
        page = written / "rtmp-report.html"
        wait_for("the browser", lambda: opened.exists() and opened.read_text().endswith("\n"))
    wrong = []
    if "rtmp-report.html" not in opened.read_text():
        wrong.append(f"report: the browser was asked for {opened.read_text()}")
    if '"rtmpx-report/1"' not in page.read_text(encoding="utf-8"):
        wrong.append("report: the page has no data")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("views", nargs="*", metavar="VIEW", help="default: all; report-dialog is one, too")
    options = parser.parse_args()
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        print(f"not installed: {' '.join(missing)}")
        return 3
    found = []
    with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as temporary:
        directory = pathlib.Path(temporary)
        install(tshark)
        display = Display(directory)
        try:
            views = [view for view in VIEWS if view.since <= tshark.version and view.name in (options.views or [view.name])]
            for view in views:
                found += show(tshark, display, view, directory)
            with_report = not options.views or "report-dialog" in options.views
            if with_report:
                found += report(tshark, display, directory)
            if options.pictures:
                (directory / "now.png").unlink()
                options.pictures.mkdir(parents=True, exist_ok=True)
                for picture in directory.glob("*.png"):
                    shutil.copyfile(picture, options.pictures / picture.name)
        finally:
            display.close()
    print("\n".join(found) or f"{len(views)} views{with_report * ', the report from the menu'}")
    return 1 if found else 0


if __name__ == "__main__":
    run_main(main)
