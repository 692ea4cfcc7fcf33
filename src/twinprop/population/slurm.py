"""What SLURM's own commands tell: of a cluster, and of the jobs that were sent to it.

`squeue` knows a job while it waits, while it runs and for some minutes after, on every cluster. `sacct`, which knows it
for ever, is there only where SLURM keeps accounts, and is asked for what `squeue` has forgotten.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from time import monotonic
from typing import NamedTuple

SECONDS_BETWEEN_STATES = 5.0
"""The scheduler is asked seldom, and for all jobs at once."""

LONGEST_ANSWER = 60.0
"""Seconds; a controller that is being restarted keeps its askers waiting."""

GOING = {
    *("PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT"),
    *("REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESIZING", "SPECIAL_EXIT", "RESV_DEL_HOLD", "REVOKED"),
}
"""States in which a job may still run, or again."""

WAITING = {"PENDING", "CONFIGURING"}


class JobState(NamedTuple):
    """What SLURM says of a job: its state, such as `RUNNING`, and why it waits."""

    state: str
    why: str = ""


def ask(*command: str) -> str | None:
    """What a command of SLURM prints; None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_ANSWER, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode and "Invalid job id" not in done.stderr:
        return None
    return done.stdout


def keeps_accounts() -> bool:
    """Whether `sacct` works here."""
    return ask("sacct", "--noheader", "--allocations", "--starttime=now") is not None


def most_tasks() -> int:
    """Tasks that an array may have."""
    found = re.search(r"MaxArraySize\s*=\s*(\d+)", ask("scontrol", "show", "config") or "")
    return max(1, int(found[1])) if found else 1000


def idle_cores(partition: str | None) -> int | None:
    """Cores of a partition, the default one unless it is named: the idle ones, or all if none is; None if unknown."""
    lines = (ask("sinfo", "--noheader", "--format=%P|%C") or "").split()
    names = {name.rstrip("*"): numbers for name, _, numbers in (line.partition("|") for line in lines)}
    default = next((line.partition("|")[0].rstrip("*") for line in lines if "*|" in line), None)
    found = [names[name] for name in (partition or default or "").split(",") if name in names]
    idle = sum(int(numbers.split("/")[1]) for numbers in found)
    total = sum(int(numbers.split("/")[3]) for numbers in found)
    return idle or total or None


class Queue:
    """The states of jobs, asked for all of them at once.

    Attributes:
        accounts: whether SLURM keeps accounts.
        states: what is known, by the names of jobs such as `12_3`.
        answers: whether SLURM answered when it was asked last.
    """

    def __init__(self, accounts: bool) -> None:
        self.accounts = accounts
        self.states: dict[str, JobState] = {}
        self.asked = -SECONDS_BETWEEN_STATES
        self.answers = True

    def refresh(self, jobs: Iterable[str]) -> None:
        """Ask for the states of jobs, where that is due."""
        if (now := monotonic()) - self.asked < SECONDS_BETWEEN_STATES:
            return
        self.asked = now
        wanted = set(jobs)
        numbers = ",".join(sorted({name.partition("_")[0] for name in wanted}))
        if not numbers:
            return
        text = ask("squeue", "--noheader", "--array", "--states=all", f"--jobs={numbers}", "--format=%i|%T|%r")
        self.answers = text is not None
        if text is None:
            return
        states = states_of(text)
        forgotten = {name for name in wanted - set(states) if self.states.get(name, JobState("PENDING")).state in GOING}
        if forgotten and self.accounts:
            text = ask("sacct", "--noheader", "--allocations", "--array", "--parsable2", f"--jobs={numbers}",
                       "--format=JobID,State")  # fmt: skip
            states = {**states_of(text or ""), **states}
        for name in wanted:
            if name in states:
                self.states[name] = states[name]
            elif name in forgotten:
                self.states[name] = JobState("UNKNOWN")


def states_of(text: str) -> dict[str, JobState]:
    """States by the names of jobs, from lines such as `12_3|CANCELLED by 0|reason`."""
    lines = (line.split("|") for line in text.splitlines() if line.strip())
    return {
        name.strip(): JobState(state.split()[0] if state.split() else "UNKNOWN", "".join(why))
        for name, state, *why in lines
    }
