# SPDX-License-Identifier: GPL-2.0-or-later
"""Instructions and memory of tshark with rtmpx, with the floor, and with no plugin."""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from tshark import PluginError, Tshark  # noqa: E402, F401

# The same question in each dissector's names: one value for every message, whatever its header.
CSID = {"rtmpx": "rtmpx.csid", "built-in": "rtmpt.header.csid", "floor": "rtmpt.header.csid"}
PROTOCOL = {"rtmpx": "rtmpx", "built-in": "rtmpt"}


def mode_arguments(mode, who):
    if mode == "filter":
        return ["-Y", CSID[who]]
    if mode == "fields":
        return ["-Y", CSID[who], "-T", "fields", "-e", "frame.number", "-e", CSID[who]]
    return {"columns": [], "tree": ["-V"], "json": ["-T", "json"], "memory": []}[mode]


# Without it glibc copies blocks of over 2 KB with `rep movsb`, of which callgrind counts each byte as
# an instruction: whether realloc() moves a growing buffer is then most of what is counted.
COPY_IN_LOOPS = ["env", "GLIBC_TUNABLES=glibc.cpu.hwcaps=-ERMS"]


class Bench:
    """tshark with rtmpx, with the floor, and with no plugin."""

    def __init__(self, tshark):
        self.tshark = tshark
        # With its default the built-in of 4.0 stops decoding at the first message of over 32 KiB;
        # later ones have no such preference.
        self.builtin = ["-o", "rtmpt.max_packet_size:16777216"] if tshark.series == "4.0" else []
        self.directory = tshark.writable("bench")
        built = tshark.build / "bench"
        floor = tshark.directory / "floor" / tshark.series / "epan"
        floor.mkdir(parents=True)
        (floor / "floor.so").write_bytes(
            (built / "floor" / tshark.series / "epan" / "floor.so").read_bytes())
        self.same_hashes = self.directory / "same_hashes.so"
        self.same_hashes.write_bytes((built / "same_hashes.so").read_bytes())
        self.environment = {"floor": {**tshark.environment, "WIRESHARK_PLUGIN_DIR": str(floor.parents[1])},
                            "built-in": tshark.without_plugin().environment,
                            "rtmpx": tshark.environment}

    def start(self, who, *arguments, prefix=(), output=subprocess.DEVNULL):
        command = self.tshark.command(*prefix, "tshark", *arguments)
        return subprocess.Popen(command, stdout=output, stdin=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, cwd=self.directory,
                                env=self.environment[who])

    def output(self, who, *arguments):
        with self.start(who, *arguments, output=subprocess.PIPE) as process:
            output, errors = process.communicate()
        if process.returncode:
            raise PluginError(f"tshark ended with {process.returncode}: {errors.decode()}")
        return output.decode("utf-8", "replace")

    def check_plugins(self):
        """Without this a wrong plugin would be measured silently."""
        self.version = self.output("rtmpx", "--version").splitlines()[0]
        expected = {"rtmpx": ["rtmpx.so"], "floor": ["floor.so"], "built-in": []}
        for who, names in expected.items():
            found = re.findall(r"^(rtmpx\.so|floor\.so)\s", self.output(who, "-G", "plugins"), re.M)
            if found != names:
                raise PluginError(f"{who}: tshark loaded {found}, expected {names}")

    def instructions(self, who, capture, arguments, only=None):
        """Instructions of tshark; `only`: of that function and what it calls."""
        prefix = ["env", f"LD_PRELOAD={self.same_hashes}", "valgrind", "--tool=callgrind",
                  "--callgrind-out-file=/dev/null"]
        if only:
            prefix = [*COPY_IN_LOOPS, *prefix, f"--toggle-collect={only}"]
        with self.start(who, "-r", capture, *self.builtin, *arguments, prefix=prefix) as process:
            errors = process.stderr.read().decode()
        collected = re.search(r"Collected : (\d+)", errors)
        if process.returncode or not collected or collected[1] == "0":
            raise PluginError(f"valgrind ended with {process.returncode}: {errors}")
        return int(collected[1])

    def dissector_instructions(self, capture, arguments):
        """Instructions of rtmpx alone, whatever Wireshark does before and after it."""
        return self.instructions("rtmpx", capture, arguments, only="dissect_rtmpx_tcp*")

    def usage(self, who, capture, *arguments, prefix=()):
        """(user CPU in s, peak resident memory in bytes) of a run."""
        process = self.start(who, "-r", capture, *self.builtin, *arguments, prefix=prefix)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        if process.returncode:
            raise PluginError(f"tshark ended with {process.returncode}: {errors.decode()}")
        return usage.ru_utime, usage.ru_maxrss * 1024

    def memory(self, who, capture, *arguments, prefix=(), runs=3):
        """Peak resident memory in bytes: the median of some runs."""
        return statistics.median(self.usage(who, capture, *arguments, prefix=prefix)[1] for _ in range(runs))

    def messages(self, who, capture):
        """Lines `frame number, csid,csid...`, one for each frame with messages."""
        return self.output(who, "-r", capture, *self.builtin,
                           *mode_arguments("fields", who)).splitlines()

    def tree_items(self, who, capture, frames):
        """Items that -V shows: the protocol and every field below it."""
        items = inside = 0
        with self.start(who, "-r", capture, "-c", str(frames), *self.builtin, "-T", "pdml",
                        output=subprocess.PIPE) as process:
            for event, element in ElementTree.iterparse(process.stdout, ("start", "end")):
                ours = element.tag == "proto" and element.get("name") == PROTOCOL[who]
                if event == "start":
                    inside += ours
                    items += inside > 0 and element.get("hide") != "yes"
                    continue
                inside -= ours
                if element.tag == "packet":
                    element.clear()
        return items


def generate(directory, arguments, name):
    """(path, what the generator says is in it)"""
    path = directory / f"{name}.pcap"
    made = subprocess.run([sys.executable, str(HERE / "gen_rtmp_pcap.py"), *arguments.split(),
                           "-o", str(path)], check=True, stdout=subprocess.PIPE, text=True)
    path.chmod(0o644)
    return path, json.loads(made.stdout.splitlines()[-1])
