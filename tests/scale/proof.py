#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What packaging/scale/prove runs: a generated capture in one shard and in several, of rotated files, with killed workers, a
restarted controller, damaged files, ClickHouse and two nodes of Slurm. Prints a table; ends with 1 if anything differs.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

from copies import write_copies, write_tunnels  # noqa: E402
from engines import NODES, ClickHouse, Slurm, until  # noqa: E402
from results import KINDS, differences, frames, manifest  # noqa: E402
from tshark import NOBODY, Tshark, run_main  # noqa: E402

SCALE = ROOT / "packaging/scale"
GENERATOR = ROOT / "tests/bench/gen_rtmp_pcap.py"
COMMAND_CONNECTIONS, PUBLISHERS = 80, 4  # of a copy
TUNNELS = 60


def kill_session(session, chosen):
    """End the processes of a session of ours whose command line is chosen."""
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (directory / "cmdline").read_text(errors="replace").split("\0")[:-1]
            if os.getsid(int(directory.name)) == session and len(words) > 1 and chosen(words):
                os.kill(int(directory.name), signal.SIGKILL)
        except OSError:  # it has ended
            continue


class Proof:
    def __init__(self, tshark, options):
        self.tshark, self.options, self.failed = tshark, options, False
        self.directory = tshark.writable("proof")
        self.scripts = self.directory / "scale"
        shutil.copytree(SCALE, self.scripts, ignore=shutil.ignore_patterns("__pycache__"))
        print(f"{'':4} {'s':>7}  what", flush=True)

    def row(self, good, seconds, text):
        self.failed |= not good
        print(f"{'ok' if good else 'BAD':4} {seconds:7.1f}  {text}", flush=True)

    def rows(self, found, seconds, text):
        self.row(not found, seconds, "; ".join([text, *found]))

    def run(self, script, *arguments, check=None):
        """A script of packaging/scale as it is used, with our tshark: its completed process and seconds."""
        begin = time.monotonic()
        with self.start(script, *arguments) as process:
            output, errors = process.communicate()
        result = subprocess.CompletedProcess(process.args, process.returncode, output, errors)
        if check is not None and process.returncode != check:
            raise RuntimeError(f"{script}: status {process.returncode}: {output}{errors}")
        return result, time.monotonic() - begin

    def start(self, script, *arguments):
        return self.tshark.popen(self.scripts / script, *arguments, text=True, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    # ---- the capture ----

    def generate(self):
        begin = time.monotonic()
        copies = -(-self.options.connections // (COMMAND_CONNECTIONS + PUBLISHERS))
        commands, media = self.directory / "commands.pcap", self.directory / "media.pcap"
        self._generate("connections", commands, COMMAND_CONNECTIONS, 20 * COMMAND_CONNECTIONS)
        wanted = self.options.size * 10**6 // copies - commands.stat().st_size
        messages = 120  # for a first estimate
        for _ in range(2):
            self._generate("media", media, PUBLISHERS, messages)
            messages = max(120, messages * wanted // media.stat().st_size)
        parts = self.directory / "copies.pcap", self.directory / "tunnels.pcap"
        count = write_copies([commands, media], parts[0], copies) + write_tunnels(parts[1], TUNNELS)
        capture = self.directory / "capture.pcap"
        subprocess.run(["mergecap", "-F", "pcap", "-w", capture, *parts], check=True)
        for part in parts:
            part.unlink()
        connections = copies * (COMMAND_CONNECTIONS + PUBLISHERS)
        self.row(True, time.monotonic() - begin,
                 f"capture: {capture.stat().st_size / 1e6:.0f} MB, {count} frames, {connections} connections, "
                 f"{TUNNELS} clients of RTMPT with 3 more each, over IPv4, IPv6, VLAN, QinQ and VXLAN")
        return capture, count

    @staticmethod
    def _generate(scenario, path, connections, messages):
        subprocess.run([sys.executable, GENERATOR, scenario, "-o", path, "--connections", str(connections), "--messages",
                        str(messages), "--message-size", "8000", "--chunk-size", "4096"],
                       check=True, stdout=subprocess.DEVNULL)

    # ---- shards ----

    def shard(self, name, captures, *options, status=0, count=None):
        directory = self.directory / name
        _, seconds = self.run("shard", *options, directory, *captures, check=status)
        into, out = frames(directory, "capture"), frames(directory, "shard")
        size = sum(path.stat().st_size for path in captures) / 1e6
        shards = [row for row in manifest(directory) if row[0] == "shard"]
        self.row(into == out and count in (None, into), seconds,
                 f"{name}: {len(captures)} captures, {into} frames in, {out} out of {len(shards)} shards, "
                 f"{size / seconds:.0f} MB/s")
        return sorted(directory.glob("*.pcap"))

    def dissect(self, name, shards, jobs):
        results = self.directory / name
        run, seconds = self.run("run", "--jobs", str(jobs), "--memory", "8000", results, *shards)
        size = sum(path.stat().st_size for path in shards) / 1e6
        done = [json.loads(path.read_text()) for path in results.glob("*/done")]
        resident = max((each["tshark_resident"] for each in done), default=0)
        cpu = sum(each["tshark_cpu"] for each in done)
        self.row(run.returncode == 0, seconds,
                 f"{name}: {run.stdout.splitlines()[-1]}; {jobs} at a time, {size / seconds:.1f} MB/s, tshark "
                 f"{cpu:.1f} s of CPU, {size / max(cpu, 0.1):.1f} MB per s of it, at most {resident / 1e6:.0f} MB resident")
        return results, seconds

    def compare(self, one, many):
        begin = time.monotonic()
        found, counts = differences(one, many)
        text = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        self.rows(found, time.monotonic() - begin, f"{many.name} = {one.name}, row for row: {text}")

    # ---- what goes wrong ----

    def kill_worker(self, one, shards):
        """A worker dies in the middle: its shard is reported, the others are done; the next run does it."""
        results, begin = self.directory / "killed", time.monotonic()
        victim = max(shards, key=lambda path: path.stat().st_size)
        with self.start("run", "--jobs", "2", results, *shards) as process:
            part = results / f".{victim.stem}.part"
            until("a worker", lambda: part.exists() or process.poll() is not None)
            kill_session(process.pid, lambda words: words[1].endswith("/worker") and words[-1] == str(victim))
            output, _ = process.communicate()
        lost = [line for line in output.splitlines()[:-1] if victim.name in line and "done" not in line]
        whole = len(list(results.glob("*/done"))) == len(shards) - 1 and not (results / victim.stem).exists()
        self.row(process.returncode == 2 and whole and len(lost) == 1, time.monotonic() - begin,
                 f"killed worker: {output.splitlines()[-1]}; {lost}")
        run, seconds = self.run("run", "--jobs", "2", results, *shards)
        again = len(run.stdout.splitlines()) - 1
        self.row(run.returncode == 0 and again == 1, seconds,
                 f"  run again: {run.stdout.splitlines()[-1]}; {again} shard was dissected")
        self.compare(one, results)

    def restart_controller(self, one, shards):
        """The controller and all its workers end in the middle; what was done stays."""
        results, begin = self.directory / "restarted", time.monotonic()
        with self.start("run", "--jobs", "1", results, *shards) as process:
            until("a shard", lambda: any(results.glob("*/done")) or process.poll() is not None)
            kill_session(process.pid, lambda words: True)
        done = {path.parent.name: path.stat().st_mtime_ns for path in results.glob("*/done")}
        halves = [path for path in results.glob("[!.]*/") if not (path / "done").exists()]
        self.row(0 < len(done) < len(shards) and not halves, time.monotonic() - begin,
                 f"killed controller: {len(done)} of {len(shards)} shards done, {len(halves)} half")
        run, seconds = self.run("run", "--jobs", "2", results, *shards)
        kept = all((results / name / "done").stat().st_mtime_ns == when for name, when in done.items())
        self.row(run.returncode == 0 and kept, seconds,
                 f"  run again: {run.stdout.splitlines()[-1]}; what was done before was {'kept' if kept else 'redone'}")
        self.compare(one, results)

    def damage(self, files, shards):
        bad = self.directory / "bad"
        bad.mkdir()
        data = files[1].read_bytes()
        (bad / "damaged.pcap").write_bytes(data[:len(data) // 2] + b"\xff" * 64 + data[len(data) // 2:])
        directory = self.shard("with-a-damaged-capture", [files[0], bad / "damaged.pcap", *files[2:]], "--shards", "2",
                               status=3)[0].parent
        states = [row for row in manifest(directory) if row[0] == "capture" and row[3] != "ok"]
        self.row(len(states) == 1, 0, f"  the manifest: {[row[1:] for row in states]}")
        largest = max(shards, key=lambda path: path.stat().st_size)
        data = largest.read_bytes()
        broken = bad / largest.name
        broken.write_bytes(data[:len(data) // 2] + b"\xff" * 64 + data[len(data) // 2:])
        subprocess.run(["chmod", "-R", "a+rX", bad], check=True)
        run, seconds = self.run("run", "--jobs", "2", self.directory / "broken", broken,
                                *(path for path in shards if path != largest))
        lines = run.stdout.splitlines()
        reported = [line for line in lines[:-1] if line.startswith(f"{broken.name}: failed")]
        good = run.returncode == 2 and len(reported) == 1
        self.row(good and f"{len(shards) - 1} done" in lines[-1] and "1 failed" in lines[-1], seconds,
                 f"damaged shard: {lines[-1]}; {reported}")

    # ---- engines ----

    def clickhouse(self, one, many):
        with ClickHouse(self.directory / "clickhouse") as server:
            for database, results in (("one", one), ("many", many)):
                begin = time.monotonic()
                load = server.load(SCALE / "load", results, "--database", database)
                counts = [int(server.query(f"SELECT count() FROM {kind}", database)) for kind in KINDS]
                self.row(load.returncode == 0, time.monotonic() - begin,
                         f"ClickHouse {server.query('SELECT version()').strip()}, database {database}: "
                         f"{load.stdout.strip()}, rows {counts}; {load.stderr}")
            self._load_again(server, many, counts)
            begin = time.monotonic()
            queries = sorted((SCALE / "clickhouse/queries").glob("*.sql"))
            answers = {path.stem: [server.query(path.read_text(), database) for database in ("one", "many")]
                       for path in queries}
            found = [name for name, (first, second) in answers.items() if first != second]
            filled = sum(bool(first) for first, _ in answers.values())
            self.rows(found, time.monotonic() - begin, f"{len(queries)} queries, {filled} with rows, the same of both")
            size = server.query("SELECT sum(bytes) FROM system.parts WHERE active AND database = 'many'").strip()
            self.row(True, 0, f"  {int(size) / 1e6:.1f} MB on disk for {sum(counts)} rows")
            self.queries(server)

    def queries(self, server):
        """Of a few rows made by hand, against answers that can be checked by hand (queries/)."""
        begin = time.monotonic()
        load = server.load(SCALE / "load", HERE / "queries/rows", "--database", "made")
        found = [load.stderr] if load.returncode else []
        for path in sorted((SCALE / "clickhouse/queries").glob("*.sql")):
            answer, expected = server.query(path.read_text(), "made"), HERE / "queries" / f"{path.stem}.tsv"
            if self.options.write_queries:
                expected.write_text(answer)
            elif answer != expected.read_text():
                found.append(path.stem)
        self.rows(found, time.monotonic() - begin, "the queries' answers for rows made by hand are those expected")

    def _load_again(self, server, results, counts):
        begin = time.monotonic()
        idle = server.load(SCALE / "load", results, "--database", "many")
        server.query("TRUNCATE TABLE loaded", "many")
        again = server.load(SCALE / "load", results, "--database", "many")
        after = [int(server.query(f"SELECT count() FROM {kind}", "many")) for kind in KINDS]
        self.row(idle.stdout.startswith("0 ") and again.returncode == 0 and after == counts, time.monotonic() - begin,
                 f"  loaded again: {idle.stdout.strip()}; forced: {again.stdout.strip()}, rows {after}")

    def slurm(self, one, shards):
        with Slurm(self.tshark.directory / "slurm") as cluster:
            self.array(cluster, one, "slurm-results", shards, lambda log: sum(f"NodeList={node}" in log for node in NODES) == 2,
                       "tasks on both nodes")

            def lose_node():
                until("a task", lambda: cluster.run("squeue", "-h", "-t", "R", "-w", NODES[1]).stdout.strip())
                cluster.lose_node(1)

            self.array(cluster, one, "slurm-lost", shards, lambda log: "equeu" in log and f"{NODES[1]} not responding" in log,
                       "a node was lost, its tasks were queued again", lose_node)

    def array(self, cluster, one, name, shards, logged, text, disturb=lambda: None):
        """All shards as a job array; what Slurm's controller wrote meanwhile is as it should be."""
        results, log, begin = self.directory / name, self.tshark.directory / "slurm/slurmctld.log", time.monotonic()
        before = log.stat().st_size
        environment = {**self.tshark.environment, "SLURM_CONF": cluster.environment["SLURM_CONF"]}
        submitted = cluster.run(*self.tshark.command(self.scripts / "slurm", "--memory", "4000", results, *shards),
                                environment=environment)
        disturb()
        until("tasks", lambda: submitted.returncode or not cluster.run("squeue", "-h").stdout.strip(), 3600)
        seconds = time.monotonic() - begin
        status, _ = self.run("status", results, *shards)
        good = status.returncode == 0 and logged(log.read_text()[before:])
        self.row(good, seconds, f"Slurm, {text}: {(submitted.stderr or status.stdout).splitlines()[-1]}")
        self.compare(one, results)

    # ---- all ----

    def all(self):
        capture, count = self.generate()
        rotated = self.directory / "rotated"
        rotated.mkdir()
        subprocess.run(["editcap", "-F", "pcap", "-c", str(count // 6), capture, rotated / "r.pcap"], check=True)
        files = sorted(rotated.glob("*.pcap"))
        subprocess.run(["chmod", "-R", "a+rX", self.directory], check=True)
        os.chown(self.directory, NOBODY, NOBODY)
        single = self.shard("one", [capture], "--shards", "1", count=count)
        shards = self.shard("many", files, "--shards", str(self.options.shards), "--vxlan", "inner", count=count)
        one, alone = self.dissect("one-results", single, 1)
        _, serial = self.dissect("serial-results", shards, 1)
        many, parallel = self.dissect("many-results", shards, 2)
        self.compare(one, many)
        self.row(True, 0, f"{len(shards)} shards: one at a time {serial / alone:.2f} of the time of one shard; speed-up of two "
                          f"at a time {serial / parallel:.2f}, load of the machine {os.getloadavg()[0]:.1f}")
        self.kill_worker(one, shards)
        self.restart_controller(one, shards)
        self.damage(files, shards)
        if "clickhouse" not in self.options.without:
            self.clickhouse(one, many)
        if "slurm" not in self.options.without:
            self.slurm(one, shards)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build")
    parser.add_argument("--size", type=int, default=20, help="MB")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--without", action="append", default=[], choices=["slurm", "clickhouse"])
    parser.add_argument("--write-queries", action="store_true", help="write the answers in queries/ anew: read the difference")
    parser.add_argument("--keep", type=pathlib.Path, help="move everything there at the end")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # the servers end with us
    with Tshark(options.build) as tshark:
        proof = Proof(tshark, options)
        try:
            proof.all()
        finally:
            if options.keep:
                shutil.move(tshark.directory, options.keep)
                tshark.directory.mkdir()
    print("NOT proved" if proof.failed else "proved")
    return proof.failed


if __name__ == "__main__":
    run_main(main)
