#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run tshark and sharkd with the plugin of a build directory, and be sure that they load it.

Wireshark's programs load no plugin but the system's when started as root, and say nothing. So root
runs them as `nobody`, with copies of the plugin and of the captures in a directory that `nobody`
can read. HOME is an empty directory: no user's preferences change a test.

As a program:   tests/tools/tshark.py [--build DIR] [--quiet] TSHARK-ARGUMENTS
first prints (on standard error) which plugin file tshark loaded. Relative paths are those of the caller's directory;
as root, `nobody` must be allowed to write there.
"""
import argparse
import contextlib
import copy
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534


class PluginError(Exception):
    pass


class Tshark:
    """A private environment for tshark; a context manager that removes it at the end."""

    def __init__(self, build=None):
        self.build = pathlib.Path(build or os.environ.get("RTMPX_BUILD") or ROOT / "build")
        found = sorted(self.build.glob("plugins/*/epan/rtmpx.so"))
        if not found:
            raise PluginError(f"no plugins/*/epan/rtmpx.so below {self.build}: build first")
        self.source = found[-1].resolve()
        self.series = self.source.parents[1].name
        self.version = tuple(map(int, re.findall(r"\d+", self.series)))  # (4, 0); macOS writes 4-0
        self.is_root = os.getuid() == 0
        self._temporary = tempfile.TemporaryDirectory(prefix="rtmpx-")
        self.directory = pathlib.Path(self._temporary.name)
        self.directory.chmod(0o755)
        home = self.directory / "home"
        home.mkdir()
        extcap = self.directory / "extcap"  # empty: no capture programs to ask what they can do
        extcap.mkdir()
        plugins = self.build / "plugins"
        if self.is_root:
            plugins = self.directory / "plugins"
            shutil.copytree(self.source.parent, plugins / self.series / "epan")
            subprocess.run(["chmod", "-R", "a+rX", str(plugins)], check=True)
        self.give(home)
        self.plugin = (plugins / self.series / "epan" / "rtmpx.so").resolve()
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("WIRESHARK_", "XDG_")) and k != "SSLKEYLOGFILE"}
        self.environment = {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                            "WIRESHARK_PLUGIN_DIR": str(plugins.resolve()),
                            "WIRESHARK_EXTCAP_DIR": str(extcap), "TMPDIR": str(self.writable("temporary"))}

    def __enter__(self):
        self.check()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._temporary.cleanup()

    def readable(self, path):
        """A path of `path`'s content that tshark may open: as root a copy, once per file."""
        path = pathlib.Path(path).resolve()
        if not self.is_root or self.directory in path.parents:
            return str(path)
        copied = self.directory / "files" / str(path).lstrip("/")
        if not copied.exists():
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
            subprocess.run(["chmod", "-R", "a+rX", str(self.directory / "files")], check=True)
        return str(copied)

    def writable(self, name):
        """A new directory in the private environment that tshark may write into."""
        path = self.directory / name
        path.mkdir(mode=0o700, exist_ok=True)
        return self.give(path)

    def give(self, path):
        """A path, which belongs to the user that tshark runs as from now on."""
        if self.is_root:
            os.chown(path, NOBODY, NOBODY)
        return path

    def without_plugin(self):
        """The same environment, but tshark loads no plugin."""
        bare = copy.copy(self)
        nothing = self.directory / "nothing"
        nothing.mkdir(exist_ok=True)
        bare.environment = {**self.environment, "WIRESHARK_PLUGIN_DIR": str(nothing)}
        return bare

    def command(self, *arguments):
        arguments = [str(a) for a in arguments]
        if self.is_root:
            return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *arguments]
        return arguments

    def popen(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments),
                                **{"env": self.environment, "cwd": self.directory, **options})

    def follow(self, form, connection, streams=(0,)):
        """Arguments that follow a connection, each of its messages once: -z follow,rtmpx,...

        From 4.4 on tshark asks for a sub-stream, the id of a message stream; 4.0 takes none."""
        one = f"follow,rtmpx,{form},{connection}"
        ways = [one] if self.version < (4, 4) else [f"{one},{stream}" for stream in streams]
        return [word for way in ways for word in ("-z", way)]

    def run(self, *arguments, capture=None, timeout=300, check=True):
        """Run tshark; `capture` becomes its -r file. Returns the completed process (text).

        A failed run, a "Dissector bug" and a crash are errors (reliability: never)."""
        source = ["-r", self.readable(capture)] if capture else []
        with self.popen("tshark", *source, *arguments, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
            try:
                output, errors = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired as late:
                process.kill()
                raise PluginError(f"tshark took over {timeout} s: {arguments}") from late
        result = subprocess.CompletedProcess(process.args, process.returncode,
                                             output.decode("utf-8", "surrogateescape"),
                                             errors.decode("utf-8", "replace"))
        if check and result.returncode:
            raise PluginError(f"tshark ended with {result.returncode}: {result.stderr.strip()}")
        if "Dissector bug" in result.stdout or "Dissector bug" in result.stderr:
            raise PluginError(f"Dissector bug in {capture} {arguments}: {result.stderr.strip()}")
        return result

    def check(self):
        """Raise unless tshark lists our plugin at the path we mean, and complains of nothing. Returns the path."""
        result = self.run("-G", "plugins")
        rows = [row.split("\t") for row in result.stdout.splitlines()]
        paths = [row[-1] for row in rows if row[0].strip() == "rtmpx.so"]
        if paths != [str(self.plugin)]:
            raise PluginError(f"tshark loaded {paths or 'no rtmpx.so'}, expected {self.plugin}; "
                              f"{result.stderr.strip()}")
        if "rtmpx" in result.stderr.lower():
            raise PluginError(f"tshark complains: {result.stderr.strip()}")
        return self.plugin

    def describe(self):
        copied = f" (a copy of {self.source})" if self.plugin != self.source else ""
        return f"tshark loaded {self.plugin}{copied}"


def run_main(main):
    """End the program with what main() returns; without our plugin, with an error."""
    try:
        sys.exit(main())
    except PluginError as error:
        sys.exit(f"error: {error}")


def run_check(description, check):
    """As run_main, for a test whose one option is --build. check(tshark, directory): what is wrong, a list of
    lines, and what to say when nothing is."""
    def main():
        parser = argparse.ArgumentParser(description=description.splitlines()[0])
        parser.add_argument("--build")
        options = parser.parse_args()
        with Tshark(options.build) as tshark, tempfile.TemporaryDirectory() as directory:
            found, good = check(tshark, pathlib.Path(directory))
        print("\n".join(found) or good)
        return 1 if found else 0

    run_main(main)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False,
                                     epilog="Everything else goes to tshark.")
    parser.add_argument("--build", help="build directory (default: $RTMPX_BUILD, then build)")
    parser.add_argument("--quiet", action="store_true",
                        help="neither check nor print which plugin file is loaded: half the time")
    options, arguments = parser.parse_known_args()
    tshark = Tshark(options.build)
    with tshark if not options.quiet else contextlib.closing(tshark):
        if not options.quiet:
            print(tshark.describe(), file=sys.stderr)
        for i, argument in enumerate(arguments[:-1]):
            if argument == "-r":
                arguments[i + 1] = tshark.readable(arguments[i + 1])
        # Files that tshark is told to write lie where the caller means them.
        with tshark.popen("tshark", *arguments, cwd=pathlib.Path.cwd()) as process:
            return process.wait()


if __name__ == "__main__":
    run_main(main)
