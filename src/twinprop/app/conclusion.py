"""What is told of a sweep when its jobs have ended: a table, sweep.csv, the best with each value, and the report.

It needs nothing but what the jobs ended with, so that on a full disk the tables are complete all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.population.compare import EXPERIMENT, Comparison, named
from twinprop.population.seeds import over_seeds
from twinprop.population.table import dropped_line, jobs_table, table_of_rows, write_csv
from twinprop.run.console import console, display_path
from twinprop.run.saved import Run
from twinprop.run.showing import only_shows
from twinprop.run.summary import metric_of
from twinprop.text import duration, ranges, shown

if TYPE_CHECKING:
    from rich.table import Table


@dataclass
class Ended:
    """A job that has ended.

    Attributes:
        path: its directory.
        overrides: what was typed for it.
        keys: its configuration, flat; None where it could not be composed.
        summary: what became of it.
    """

    path: Path
    overrides: list[str]
    keys: dict[str, Any] | None
    summary: dict[str, Any]

    @property
    def flat(self) -> dict[str, Any]:
        """Its configuration, and the experiment that chose keys of it."""
        chosen = [word.partition("=")[2] for word in self.overrides if word.startswith(f"{EXPERIMENT}=")]
        return {**({EXPERIMENT: chosen[-1]} if chosen else {}), **(self.keys or {})}


class Conclusion:
    """Tells of the jobs of a sweep that have ended.

    Args:
        directory: the sweep's.
        ended: its jobs, by their numbers.
        reports: whether a report is written of them.
    """

    def __init__(self, directory: Path, ended: Mapping[int, Ended], reports: bool = True) -> None:
        self.reports = reports
        self.directory, self.ended = directory, dict(sorted(ended.items()))
        self.composed = {number: each for number, each in self.ended.items() if each.keys is not None}
        chosen = next((each.flat.get("metric") for each in self.composed.values()), None)
        self.metric = metric_of(chosen, [each.summary for each in self.ended.values()])

    def table(self) -> Table:
        """A row for each choice; where it cannot be made, that is told, and an empty table ends nothing."""
        from rich.table import Table

        overrides = {number: each.overrides for number, each in self.ended.items()}
        common = set.intersection(*map(set, overrides.values())) if len(overrides) > 1 else set()
        with only_shows("the table of jobs"):
            return jobs_table(
                list(self.ended),
                {number: each.flat for number, each in self.composed.items()},
                {number: [word for word in words if word not in common] for number, words in overrides.items()},
                {number: each.summary for number, each in self.ended.items()},
                self.metric,
            )
        return Table(box=None)

    def write_csv(self) -> None:
        """Write sweep.csv, a row for each job."""
        directories = {number: each.path.name for number, each in self.ended.items()}
        overrides = {number: each.overrides for number, each in self.ended.items()}
        summaries = {number: each.summary for number, each in self.ended.items()}
        write_csv(self.directory / "sweep.csv", directories, overrides, summaries)

    def tell_batch(self, numbers: list[int]) -> None:
        """Tell of some trials of a search, and of the best so far."""
        with only_shows("the best so far", self.directory):
            comparison = self.comparison()
            best = comparison.ranked()[0]
            if not best.over_seeds(self.metric).values:
                console.print(f"trials {ranges(numbers)} have ended; none has a result yet")
                return
            with_ = f"{self.metric} {best.over_seeds(self.metric)} with {named(best.values)}"
            console.print(f"trials {ranges(numbers)} have ended; the best so far: {shown(with_)}")

    def comparison(self) -> Comparison:
        """The jobs by what varied."""
        some = list(self.composed.values())
        return Comparison(
            [each.flat for each in some], [each.summary for each in some], self.metric, list(self.composed)
        )

    def tell(self, seconds: float) -> None:
        """Tell everything, and write the report."""
        console.print(self.table())
        dropped = dropped_line(each.summary for each in self.ended.values())
        if dropped:
            console.print(f"  {dropped}")
        console.print(f"  in {duration(seconds)}; all results are in {display_path(self.directory / 'sweep.csv')}")
        if not self.composed:
            return
        with only_shows("what was best with each value", self.directory):
            rows = self.comparison().best_rows()
            if rows:
                console.print(table_of_rows(rows))
        if self.reports and any(over_seeds([each.summary], "train_loss").values for each in self.composed.values()):
            with only_shows("the report", self.directory):
                self.report()

    def report(self) -> None:
        """Write the report into the sweep's directory."""
        from twinprop.report.page import write_report
        from twinprop.report.study import Study

        runs, left_out = [], []
        for number, each in self.ended.items():
            if each.keys is None:
                left_out.append(f"job {number} ({' '.join(each.overrides)}): {each.summary.get('reason', 'failed')}")
                continue
            run = Run(each.path, each.summary)
            run.keys, run.overrides = each.keys, each.overrides
            runs.append(run)
        page = write_report([Study(self.directory.name, runs, self.directory)], self.directory, left_out)
        console.print(f"  the report is {display_path(page)}")
