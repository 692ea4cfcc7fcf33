"""The column that is to be learnt: classes or numbers, and which of them it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.columns import CODE, MOSTLY, as_numbers, as_words, rows_named, written_otherwise, wrong_cells
from twinprop.data.table_file import RawTable
from twinprop.errors import DataError
from twinprop.task import CLASSIFICATION, Regression, Task
from twinprop.text import shortened

MOST_CLASSES = 20
"""Different whole numbers up to which they are taken for classes."""

EXACT = 2.0**53
"""Below, floats hold every whole number."""


@dataclass
class Target:
    """What is to be learnt of each row.

    Attributes:
        name: of its column.
        values: class numbers, int64, or numbers, float64, (n,).
        classes: their names; none of numbers.
        why: what it was taken for, and which key changes that; empty where there was no choice.
    """

    name: str
    values: NDArray[Any]
    classes: list[str]
    why: str = ""

    def task(self, train: NDArray[Any], scale: bool) -> Task:
        """What a network learns from the training rows at these positions.

        Raises:
            DataError: there is nothing to tell apart.
        """
        values = self.values[train]
        if len(np.unique(values)) == 1:
            only = self.classes[values[0]] if self.classes else f"{values[0]:g}"
            raise DataError(f"data.target={self.name}: is {only} in every training row, so there is nothing to learn.")
        if self.classes:
            return CLASSIFICATION
        return Regression(float(values.mean()), float(values.std())) if scale else Regression()


def target_of(table: RawTable, name: str, wanted: str, own: int, known: Sequence[str] | None = None) -> Target:
    """The target of a table without missing targets.

    Args:
        table: its rows.
        name: the column.
        wanted: classification, regression, or auto to find out.
        own: rows that are not for testing alone, which say what classes there are.
        known: the classes that a network was trained on, or none of numbers; None to find out.

    Raises:
        DataError: cells are no numbers where numbers are wanted, or a class is in the test rows alone.
    """
    column = table.frame[name]
    if known is not None:
        wanted = "classification" if known else "regression"
    numbers = as_numbers(column, table.comma) if column.dtype.kind not in "bM" else np.full(len(column), np.nan)
    wrong = np.isnan(numbers)
    mostly = wanted == "auto" and wrong.sum() <= (1 - MOSTLY) * len(column)
    if wrong.any() and (wanted == "regression" or mostly):
        more = " Where it holds classes: data.task=classification." if mostly else ""
        raise DataError(wrong_cells(table, name, wrong, len(column)) + more)
    few = len(np.unique(numbers[~wrong])) <= MOST_CLASSES
    whole = not wrong.any() and bool((numbers == np.floor(numbers)).all())
    if wanted == "regression" or (wanted == "auto" and not wrong.any() and not (few and whole)):
        why = ""
        if wanted == "regression" or whole:
            why = f"{len(np.unique(numbers)):,} different numbers; data.task=classification takes them for classes"
        return Target(name, numbers, [], why if wanted == "auto" else "")
    # where a number would be another one as it is read, as 007 or one of 20 digits, its text names the class
    plain = whole and bool((np.abs(numbers) < EXACT).all()) and not any(CODE.fullmatch(str(cell)) for cell in column)
    words = np.array([f"{each:.0f}" for each in numbers]) if plain else as_words(column).to_numpy(object)
    classes = sorted(set(words[:own]))
    why = written_otherwise(column)
    if whole:
        ordered = dict(zip(words[:own], numbers[:own], strict=True))
        classes = sorted(classes, key=lambda word: ordered[word])
        why = f"{len(classes)} different whole numbers; data.task=regression takes them for numbers"
    classes = list(known) if known else classes
    place = {word: number for number, word in enumerate(classes)}
    new = np.array([word not in place for word in words])
    if new.any():
        raise DataError(
            f"data.target={name}: {words[new][0]!r} in {rows_named(table, new)} is no class that is learnt; "
            f"those are {shortened(classes)}."
        )
    return Target(name, np.array([place[word] for word in words], np.int64), classes, why if wanted == "auto" else "")
