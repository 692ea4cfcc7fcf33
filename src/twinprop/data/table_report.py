"""What of a table was taken for what: told before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from twinprop.data.base import Dataset
from twinprop.data.columns import CATEGORY, DATE, NUMBER, Kind
from twinprop.data.preparation import Preparation
from twinprop.data.table_file import RawTable
from twinprop.data.target import Target
from twinprop.task import Regression
from twinprop.text import aligned, plural, shortened

LISTED = 20
"""Classes whose samples are told."""

SPLITS = {"train": "training", "val": "validation", "test": "test"}


def report(
    table: RawTable,
    test: RawTable | None,
    target: Target,
    kinds: Mapping[str, Kind],
    preparation: Preparation,
    dataset: Dataset,
    without: int,
    remarks: Sequence[str],
) -> Iterator[str]:
    """The lines of the report.

    Args:
        table: the rows to learn from, as they were read.
        test: those for testing alone, if there are any.
        target: what is learnt.
        kinds: what each of the other columns is taken for.
        preparation: what they become.
        dataset: what came of it.
        without: rows that were left out.
        remarks: what else is to be told.
    """
    for each in (table, test):
        if each is not None:
            size = f"{len(each.frame):,} rows, {plural(len(each.frame.columns), 'column')}"
            yield f"{each.name}: {size}{f' ({each.read_as})' if each.read_as else ''}"
    what = f"{len(target.classes)} classes" if target.classes else "a number"
    yield f"  learnt     {target.name}: {what}{f' ({target.why})' if target.why else ''}"
    used = preparation.columns
    numbers = [column.name for column in used if column.kind == NUMBER]
    if numbers:
        yield f"  numbers    {shortened(numbers)}"
    for column in used:
        if column.kind == DATE:
            yield f"  date       {column.name}: days since 1970-01-01"
        if column.kind == CATEGORY:
            others = ", and one for all others" if column.other else ""
            words = shortened(list(map(repr, column.categories)), 6)
            many = f"the most frequent of {table.frame[column.name].nunique():,}, " if column.other else ""
            inputs = f"{plural(len(column.categories), 'input')}{others}"
            remark = kinds[column.name].remark
            yield f"  categories {column.name}: {many}{words}: {inputs}{f'; {remark}' if remark else ''}"
    for name, kind in kinds.items():
        if kind.left_out:
            yield f"  left out   {name}: {kind.left_out}"
    for column in used:
        missing = int(table.frame[column.name].isna().sum())
        if missing and column.fill is not None:
            fill = column.fill if isinstance(column.fill, str) else f"{column.fill:.6g}"
            yield f"  filled     {column.name}: {plural(missing, 'cell')} by {fill}"
    yield from (f"  {remark}" for remark in remarks)
    if without:
        yield f"  left out   {plural(without, 'row')} in all"
    yield f"  inputs     {preparation.width}"
    yield from (f"  {line}" for line in splits(dataset))
    for split, meaning in {"train": "it cannot be learnt", "test": "no result says anything of it"}.items():
        lacking = [name for name, count in dataset.counts()[split].items() if not count] if dataset.classes else []
        if lacking:
            yield f"  no {SPLITS[split]} row of {shortened(lacking)}: {meaning}"


def splits(dataset: Dataset) -> list[str]:
    """How many samples there are of each class in each split, or what numbers are like."""
    counts = dataset.counts()
    if isinstance(dataset.task, Regression):
        head = ["split", "rows", "mean", "std", "min", "max"]
        keys = ("mean", "std", "min", "max")
        rows = [
            [SPLITS[split], f"{each['samples']:,}", *(f"{each[key]:.5g}" if key in each else "-" for key in keys)]
            for split, each in counts.items()
        ]
        return aligned(head, rows, head[1:]).splitlines()
    names = list(SPLITS.values())
    rows = [[name, *(f"{counts[split][name]:,}" for split in SPLITS)] for name in dataset.classes[:LISTED]]
    if len(dataset.classes) > LISTED:
        rows.append([f"and {len(dataset.classes) - LISTED} more", "", "", ""])
    rows.append(["in all", *(f"{sum(counts[split].values()):,.0f}" for split in SPLITS)])
    return aligned(["class", *names], rows, names).splitlines()
