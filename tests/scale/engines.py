# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers for the proof, each in a directory of its own, on loopback or in network namespaces, ended by their process ids:
ClickHouse, and Slurm with two nodes. Both are context managers."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

CLICKHOUSE_CONFIG = """<yandex>
<logger><level>warning</level><log>{directory}/server.log</log><errorlog>{directory}/errors.log</errorlog></logger>
<tcp_port>{port}</tcp_port><http_port>{http}</http_port><interserver_http_port>{inter}</interserver_http_port>
<listen_host>127.0.0.1</listen_host>
<path>{directory}/data/</path><tmp_path>{directory}/tmp/</tmp_path><mark_cache_size>67108864</mark_cache_size>
<timezone>UTC</timezone>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
</yandex>
"""
CLICKHOUSE_USERS = """<yandex>
<profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
<quota>default</quota></default></users><quotas><default/></quotas>
</yandex>
"""
SLURM_CONFIG = """ClusterName=rtmpx
SlurmctldHost={host}(10.77.0.1)
AuthType=auth/munge
AuthInfo=socket={directory}/munge.socket
CryptoType=crypto/munge
SlurmUser=root
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool-%n
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd-%n.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdTimeout=10
SchedulerParameters=sched_interval=2
NodeName=node1 NodeHostname={host} NodeAddr=10.77.0.1 Port=17001 CPUs=1 RealMemory=8000
NodeName=node2 NodeHostname={host} NodeAddr=10.77.0.2 Port=17002 CPUs=1 RealMemory=8000
PartitionName=all Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
"""
NAMESPACES, NODES = ("rtmpx-proof-1", "rtmpx-proof-2"), ("node1", "node2")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def until(what, ready, seconds=120):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not ready after {seconds} s")
        time.sleep(0.5)


class Servers:
    """Processes that end with us."""

    def __init__(self, directory):
        self.directory, self.processes = pathlib.Path(directory), []
        self.directory.mkdir()

    def start(self, name, *command):
        with open(self.directory / f"{name}.out", "wb") as output:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                                   stderr=subprocess.STDOUT, start_new_session=True))

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class ClickHouse(Servers):
    def __enter__(self):
        port, http, inter = free_ports(3)
        (self.directory / "config.xml").write_text(
            CLICKHOUSE_CONFIG.format(directory=self.directory, port=port, http=http, inter=inter))
        (self.directory / "users.xml").write_text(CLICKHOUSE_USERS)
        self.start("server", "clickhouse-server", f"--config-file={self.directory}/config.xml")
        self.client = f"clickhouse-client --host 127.0.0.1 --port {port}"
        until("ClickHouse", lambda: self.run("SELECT 1").returncode == 0)
        return self

    def run(self, query, database="default"):
        return subprocess.run([*self.client.split(), "--database", database, "--query", query], text=True,
                              capture_output=True, check=False)

    def query(self, query, database="default"):
        run = self.run(query, database)
        if run.returncode:
            raise RuntimeError(f"{query}: {run.stderr}")
        return run.stdout

    def load(self, script, results, *options):
        return subprocess.run([script, *options, results], env={**os.environ, "CLICKHOUSE": self.client}, text=True,
                              capture_output=True, check=False)


class Slurm(Servers):
    """Two nodes with a core each, in namespaces joined by a virtual cable; the controller is with the first. Needs root."""

    def __enter__(self):
        first, second = NAMESPACES
        try:
            for name in NAMESPACES:
                subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", first, "link", "add", "rtmpx0", "type", "veth", "peer", "name", "rtmpx0",
                            "netns", second], check=True)
            for number, name in enumerate(NAMESPACES, 1):
                subprocess.run(["ip", "-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "rtmpx0"], check=True)
                for link in ("lo", "rtmpx0"):
                    subprocess.run(["ip", "-n", name, "link", "set", link, "up"], check=True)
            self._start_daemons()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_daemons(self):
        self.directory.chmod(0o755)
        (self.directory / "state").mkdir()
        key = self.directory / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        configuration = self.directory / "slurm.conf"
        configuration.write_text(SLURM_CONFIG.format(host=socket.gethostname(), directory=self.directory))
        (self.directory / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        self.environment = {**os.environ, "SLURM_CONF": str(configuration)}
        files = {"key-file": key, "socket": self.directory / "munge.socket", "pid-file": self.directory / "munge.pid",
                 "log-file": self.directory / "munge.log", "seed-file": self.directory / "munge.seed"}
        self.start("munged", "munged", "--foreground", "--force", *(f"--{name}={path}" for name, path in files.items()))
        until("munged", files["socket"].exists)
        self.start("slurmctld", *self.inside(0), "slurmctld", "-D", "-f", configuration)
        for number in (1, 2):
            (self.directory / f"spool-node{number}").mkdir()
            self.start(f"slurmd{number}", *self.inside(number - 1), "slurmd", "-D", "-f", configuration, "-N",
                       f"node{number}")
        until("Slurm", lambda: self.run("sinfo", "-h", "-o", "%D %t").stdout.split() == ["2", "idle"])

    @staticmethod
    def lose_node(number):
        """All processes in its namespace end, as if it had lost its power."""
        pids = subprocess.run(["ip", "netns", "pids", NAMESPACES[number]], text=True, capture_output=True, check=False)
        for pid in pids.stdout.split():
            os.kill(int(pid), signal.SIGKILL)

    @staticmethod
    def inside(number):
        return ["ip", "netns", "exec", NAMESPACES[number]]

    def run(self, *command, environment=None):
        return subprocess.run([*self.inside(0), *command], env={**self.environment, **(environment or {})}, text=True,
                              capture_output=True, check=False, cwd=self.directory)

    def __exit__(self, *_):
        super().__exit__()
        for number, name in enumerate(NAMESPACES):
            self.lose_node(number)  # steps of slurmd that outlived it
            subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.directory / "state", ignore_errors=True)
