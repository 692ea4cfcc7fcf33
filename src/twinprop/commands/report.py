"""`python -m twinprop report DIR...`: a table of the runs below some directories, of twins among them, and of sweeps.

Runs are twins where their configurations differ in `model.backend` alone. Their row gives both results
and the largest relative difference of their losses at any evaluation. Of a sweep, the best with each value of
what it varied, and a picture beside its runs.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.config.compared import compared
from twinprop.errors import TwinpropError
from twinprop.population.compare import Comparison, keys_of, varied
from twinprop.population.plot import draw_comparison
from twinprop.run.files import metrics_problem
from twinprop.run.saved import Run, load
from twinprop.run.summary import metric_of
from twinprop.task import task_named
from twinprop.text import shown

if TYPE_CHECKING:
    import pandas

LOSSES = ["train_loss", "val_loss", "test_loss"]


def configuration(run: Run) -> dict[str, Any]:
    """The keys of a run, flat."""
    return dict(run.keys)


def warn(text: str) -> None:
    """Say on the side what is wrong."""
    print(shown(text), file=sys.stderr)


def find_runs(directories: Iterable[str], tell: Callable[[str], None] = warn) -> list[Run]:
    """The finished runs below the directories, in the order of their names.

    Args:
        directories: runs, sweeps, or folders of them.
        tell: is told of each run that is left out because of what its files hold, and of a metrics.csv that cannot be
            used.

    Raises:
        TwinpropError: there is none.
    """
    found = {path.parent for directory in directories for path in Path(directory).rglob("summary.json")}
    runs, left_out = [], 0
    for path in sorted(found, key=order):
        try:
            run = load(path)
            if run.summary.get("test") and run.keys:
                runs.append(run)
                if (problem := metrics_problem(path / "metrics.csv")) is not None:
                    tell(problem)
        except TwinpropError as error:
            left_out += 1
            tell(f"left out: {error}")
    if not runs:
        where = ", ".join(directories)
        read = f"; {left_out} could not be read" if left_out else ""
        raise TwinpropError(f"{where}: no finished run is there{read}; expected a folder such as outputs/runs.")
    return runs


def order(path: Path) -> list[Any]:
    """Run 2 before run 10."""
    number = path.name.partition("_")[0]
    return [str(path.parent), int(number) if number.isdigit() else -1, path.name]


def runs_table(runs: Sequence[Run]) -> pandas.DataFrame:
    """A row for each run: what was varied, and what came of it."""
    import pandas

    configurations = [configuration(run) for run in runs]
    keys = keys_of(configurations)
    rows = []
    for run, keyed in zip(runs, configurations, strict=True):
        summary, task = run.summary, task_named(run.summary.get("task"))
        best = summary.get("best") or {}
        rows.append(
            {
                "run": run.path.name,
                **{key: keyed.get(key) for key in keys},
                "status": summary["status"],
                **{f"test_{what}": summary["test"][what] for what in (*task.scores, "loss")},
                f"best_val_{task.chief}": best.get(task.chief),
                "seconds_per_epoch": summary["seconds"]["per_epoch"],
            }
        )
    return pandas.DataFrame(rows)


def twins_table(runs: Sequence[Run]) -> pandas.DataFrame:
    """A row for each pair of twins; empty where there is none."""
    import pandas

    pairs: dict[str, dict[str, Run]] = defaultdict(dict)
    configurations: dict[str, dict[str, Any]] = {}
    for run in runs:
        keyed = compared(configuration(run))
        keyed.pop("label", None)
        backend = str(keyed.pop("model.backend", None))
        pairs[str(keyed)][backend] = run
        configurations[str(keyed)] = keyed
    complete = {key: pair for key, pair in pairs.items() if set(pair) == {"scratch", "torch"}}
    keys = varied([configurations[key] for key in complete])
    rows = []
    for key, pair in complete.items():
        row: dict[str, Any] = {name: configurations[key].get(name) for name in keys}
        for backend in ("scratch", "torch"):
            summary = pair[backend].summary
            row[f"{backend}_loss"] = summary["test"]["loss"]
            chief = task_named(summary.get("task")).chief
            row[f"{backend}_{chief}"] = summary["test"][chief]
            row[f"{backend}_seconds"] = summary["seconds"]["train"]
        # what diverged before its first evaluation has taken no time that was measured
        row["torch/scratch"] = row["torch_seconds"] / row["scratch_seconds"] if row["scratch_seconds"] else None
        try:
            row["largest_difference"] = largest_difference(pair["scratch"], pair["torch"])
        except TwinpropError:  # of a metrics.csv, which was told when it was found
            row["largest_difference"] = None
        rows.append(row)
    return pandas.DataFrame(rows)


def largest_difference(a: Run, b: Run) -> float:
    """The largest relative difference of any loss at any evaluation that both runs have."""
    joined = a.metrics.merge(b.metrics, on="step", suffixes=("_a", "_b"))
    return float(
        max(((joined[f"{loss}_a"] - joined[f"{loss}_b"]).abs() / joined[f"{loss}_b"].abs()).max() for loss in LOSSES)
    )


def sweeps(runs: Sequence[Run]) -> dict[Path, Comparison]:
    """The sweeps that the runs belong to, by their directories, with the runs of each compared."""
    jobs: dict[Path, list[Run]] = defaultdict(list)
    for run in runs:
        if any((run.path.parent / name).exists() for name in ("multirun.yaml", "sweep.csv")):
            jobs[run.path.parent].append(run)
    found = {}
    for directory, some in jobs.items():
        configurations = [configuration(run) for run in some]
        summaries = [run.summary for run in some]
        metric = metric_of(configurations[0].get("metric"), summaries)
        found[directory] = Comparison(configurations, summaries, metric)
    return found


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("directories", nargs="+", metavar="DIR", help="a run, a sweep, or a folder of them")


def main(args: argparse.Namespace) -> int:
    import pandas

    runs = find_runs(args.directories)
    with pandas.option_context("display.width", None, "display.max_colwidth", 60):
        print(shown(runs_table(runs).to_string(index=False, float_format="{:.4g}".format)))
        twins = twins_table(runs)
        if len(twins):
            print("\nTwins: test loss and score, seconds of training, largest relative difference of losses")
            print(shown(twins.to_string(index=False, float_format="{:.4g}".format)))
        for directory, comparison in sweeps(runs).items():
            rows = comparison.best_rows()
            if rows:
                print(shown(f"\n{directory}: the best with each value"))
                print(shown(pandas.DataFrame(rows).to_string(index=False)))
            for remark in comparison.remarks:
                print(shown(f"\n{directory}: {remark}"))
            if draw_comparison(comparison, directory / "sweep.png"):
                print(shown(f"\npictured in {directory / 'sweep.png'}"))
    return 0
