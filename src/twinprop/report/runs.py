"""The runs below some directories, whatever became of them, and the sweeps that they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from twinprop.errors import TwinpropError
from twinprop.run.directory import is_sweep
from twinprop.run.files import metrics_problem
from twinprop.run.found import STATUSES, find
from twinprop.run.saved import Run, load
from twinprop.text import at_home, plural

NAMED = 10
"""Directories without results that are named, at most."""


def find_runs(directories: Iterable[str], tell: Callable[[str], None]) -> list[Run]:
    """The runs below the directories that ended, in the order of their names.

    Args:
        directories: runs, sweeps, or folders of them.
        tell: is told of what is left out, because it has not ended or its files cannot be used.

    Raises:
        TwinpropError: there is none.
    """
    directories = list(directories)
    found = {each.path: each for directory in directories for each in find(Path(at_home(directory)))}
    runs, unread, waiting = [], 0, []
    for path, each in found.items():
        if "summary.json" not in each.names:
            waiting.append(each)
            continue
        try:
            run = load(path)
            if not run.keys:
                raise TwinpropError(f"{path}: has no configuration.")
        except TwinpropError as error:
            unread += 1
            tell(f"left out: {error}")
            continue
        runs.append(run)
        if run.summary.get("test") and (problem := metrics_problem(path / "metrics.csv")) is not None:
            tell(problem)
    for each in waiting[:NAMED]:
        status = each.status("")
        tell(f"left out: {each.path}: has no summary.json; it is {status}: {STATUSES[status]}.")
    if len(waiting) > NAMED:
        tell(f"left out: {len(waiting) - NAMED} more runs without a summary.json.")
    if not any(run.summary.get("test") for run in runs):
        where = ", ".join(directories)
        parts = [f"; {unread} could not be read"] * bool(unread) + [f"; {plural(len(runs), 'run')} failed"] * bool(runs)
        raise TwinpropError(
            f"{where}: no finished run is there{''.join(parts)}; expected a folder such as outputs/runs."
        )
    return runs


def sweeps_of(runs: Sequence[Run]) -> dict[Path | None, list[Run]]:
    """Runs by the directory of their sweep; under None those of no sweep."""
    found: dict[Path | None, list[Run]] = defaultdict(list)
    inside: dict[Path, bool] = {}
    for run in runs:
        parent = run.path.parent
        if parent not in inside:
            inside[parent] = is_sweep(parent)
        found[parent if inside[parent] else None].append(run)
    return dict(found)
