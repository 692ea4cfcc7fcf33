"""`twinprop report DIR...`: what runs and sweeps say, as tables, figures, and one page to hand in.

The page, report.html, holds everything and opens anywhere; beside it are the same as report.md, a row for each run in
results.csv, and the figures in plots/. With one directory they are written into it, else into FOLDER. Each sweep is a
section; runs of no sweep are one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from twinprop.errors import TwinpropError
from twinprop.report.classes import classes_table
from twinprop.report.page import write_report
from twinprop.report.runs import find_runs, sweeps_of
from twinprop.report.study import Study, studies
from twinprop.report.table import Table
from twinprop.report.tables import best_values, comparisons, dropped, failures, results_of
from twinprop.report.twins import pairs_of, twins_table
from twinprop.run.console import console, display_path
from twinprop.task import METRICS
from twinprop.text import nearest, shown


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("directories", nargs="+", metavar="DIR", help="a run, a sweep, or a folder of them")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the report goes; NAME.html is the page alone")
    parser.add_argument("--sort", metavar="KEY", help="sort by a metric such as test_loss, or by a varied key")
    parser.add_argument("--together", action="store_true", help="compare all runs, whichever sweep they are of")
    for name, what in {"md": "Markdown", "csv": "CSV", "latex": "LaTeX (booktabs)"}.items():
        parser.add_argument(
            f"--{name}", action="store_true", help=f"print the table of choices as {what}, and write nothing"
        )


def main(args: argparse.Namespace) -> int:
    left_out: list[str] = []
    runs = find_runs(args.directories, left_out.append)
    for line in left_out:
        print(shown(line), file=sys.stderr)
    found = studies(runs, sweeps_of(runs), args.together)
    check_sort(args.sort, found)
    for kind, written in {"md": Table.markdown, "csv": Table.csv, "latex": Table.latex}.items():
        if getattr(args, kind):
            print("\n".join(written(results_of(each, args.sort)).rstrip("\n") for each in found))
            return 0
    folder, alone = destination(args)
    for study in found:
        tell(study, args.sort)
    page = write_report(found, folder, left_out, args.sort, alone)
    console.print(f"\nwritten to {display_path(page)}")
    return 0


def check_sort(sort: str | None, found: list[Study]) -> None:
    """Check what to sort by.

    Raises:
        TwinpropError: it is no metric, and no key that varied.
    """
    keys = [key for study in found for key in study.keys]
    metrics = [
        f"{split}_{name}" for study in found for name in (study.measure, "loss") for split in ("train", "val", "test")
    ]
    if sort is not None and sort not in (*METRICS, *metrics, *keys):
        names = dict.fromkeys([*metrics, *keys])
        raise TwinpropError(f"--sort {sort}: must be one of {', '.join(names)}.{nearest(sort, names)}")


def destination(args: argparse.Namespace) -> tuple[Path, str]:
    """The folder of the report, and the name of the page where it is wanted alone.

    Raises:
        TwinpropError: several directories were given, and no folder.
    """
    if args.out is None:
        if len(args.directories) > 1:
            raise TwinpropError("--out FOLDER: say where the report of several directories goes.")
        return Path(args.directories[0]), ""
    out = Path(args.out)
    return (out.parent, out.name) if out.suffix == ".html" else (out, "")


def tell(study: Study, sort: str | None) -> None:
    """Print what a study says."""
    console.print(f"\n{shown(study.name)}: {shown(study.question)}")
    for line in [*study.answers, *study.remarks]:
        console.print(f"  {shown(line)}")
    shown_tables = [results_of(study, sort).shortened(), best_values(study), comparisons(study), dropped(study)]
    for table in [*shown_tables, classes_table(study), twins_table(pairs_of(study.runs)), failures(study)]:
        if table is not None:
            console.print()
            console.print(table.terminal())
