#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/scale: rows of any number of shards are those of one, whatever the links, also of rotated captures; no frame
is lost; what is damaged, killed or too large is reported and leaves nothing half done.

usage: scale.py [--build DIR]
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

from copies import HEADER, over, read_frames, record, write_copies, write_tunnels  # noqa: E402
from results import KINDS, differences, frames, manifest  # noqa: E402
from tshark import run_check  # noqa: E402

SCALE = ROOT / "packaging/scale"
GENERATOR = ROOT / "tests/bench/gen_rtmp_pcap.py"


class Case:
    def __init__(self, tshark, directory):
        self.tshark, self.directory, self.found = tshark, directory, []
        self.out = tshark.writable("out")
        self.shards = directory / "shards"

    def expect(self, good, text):
        if not good:
            self.found.append(text)

    def shard(self, name, captures, *options, status=0):
        run = subprocess.run([SCALE / "shard", *options, self.shards / name, *captures], text=True,
                             stderr=subprocess.PIPE, check=False)
        self.expect(run.returncode == status, f"shard {name}: status {run.returncode}, {run.stderr[:300]}")
        return self.shards / name

    def worker(self, name, shard, *options, status=0):
        result = self.out / name
        command = [self.tshark.readable(SCALE / "worker"), *options, result, self.tshark.readable(shard)]
        for module in ("shards.py", "tables.py"):
            self.tshark.readable(SCALE / module)
        with self.tshark.popen("python3", *command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            output, errors = process.communicate(timeout=300)
        self.expect(process.returncode == status, f"worker {shard.name}: status {process.returncode}, {errors[:300]}")
        self.expect(status == 0 or not any(result.glob("[!.]*")), f"worker {shard.name}: rows after status {status}")
        return output

    def workers(self, name, shards):
        for shard in sorted(shards.glob("*.pcap")):
            self.worker(name, shard)
        return self.out / name


def rotated(capture, directory, frame_count):
    directory.mkdir()
    subprocess.run(["editcap", "-F", "pcap", "-c", str(frame_count), capture, directory / "rotated.pcap"], check=True)
    return sorted(directory.glob("*.pcap"))


def same_rows(case, capture, count):
    """One shard, and of rotated captures several by the addresses of VXLAN's tunnels and by those inside, and some of one
    of these."""
    one = case.shard("one", [capture], "--shards", "1")
    files = rotated(capture, case.directory / "rotated", count // 5)
    outer = case.shard("outer", files, "--shards", "4")
    inner = case.shard("inner", files, "--shards", "4", "--vxlan", "inner")
    largest = inner / max((int(row[2]), row[1]) for row in manifest(inner) if row[0] == "shard")[1]
    deeper = case.shard("deeper", [largest], "--shards", "3", "--of", "4", "--vxlan", "inner")
    server = case.shard("server", files, "--shards", "2", "--by", "server")
    for shards in (one, outer, inner, server):
        case.expect(frames(shards, "shard") == frames(shards, "capture") == count, f"{shards.name}: {manifest(shards)}")
    for shards, least in ((outer, 3), (inner, 3), (deeper, 2)):
        filled = [row for row in manifest(shards) if row[1].startswith("shard") and row[2] != "0"]
        case.expect(len(filled) >= least, f"{shards.name}: {manifest(shards)}")
    expected = case.workers("one", one)
    largest.unlink()
    for shard in deeper.glob("shard-*"):
        case.expect(shard.name.startswith(f"{largest.stem}-"), f"{shard.name}: not named for {largest.name}")
        shutil.copy(shard, inner)
    for shards in (outer, inner):
        found, counts = differences(expected, case.workers(shards.name, shards))
        case.found += found
    case.expect(all(counts[kind] for kind in KINDS), f"rows of each kind: {counts}")
    case.expect("was done" in case.worker("one", one / "shard-00.pcap"), "a shard that is done is done again")
    return counts


def columns(case, capture):
    """ClickHouse's table has each column of -z rtmpx,messages."""
    header = case.tshark.run("-q", "-z", "rtmpx,messages,csv+all", capture=capture).stdout.split("\r\n", 1)[0]
    table = (SCALE / "clickhouse/schema.sql").read_text().split("CREATE TABLE")[1]
    missing = [name for name in header.split(",") if not re.search(rf"\b{name} [A-Z]", table)]
    case.expect(not missing and "frame" in header, f"schema.sql has no {missing}")


def damage(case, capture):
    """Of captures cut short, with rubbish in them, and of no kind: the frames before; of such a shard: nothing."""
    data = capture.read_bytes()
    bad = {"short.pcap": data[:-7], "rubbish.pcap": data[:len(data) // 2] + b"\xff" * 64 + data[len(data) // 2:],
           "text.pcap": b"no capture"}
    for name, content in bad.items():
        (case.directory / name).write_bytes(content)
    files = [capture, *(case.directory / name for name in bad)]
    shards = case.shard("damaged", files, "--shards", "2", status=3)
    states = {pathlib.Path(row[1]).name: row[3] for row in manifest(shards) if row[0] == "capture"}
    case.expect(states[capture.name] == "ok" and states["text.pcap"] == "unreadable"
                and all(states[name].startswith("damaged: ") for name in ("short.pcap", "rubbish.pcap")), f"{states}")
    case.expect(frames(shards, "capture") == frames(shards, "shard"), f"{manifest(shards)}")
    case.shard("damaged", files, "--shards", "2", status=3)  # from the manifest
    case.shard("damaged", files, "--shards", "3", status=1)
    case.worker("bad", case.directory / "short.pcap", status=2)
    case.worker("bad", capture, "--memory", "200", status=3)
    case.worker("bad", capture, "--time", "0.01", status=4)


def special(case, capture):
    """Captures that are empty, that contain keys, that are not in order of time; the same one twice."""
    empty, late, early, mixed = (case.directory / name for name in ("zero.pcap", "late.pcap", "early.pcap", "mixed.pcap"))
    empty.write_bytes(b"")
    subprocess.run(["editcap", "-r", "-F", "pcap", capture, late, "21-40"], check=True)
    subprocess.run(["editcap", "-r", "-F", "pcap", capture, early, "1-20"], check=True)
    subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", mixed, late, early], check=True)
    shards = case.shard("special", [empty, mixed], "--shards", "1", status=3)
    case.expect([row[2:] for row in manifest(shards) if row[0] == "capture"] == [["0", "unreadable"], ["40", "ok"]],
                f"{manifest(shards)}")
    order = subprocess.run(["capinfos", "-T", "-r", "-m", "-o", shards / "shard-00.pcap"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout
    case.expect(order.strip().endswith("True"), f"not in order of time: {order}")
    secret = case.directory / "secret.txt"
    secret.write_text(f"CLIENT_RANDOM {'0' * 64} {'1' * 96}\n")
    keys = case.directory / "keys.pcapng"
    subprocess.run(["editcap", "--inject-secrets", f"tls,{secret}", capture, keys], check=True)
    case.expect(frames(case.shard("keys", [keys], "--shards", "1"), "shard") > 0, "of a capture with keys nothing is left")
    case.shard("twice", [capture, capture], status=1)


def odd_names(case, capture):
    """Names that look like options, have a line break or what a pattern has, or are no UTF-8."""
    before = frames(case.shard("plain", [capture], "--shards", "2"), "shard")
    directory = case.directory / "line\nbreak"
    directory.mkdir()
    for name in (b"-dash.pcap", b"line\nbreak[1] '\".pcap", b"lat\xe9.pcap"):
        path = directory / os.fsdecode(name)
        shutil.copy(capture, path)
        run = subprocess.run([SCALE / "shard", "--shards", "2", "--of", "2", f"-of {path.stem}", path.name], cwd=directory,
                             stderr=subprocess.PIPE, check=False)
        states = manifest(directory / f"-of {path.stem}") if run.returncode == 0 else run.stderr
        case.expect(run.returncode == 0 and int(states[-1][2]) == before, f"shard of {name}: {run.returncode}, {states}")


def short_in_tunnel(case, capture):
    """A datagram to VXLAN's port that is too short for what is read of a tunnel is not lost; another port is VXLAN's if asked."""
    few = list(read_frames(capture))[:20]
    for ports, vxlan_port in (((), 4789), (("--vxlan-port", "4789", "--vxlan-port", "8472"), 8472)):
        tunnel = [bytearray(over("vxlan", frame)) for frame in few]
        for at, frame in enumerate(tunnel):
            frame[36:38] = vxlan_port.to_bytes(2, "big")
            frame[33] = at % 2  # two tunnels, one session
        short = [frame[:length] for frame in tunnel[:1] for length in (42, 60, 72, 80)]
        for frame in short:
            frame[38:40] = (len(frame) - 34).to_bytes(2, "big")
        path = case.directory / f"short-{vxlan_port}.pcap"
        path.write_bytes(HEADER + b"".join(record(0, frame) for frame in tunnel + short))
        shards = case.shard(path.stem, [path], "--shards", "16", "--vxlan", "inner", *ports)
        largest = max(int(row[2]) for row in manifest(shards) if row[0] == "shard")
        case.expect(len(few) <= largest <= len(few) + len(short) == frames(shards, "shard"), f"{manifest(shards)}")


def full_disk(case, capture):
    """A disk that is full while shards are joined: what was cut stays, and the next run joins it."""
    tools = case.directory / "tools"
    tools.mkdir()
    (tools / "mergecap").write_text("#!/bin/sh\necho half >\"$4\"\nexit 2\n")
    (tools / "mergecap").chmod(0o755)
    shards = case.shards / "full"
    command = [SCALE / "shard", "--shards", "2", shards, capture]
    run = subprocess.run(command, env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}, stderr=subprocess.PIPE,
                         check=False)
    case.expect(run.returncode == 2 and not list(shards.glob("*.pcap")), f"full disk: {run.returncode}, {run.stderr}")
    case.shard("full", [capture], "--shards", "2")


def states(case, capture):
    """What `status` refuses: shards that do not exist, or whose rows would be in one place."""
    other = case.directory / "other" / capture.name
    other.parent.mkdir()
    shutil.copy(capture, other)
    for shards, status in (([capture], 2), ([capture, other], 1), ([capture, case.directory / "none.pcap"], 1)):
        run = subprocess.run([SCALE / "status", case.out / "none", *shards], capture_output=True, check=False)
        case.expect(run.returncode == status, f"status of {shards}: {run.returncode}")


def remoting(case):
    """Messages of Flash Remoting have no connection."""
    case.expect("messages" in case.worker("remoting", ROOT / "samples/remoting_py3amf_amf0.pcapng"), "Remoting: no rows")


def killed(case, capture):
    """A worker that is killed leaves no rows; the next one does the shard."""
    result = case.out / "killed"
    with case.tshark.popen("python3", case.tshark.readable(SCALE / "worker"), result, case.tshark.readable(capture),
                           stdout=subprocess.DEVNULL, start_new_session=True) as process:
        part = result / f".{capture.stem}.part"
        while process.poll() is None and not part.exists():
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    case.expect(part.exists() and not any(result.glob("[!.]*")), "what a killed worker leaves")
    case.worker("killed", capture)
    case.expect(not part.exists(), "what a killed worker left is still there")


def check(tshark, directory):
    case = Case(tshark, directory)
    case.shards.mkdir()
    few, media, copies, tunnels, all_of_them = (
        directory / f"{name}.pcap" for name in ("few", "media", "copies", "tunnels", "all"))
    for scenario, path, more in (("connections", few, ["--connections", "4", "--messages", "80"]),
                                 ("media", media, ["--connections", "2", "--messages", "70"])):
        subprocess.run([sys.executable, GENERATOR, scenario, "-o", path, *more], check=True, stdout=subprocess.DEVNULL)
    count = write_copies([few, media], copies, 10) + write_tunnels(tunnels, 15)
    subprocess.run(["mergecap", "-F", "pcap", "-w", all_of_them, copies, tunnels], check=True)
    counts = same_rows(case, all_of_them, count)
    columns(case, few)
    damage(case, few)
    special(case, few)
    odd_names(case, few)
    short_in_tunnel(case, few)
    full_disk(case, few)
    states(case, few)
    remoting(case)
    killed(case, few)
    return case.found, f"{counts}: the same of one shard and of several"


run_check(__doc__, check)
