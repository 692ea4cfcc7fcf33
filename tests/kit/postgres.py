"""A PostgreSQL on this machine: Debian's, on loopback, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.kit.slurm import free_ports, wait

USERS = ("postgres", "nobody")
"""Whoever it runs as where the tests run as root, which it refuses to."""


def programs() -> Path | None:
    """The folder of PostgreSQL's own programs, the newest version's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    own = shutil.which("initdb")
    return found[-1].parent if found else Path(own).parent if own else None


def lacking() -> str:
    """Why there can be no PostgreSQL here; empty where there can."""
    if find_spec("psycopg") is None:
        return "needs psycopg: pip install -e '.[postgres]'"
    return "" if programs() else "needs PostgreSQL, see .ci/run: there is no initdb"


@contextmanager
def database() -> Iterator[str]:
    """The URL of a database, as SQLAlchemy takes it, as long as the context lasts."""
    folder = programs()
    assert folder is not None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in USERS if name in names) if os.geteuid() == 0 else None
    base = Path(tempfile.mkdtemp(prefix="postgres"))
    if user is not None:
        shutil.chown(base, user)
    (port,) = free_ports(1)

    def call(name: str, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([folder / name, *words], user=user, cwd=base, capture_output=True, check=False)

    made = call(
        "initdb", "-D", str(base / "data"), "-A", "trust", "-U", "tests", "--no-sync", "--locale=C", "--encoding=UTF8"
    )
    assert made.returncode == 0, made.stderr.decode()
    settings = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={base}"]
    with open(base / "log", "wb") as log:
        server = subprocess.Popen(
            [folder / "postgres", "-D", base / "data", *settings, "-F"], user=user, cwd=base, stdout=log, stderr=log
        )
    try:
        wait("PostgreSQL", lambda: call("pg_isready", "-h", "127.0.0.1", "-p", str(port)).returncode == 0)
        yield f"postgresql+psycopg://tests@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)  # at SIGTERM it would wait for whoever is connected
        server.wait(60)
        shutil.rmtree(base, ignore_errors=True)
