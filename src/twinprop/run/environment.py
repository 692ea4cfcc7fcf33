"""What a result depended on besides its configuration: versions, machine, threads."""

from __future__ import annotations

import functools
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from twinprop.run.showing import only_shows
from twinprop.version import __version__


@functools.cache
def commit() -> str | None:
    """The commit of the code, with `-dirty` where it was changed; None where it is not in a git checkout."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


@functools.cache
def versions() -> dict[str, str]:
    """Versions of what results depend on; each is in a long text, which is read once."""
    packages = ("torch", "numpy", "hydra-core", "omegaconf")
    return {package.replace("-", "_"): version(package) for package in packages}


@functools.cache
def processor() -> str:
    """The processor's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass  # not Linux: the platform module knows
    return platform.processor() or platform.machine()


def machine() -> dict[str, int | None]:
    """Cores and memory; null where the system does not tell."""
    found: dict[str, int | None] = {"cores": None, "memory_bytes": None}
    with only_shows("the size of the machine"):
        found |= {"cores": psutil.cpu_count(), "memory_bytes": psutil.virtual_memory().total}
    return found


def gpu_name(device: str) -> str | None:
    """The name of a GPU; None for the CPU."""
    if not device.startswith("cuda"):
        return None
    import torch

    return torch.cuda.get_device_name(device)


def environment(device: str, threads: int) -> dict[str, Any]:
    """Versions, machine and threads, as plain values for summary.json."""
    from threadpoolctl import threadpool_info

    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return {
        "device": device,
        "gpu": gpu_name(device),
        "cpu": processor(),
        "threads": threads,
        **machine(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "twinprop": __version__,
        **versions(),
        "blas": sorted({f"{b['internal_api']} {b['version']} {b.get('architecture', '')}".strip() for b in blas}),
        "commit": commit(),
    }
