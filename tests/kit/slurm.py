"""A SLURM cluster of two nodes on this machine: Debian's packages, on loopback, without systemd and cgroups."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "munged")

CONF = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={base}/munge.socket
CryptoType=crypto/munge
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MaxArraySize=1001
MinJobAge=300
KillWait=30
SlurmctldTimeout=10
SlurmdTimeout=5
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=1
StateSaveLocation={base}/state
SlurmctldPidFile={base}/slurmctld.pid
SlurmctldLogFile={base}/slurmctld.log
SlurmdPidFile={base}/slurmd.%n.pid
SlurmdLogFile={base}/slurmd.%n.log
SlurmdSpoolDir={base}/spool.%n
AccountingStorageType=accounting_storage/none
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=2 RealMemory=4000 State=UNKNOWN
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=60 DefaultTime=60 State=UP
"""


def lacking() -> str:
    """Why there can be no SLURM here; empty where there can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"needs SLURM, see .ci/run: there is no {', '.join(missing)}"
    return "" if os.geteuid() == 0 else "needs to be root, as SLURM's own programs do"


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait(what: str, done: object, seconds: float = 120.0) -> None:
    """Wait until `done()` is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s for {what}")


@dataclass
class Slurm:
    """A cluster that is up.

    Attributes:
        base: its folder.
        environment: what its commands need to find it.
    """

    base: Path
    environment: dict[str, str]

    def call(self, *command: str, check: bool = True) -> str:
        """What a command prints."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *command: str) -> None:
        """Start a program that goes on by itself."""
        subprocess.run(command, env=self.environment, check=True, timeout=120, capture_output=True)

    def kill(self, name: str) -> None:
        """Kill a program that was started."""
        with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
            process = psutil.Process(int((self.base / f"{name}.pid").read_text()))
            process.kill()
            process.wait(60)

    def restart_controller(self, job: str) -> None:
        """Kill the controller and start it anew, once it has saved a job: else it would start that a second time."""
        saved, now = self.base / "state" / "job_state", time.time()
        self.call("scontrol", "update", f"JobId={job}", "Comment=known")
        wait("the controller to save its jobs", lambda: saved.exists() and saved.stat().st_mtime > now)
        self.kill("slurmctld")
        self.start("slurmctld")

    def ready(self) -> bool:
        """Whether both nodes are idle."""
        return self.call("sinfo", "--noheader", "--Node", "--format=%T", check=False).split() == ["idle", "idle"]


@contextmanager
def cluster() -> Iterator[Slurm]:
    """A cluster, as long as the context lasts; it keeps no accounts."""
    host = socket.gethostname().partition(".")[0]
    base = Path(tempfile.mkdtemp(prefix="slurm"))  # a short path, for sockets are in it
    for name in ("state", "spool.n1", "spool.n2"):
        (base / name).mkdir()
    controller, first, second = free_ports(3)
    found = Slurm(base, {**os.environ, "SLURM_CONF": f"{base}/slurm.conf"})
    names = {"host": host, "base": base, "controller": controller, "first": first, "second": second}
    (base / "slurm.conf").write_text(CONF.format(**names))
    (base / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")  # only loaded: nothing uses it
    (base / "munge.key").write_bytes(os.urandom(1024))
    (base / "munge.key").chmod(0o600)
    try:
        files = [f"--{name}-file={base}/munge.{name}" for name in ("key", "pid", "log", "seed")]
        found.start("munged", "--force", f"--socket={base}/munge.socket", *files)
        found.start("slurmctld", "-i")
        for node in ("n1", "n2"):
            found.start("slurmd", "-N", node)
        wait("two nodes", found.ready)
        yield found
    finally:
        found.call("scancel", "--user=root", check=False)
        with suppress(AssertionError):
            wait("the jobs to end", found.ready, 30)
        for name in ("slurmd.n1", "slurmd.n2", "slurmctld", "munge"):
            found.kill(name)
        shutil.rmtree(base, ignore_errors=True)
