"""Engines that train on this machine."""

from __future__ import annotations

import subprocess

import psutil

SUBMITIT = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local"]
RAY = [
    "hydra.launcher.engine=ray",
    "hydra.launcher.ray.init.num_cpus=2",
    "hydra.launcher.ray.init.include_dashboard=false",
]
WORKERS = {"submitit": "submitit.core._submit", "ray": "ray::train_job"}
"""How a process that trains is known."""


def training(process: subprocess.Popen[str], engine: str) -> list[psutil.Process]:
    """The processes of an engine that train."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if WORKERS[engine] in " ".join(child.cmdline())]
