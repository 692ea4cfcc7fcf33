"""Tables: rows with a column to learn, a class or a number, from the other columns.

From the cells to samples: which column is what, which rows are in which split, and from the training rows alone how
cells become numbers. All of it is told before anything is trained.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.random import generator
from twinprop.data.base import SPLIT, DataConfig, Dataset
from twinprop.data.columns import CATEGORY, Kind, as_words, check_names, kind_of, rows_named
from twinprop.data.preparation import FILLING, Preparation, learnt
from twinprop.data.samples import Samples
from twinprop.data.splitting import held_out
from twinprop.data.table_file import RawTable
from twinprop.data.table_report import report
from twinprop.data.target import Target, target_of
from twinprop.errors import DataError
from twinprop.fields import choice, described, number
from twinprop.task import TASKS, Regression, Task, task_of
from twinprop.text import nearest, shortened

log = logging.getLogger("twinprop")

NAMES = "a list of names of columns"


class Parts(NamedTuple):
    """Positions of the rows of each split."""

    train: NDArray[Any]
    val: NDArray[Any]
    test: NDArray[Any]


@dataclass
class Table(DataConfig):
    """The keys that all tables share."""

    target: str | None = None
    columns: list[str] | None = described(None, f"{NAMES}, or null")
    drop: list[str] = field(default_factory=list, metadata={"said": NAMES})
    categories: list[str] = field(default_factory=list, metadata={"said": NAMES})
    task: str = choice("auto", ("auto", *TASKS))
    missing: str = choice("refuse", ("refuse", "drop", *FILLING))
    max_categories: int = number(50, ge=2, le=10_000)
    scale_target: bool = True
    stratify: bool = True
    group: str | None = None
    normalize: bool = True

    def table(self) -> RawTable:
        """The rows to learn from.

        Raises:
            DataError: they cannot be read.
        """
        raise NotImplementedError(f"{type(self).__name__} reads nothing")

    def test_table(self) -> RawTable | None:
        """Rows that are for testing alone; None where a share of the others is."""
        return None

    def learns(self) -> type[Task] | None:
        return TASKS.get(self.task)

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        for key in ("drop", "categories"):
            for name in getattr(self, key):
                if name == self.target or name == self.group:
                    yield f"data.{key}={name}: is the column of data.{'target' if name == self.target else 'group'}."

    def load(self) -> Dataset:
        """Read the rows, cut them into splits, and prepare them by what the training rows teach.

        Raises:
            DataError: the table cannot be read, or does not fit the keys; the text says where, and what to do.
        """
        return self.loaded_as(None)

    def load_as(self, preparation: Mapping[str, Any], whole: bool = False) -> Dataset:
        if "table" not in preparation:
            raise DataError(f"data={self.name}: is a table, and the network was trained on none.")
        return self.loaded_as(preparation, whole)

    def source(self) -> dict[str, Any]:
        return {"name": self.name, **self.paths(), "root": None}

    def loaded_as(self, about: Mapping[str, Any] | None, whole: bool = False) -> Dataset:
        """The rows as a network takes them that was trained as `about` tells; None to learn from these."""
        table, test = self.table(), self.test_table()
        whole = whole and test is None
        others = [str(self.target)] if whole else self.others()
        known = None if about is None else Preparation.from_dict(about["table"])
        kinds = self.kinds(table) if known is None else {column.name: Kind(column.kind) for column in known.columns}
        check_names(table, "data.target", others[:1])
        check_names(table, "data.group", others[1:])
        if known is not None:
            known.check(table)
        tables = joined(table, test, [*kinds, *others])
        asked = known is None or self.missing == "drop"  # else what fills cells is known, or that none was missing
        used = [name for name in kinds if asked and not kinds[name].left_out]
        keep, left = self.complete(tables, used, others)
        complete = replace(tables, frame=tables.frame.iloc[keep])
        own = int((keep < len(table.frame)).sum())
        target = target_of(complete, str(self.target), self.task, own, None if about is None else about["classes"])
        everything, nothing = np.arange(len(complete.frame)), np.arange(0)
        parts, remarks = Parts(nothing, nothing, everything), list[str]()
        if not whole:
            parts, remarks = self.parts(complete, target, own, test is not None)
        task = target.task(parts.train, self.scale_target) if about is None else task_of(about.get("task"))
        fill = self.missing if self.missing in FILLING else None
        preparation = known or learnt(complete, kinds, parts.train, fill, self.normalize, self.max_categories)
        x, unknown = preparation.inputs(complete)
        more = [remark.told(complete) for remark in unknown]
        y = (target.values - task.origin) / task.unit if isinstance(task, Regression) else target.values
        train, val, held = (Samples(y[rows], x[rows]) for rows in parts)
        width, saved = (preparation.width,), self.saved(preparation)
        found = Dataset(train, val, held, width, target.classes, None, None, task=task, table=saved)
        if known is not None:  # what it was trained on told the rest
            for remark in more:
                log.warning(remark)
            return found
        without = len(tables.frame) - len(keep)
        for line in report(table, test, target, kinds, preparation, found, without, [*left, *remarks, *more]):
            log.info(line)
        return found

    def kinds(self, table: RawTable) -> dict[str, Kind]:
        """What the columns to learn from are taken for, by name.

        Raises:
            DataError: none of them is of any use.
        """
        kinds = {name: self.kind(table, name) for name in self.features(table)}
        if all(kind.left_out for kind in kinds.values()):
            why = "; ".join(f"{name}: {kind.left_out}" for name, kind in kinds.items())
            raise DataError(
                f"{table.name}: has no column to learn from ({why}). Those that count rows or are names, "
                "data.columns=[NAME] takes all the same."
            )
        return kinds

    def saved(self, preparation: Preparation) -> dict[str, Any]:
        """What a model keeps of the table that it was trained on."""
        return {"target": self.target, **preparation.as_dict()}

    def others(self) -> list[str]:
        """Columns that are no features."""
        return [str(self.target), *([self.group] if self.group is not None else [])]

    def features(self, table: RawTable) -> list[str]:
        """The columns to learn from, in the order of the table.

        Raises:
            DataError: a key names a column that is not there, or none is left.
        """
        known = list(table.frame.columns)
        if self.target is None:
            raise DataError(
                f"data.target=null: which column of {table.name} is to be learnt? It has {', '.join(known[:20])}; "
                f"often it is the last one: data.target={known[-1]}."
            )
        check_names(table, "data.target", [self.target])
        for key in ("columns", "drop", "categories"):
            check_names(table, f"data.{key}", getattr(self, key) or [])
        check_names(table, "data.group", [self.group] if self.group is not None else [])
        chosen = known if self.columns is None else [name for name in known if name in self.columns]
        left = [name for name in chosen if name not in {*self.others(), *self.drop}]
        if not left:
            raise DataError(f"{table.name}: has no column to learn {self.target!r} from; it has {', '.join(known)}.")
        return left

    def kind(self, table: RawTable, name: str) -> Kind:
        """What a column is taken for."""
        wanted = CATEGORY if name in self.categories else None
        return kind_of(table, name, wanted, name in self.categories or name in (self.columns or []))

    def complete(self, table: RawTable, names: list[str], others: list[str]) -> tuple[NDArray[Any], list[str]]:
        """Positions of the rows that can be learnt from, and what is to be told of the others.

        Args:
            table: all rows.
            names: of the columns to learn from.
            others: of the target's column, and of the groups'.

        Raises:
            DataError: cells are missing, and nobody said what to do about that.
        """
        missing = table.frame[[*names, *others]].isna()
        untaught = missing[others].any(axis=1).to_numpy()
        holes = missing[names].any(axis=1).to_numpy()
        if self.missing == "refuse" and (untaught | holes).any():
            each = [f"{name!r} in {rows_named(table, missing[name])}" for name in missing if missing[name].any()]
            ways = "data.missing=mean, median or most_frequent fills them by the training rows"
            drop = "data.missing=drop leaves their rows out, as each does with a row without a target"
            raise DataError(f"{table.name}: cells are missing: {'; '.join(each)}. {ways}; {drop}.")
        out = untaught | holes if self.missing == "drop" else untaught
        if out.all():
            raise DataError(f"{table.name}: no row is left: each has a missing cell; use data.missing=median.")
        what = "a missing cell" if self.missing == "drop" else "no target"
        told = [f"left out   {rows_named(table, out)}: {what}"] if out.any() else []
        return np.flatnonzero(~out), told

    def parts(self, table: RawTable, target: Target, own: int, has_test: bool) -> tuple[Parts, list[str]]:
        """Positions of the rows of each split, of which the first `own` are not for testing alone.

        Raises:
            DataError: a split is empty.
        """
        classes = target.values if target.classes and self.stratify else None
        groups = None if self.group is None else np.unique(as_words(table.frame[self.group]), return_inverse=True)[1]
        numbers = generator(self.seed, SPLIT).integers(2**31, size=2)
        rest, test = np.arange(own), np.arange(own, len(table.frame))
        remarks: list[str] = []
        if has_test:
            rest = generator(self.seed, SPLIT).permutation(rest)
        else:
            count = self.cut(own, None)[2]
            rest, test, remarks = held_out(count, own, classes, groups, int(numbers[0]), "test")
        rest = rest[: self.limit]
        some = None if classes is None else classes[rest]
        among = None if groups is None else groups[rest]
        count = round(len(rest) * self.val_fraction)
        train, val, more = held_out(count, len(rest), some, among, int(numbers[1]), "validation")
        found = Parts(np.sort(rest[train]), np.sort(rest[val]), test)
        for split, key in {"train": "val_fraction", "test": "test_fraction"}.items():
            if not len(getattr(found, split)):
                raise DataError(f"{table.name}: no row is left for the {split} split; change data.{key}.")
        return found, [f"splits     {line}" for line in (*remarks, *more)]


def joined(table: RawTable, test: RawTable | None, names: list[str]) -> RawTable:
    """Rows to learn from and below them those for testing alone.

    Raises:
        DataError: the table for testing lacks a column.
    """
    import pandas

    if test is None:
        return table
    lacking = [name for name in names if name not in test.frame]
    if lacking:
        near = nearest(lacking[0], test.frame.columns)
        raise DataError(f"data.test_file={test.name}: lacks the columns {shortened(lacking)} of {table.name}.{near}")
    other = test.frame[names].set_axis([f"{row} of {test.name}" for row in test.frame.index])
    return RawTable(pandas.concat([table.frame[names], other]), table.name, table.comma)
