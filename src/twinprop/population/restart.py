"""How a sweep goes on: its stacks as they were, each from its newest checkpoint.

A network's last bits depend on the networks that it trains with. So a stack goes on with all its members, also with
those that have ended, which then record nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

from twinprop.population.stack import Member, Stack
from twinprop.run.checkpoints import FOLDER, Checkpoint, by_step, readable, step_of
from twinprop.run.directory import write_atomically
from twinprop.run.files import read_record

PLAN = "plan.json"

ATTEMPT = "attempt"
"""The file, beside the checkpoints of a stack, with the number of the attempt to which its directories belong now."""

SECONDS_TO_NOTICE = 2.0
"""In which a job on another machine sees that another attempt has taken over."""


class Superseded(BaseException):
    """Another attempt has taken over the directories of a stack: this one may write no more."""


def attempt_file(stack: Stack) -> Path | None:
    """Where the number of the attempt at a stack is; None for one that keeps no checkpoints."""
    return None if stack.checkpoints is None else stack.checkpoints / str(stack.members[0].number) / ATTEMPT


def next_attempt(path: Path) -> int:
    """Take over the directories of a stack, from whoever may still train it, and return the number of the attempt."""
    try:
        before = int(path.read_text())
    except (FileNotFoundError, ValueError):
        before = 0
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, str(before + 1).encode())
    return before + 1


def take_over(directory: Path) -> None:
    """Take over all stacks of a sweep, and wait until jobs on other machines have seen it."""
    files = list((directory / FOLDER).glob(f"*/{ATTEMPT}"))
    for path in files:
        next_attempt(path)
    if files:
        sleep(SECONDS_TO_NOTICE)


def check_attempt(stack: Stack) -> None:
    """Check that the directories of a stack still belong to it.

    Raises:
        Superseded: they do not.
    """
    path = attempt_file(stack)
    if stack.attempt is None or path is None:
        return
    try:
        now = path.read_text()
    except FileNotFoundError:
        now = "gone"
    if now != str(stack.attempt):
        raise Superseded(f"attempt {stack.attempt} was replaced (now {now})")


def record_plan(directory: Path, jobs: Iterable[Member], stacks: Sequence[Stack]) -> None:
    """Note which jobs of a sweep have directories of their own, and which train together, beside what was noted before.

    Raises:
        OutputError: the file cannot be written.
    """
    known = recorded_plan(directory)
    known["jobs"] |= {str(member.number): os.path.relpath(member.path, directory) for member in jobs}
    known["stacks"] += [
        {"members": [member.number for member in stack.members], "threads": stack.threads, "steps": stack.steps}
        for stack in stacks
    ]
    with suppress(OSError):  # then it cannot be written either, which says why
        (directory / FOLDER).mkdir(exist_ok=True)
    write_atomically(directory / FOLDER / PLAN, json.dumps(known).encode())


def recorded_plan(directory: Path) -> dict[str, Any]:
    """What `record_plan` noted: `jobs`, directories by number, and `stacks`; nothing where it did not come to that.

    Raises:
        TwinpropError: that cannot be read.
    """
    path = directory / FOLDER / PLAN
    return read_record(path, is_plan) if os.path.lexists(path) else {"jobs": {}, "stacks": []}


def is_plan(found: Mapping[str, Any]) -> bool:
    """Whether these are folders of jobs, and stacks of them."""
    jobs, stacks = found.get("jobs"), found.get("stacks")
    return (
        isinstance(jobs, dict)
        and all(number.isdecimal() and isinstance(name, str) and name for number, name in jobs.items())
        and isinstance(stacks, list)
        and all(isinstance(stack, dict) and is_stack(stack) for stack in stacks)
    )


def is_stack(stack: Mapping[str, Any]) -> bool:
    members = stack.get("members")
    return (
        isinstance(members, list)
        and all(type(each) is int and each >= 0 for each in members)
        and all(type(stack.get(name)) is int and stack[name] >= 1 for name in ("threads", "steps"))
    )


def stacks_to_go_on(directory: Path, members: Mapping[int, Member], ended: Iterable[int]) -> list[Stack]:
    """The stacks of a sweep that was left, with those of their members that have not ended.

    Args:
        directory: the sweep's.
        members: its jobs, by number.
        ended: numbers of those that have ended.
    """
    found: list[Stack] = []
    gone = frozenset(ended)
    for each in recorded_plan(directory)["stacks"]:
        if all(number in members for number in each["members"]):
            own = [members[number] for number in each["members"]]
            stack = Stack(own, each["threads"], each["steps"], 1.0, checkpoints=directory / FOLDER, begun=True)
            found += from_checkpoints(stack, [member.number for member in own if member.number not in gone])
    return found


def from_checkpoints(stack: Stack, unfinished: Iterable[int]) -> list[Stack]:
    """A stack from its newest sound checkpoint, or its parts from theirs, where it had been halved.

    Args:
        stack: as it was planned.
        unfinished: numbers of the members that have not ended.
    """
    left, found = set(unfinished), []
    by_number = {member.number: member for member in stack.members}
    numbers = set(by_number)
    for checkpoint in sound_of(stack):
        own = left & set(checkpoint.members)
        if not own or not all(checkpoint.goes_on(number, by_number[number].path) for number in own):
            continue
        part = stack
        if set(checkpoint.members) != numbers:
            part = stack.subset([by_number[number] for number in checkpoint.members])
        found.append(part.again(set(checkpoint.members) - own, checkpoint.path))
        left -= own
    if left:
        found.append(stack.again(numbers - left, None))
    return found


def sound_of(stack: Stack) -> Iterator[Checkpoint]:
    """The checkpoints of a stack and of its parts, the newest first."""
    if stack.checkpoints is None:
        return
    numbers = {member.number for member in stack.members}
    paths = [path for number in numbers for path in by_step(stack.checkpoints / str(number))]
    for checkpoint in readable(sorted(paths, key=step_of, reverse=True)):
        if numbers.issuperset(checkpoint.members):
            yield checkpoint
