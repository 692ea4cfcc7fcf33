"""Started several times at once, by torchrun, srun or mpirun: twinprop is one process, and only the first goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

LAUNCHERS = {
    "torchrun": ("TORCHELASTIC_RUN_ID", "RANK", "WORLD_SIZE"),
    "srun": ("SLURM_STEP_ID", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
    "mpirun": ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    "mpiexec": ("PMI_RANK", "PMI_RANK", "PMI_SIZE"),
}
"""What starts a program several times: a variable that only it sets, that of a process's number, and of how many."""


def place(environment: Mapping[str, str]) -> tuple[str, int, int] | None:
    """Which launcher started this process, its number and how many there are; None where it is alone."""
    for name, (mark, rank, size) in LAUNCHERS.items():
        number, count = environment.get(rank, ""), environment.get(size, "")
        if mark in environment and number.isdecimal() and count.isdecimal() and int(count) > 1:
            return name, int(number), int(count)
    return None


def only_the_first() -> None:
    """Let the first of several processes go on, which says so, and end the others."""
    found = place(os.environ)
    if found is None:
        return
    name, number, count = found
    if number:
        sys.exit(0)
    print(
        f"{name} started this {count} times; twinprop is one process, so this one goes on and the others end. Start it "
        "without; a sweep (-m) uses all cores, and more machines with hydra.launcher.engine=submitit or ray.",
        file=sys.stderr,
        flush=True,
    )
