"""How columns become numbers for a network: filled, scaled, one-hot. Learnt from training rows alone, by scikit-learn.

What was learnt is plain numbers and words, which are saved with a model; training and prediction go the same way from
there, without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.data.columns import (
    CATEGORY,
    DATE,
    LARGEST,
    Kind,
    as_days,
    as_numbers,
    as_words,
    rows_named,
    wrong_cells,
)
from twinprop.data.table_file import RawTable
from twinprop.errors import DataError
from twinprop.text import nearest, shortened

FILLING = ("mean", "median", "most_frequent")
"""What a missing number can be filled with; a missing category is always filled with the most frequent."""


UNKNOWN = "is none of its categories in training, and taken for "


@dataclass
class Column:
    """A column, and the numbers that it becomes.

    Attributes:
        name: in the table.
        kind: number, date or category.
        fill: what a missing cell is taken for; None where none may be missing.
        mean, scale: of numbers, what is subtracted, and by what the rest is divided.
        categories: of categories, each with an input of its own.
        other: whether there is one more input, for all other categories.
        rare: those of training that share it; an earlier version did not keep them.
    """

    name: str
    kind: str
    fill: float | str | None = None
    mean: float = 0.0
    scale: float = 1.0
    categories: list[str] = field(default_factory=list)
    other: bool = False
    rare: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many inputs it makes."""
        return len(self.categories) + self.other if self.kind == CATEGORY else 1


class Remark(NamedTuple):
    """That some cells of a column are of no category that the network knows.

    Attributes:
        column: its name.
        words: its cells, (n,).
        new: which of them are, (n,).
        taken_for: what the network sees in their place.
    """

    column: str
    words: NDArray[Any]
    new: NDArray[Any]
    taken_for: str

    def told(self, table: RawTable) -> str:
        """In a sentence, with the rows."""
        words = shortened(sorted({repr(str(word)) for word in self.words[self.new]}), 5)
        return f"{self.column}: {words} in {rows_named(table, self.new)} {UNKNOWN}{self.taken_for}"

    def of(self, place: int) -> list[str]:
        """What is to be told of a row, if anything."""
        told = f"{self.column}: {str(self.words[place])!r} {UNKNOWN}{self.taken_for}"
        return [told] if self.new[place] else []


@dataclass
class Preparation:
    """The columns of a table, as a network sees them."""

    columns: list[Column]

    @property
    def width(self) -> int:
        """Inputs of a network."""
        return sum(column.width for column in self.columns)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Preparation:
        """What `as_dict` gave, read back from JSON."""
        return cls([Column(**column) for column in saved["columns"]])

    def check(self, table: RawTable) -> None:
        """Whether a table has all columns.

        Raises:
            DataError: it has not.
        """
        lacking = [column.name for column in self.columns if column.name not in table.frame]
        if lacking:
            near = nearest(lacking[0], list(map(str, table.frame.columns)))
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            raise DataError(
                f"{table.name}: has no column {lacking[0]!r}{more}, on which the network was trained.{near}"
            )

    def inputs(self, table: RawTable) -> tuple[NDArray[np.float32], list[Remark]]:
        """The rows of a raw table as a network takes them, (n, width), and what is to be told of them.

        Raises:
            DataError: a column is not there, or a cell is missing or no number.
        """
        self.check(table)
        parts, remarks = [np.zeros((len(table.frame), 0), np.float32)], list[Remark]()
        for column in self.columns:
            values, remark = self.encoded(column, table)
            parts.append(values.astype(np.float32))
            remarks += [remark] if remark is not None else []
        return np.concatenate(parts, axis=1), remarks

    def encoded(self, column: Column, table: RawTable) -> tuple[NDArray[Any], Remark | None]:
        """A column as inputs, (n, its width), and what is to be told of it."""
        cells = table.frame[column.name]
        missing = cells.isna().to_numpy()
        if missing.any() and column.fill is None:
            raise DataError(
                f"{table.name}: column {column.name!r} is missing in {rows_named(table, missing)}, and was in "
                "no row that the network was trained on; fill these cells, or train with data.missing=median."
            )
        if column.kind == CATEGORY:
            words = as_words(cells).fillna(column.fill).to_numpy(object)
            known = {word: place for place, word in enumerate(column.categories)}
            places = np.array([known.get(word, len(known)) for word in words], np.intp)
            rare = set(column.rare)
            new = (places == len(known)) & np.array([word not in rare for word in words], bool)
            is_told = new.any() and (rare or not column.other)
            taken_for = "one of the rare ones" if column.other else "none"
            remark = Remark(column.name, words, new, taken_for) if is_told else None
            return np.eye(len(known) + 1)[places][:, : column.width], remark
        numbers = as_days(cells) if column.kind == DATE else as_numbers(cells, table.comma)
        wrong = ~missing & np.isnan(numbers)
        if wrong.any():
            raise DataError(wrong_cells(table, column.name, wrong, int((~missing).sum()), column.kind))
        filled = np.where(missing, np.nan if column.fill is None else column.fill, numbers)
        scaled = (filled - column.mean) / column.scale
        far = np.abs(scaled) >= LARGEST
        if far.any():
            raise DataError(
                f"{table.name}: column {column.name!r} is too far from what the network was trained on in "
                f"{rows_named(table, far)}; correct that."
            )
        return scaled[:, None], None


def learnt(
    table: RawTable,
    kinds: Mapping[str, Kind],
    rows: NDArray[Any],
    fill: str | None,
    normalize: bool,
    most_categories: int,
) -> Preparation:
    """The preparation that the training rows of a table teach.

    Args:
        table: with the rows in all their splits.
        kinds: what each column is taken for; those that are left out are none of it.
        rows: positions of the training rows.
        fill: one of FILLING, for missing numbers; None where no cell may be missing.
        normalize: whether numbers get mean 0 and standard deviation 1.
        most_categories: inputs of a column, at most.

    Raises:
        DataError: a column has no value in the training rows.
    """
    columns = []
    for name, (kind, left_out, _) in kinds.items():
        if left_out:
            continue
        cells = table.frame[name].iloc[rows]
        if not cells.notna().any():
            raise DataError(f"{table.name}: column {name!r} has no value in the training rows; data.drop=['{name}'].")
        if kind == CATEGORY:
            columns.append(learnt_categories(name, as_words(cells).to_numpy(object)[:, None], fill, most_categories))
        else:
            numbers = as_days(cells) if kind == DATE else as_numbers(cells, table.comma)
            columns.append(learnt_numbers(name, kind, numbers[:, None], fill, normalize))
    return Preparation(columns)


def learnt_numbers(name: str, kind: str, values: NDArray[Any], fill: str | None, normalize: bool) -> Column:
    """A column of numbers (n, 1)."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    column = Column(name, kind)
    if fill is not None:
        imputer = SimpleImputer(strategy=fill).fit(values)
        column.fill, values = float(imputer.statistics_[0]), imputer.transform(values)
    if normalize:
        scaler = StandardScaler().fit(values)
        column.mean, column.scale = float(scaler.mean_[0]), float(scaler.scale_[0])
    return column


def learnt_categories(name: str, values: NDArray[Any], fill: str | None, most: int) -> Column:
    """A column of words (n, 1)."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    column = Column(name, CATEGORY)
    if fill is not None:
        imputer = SimpleImputer(strategy="most_frequent").fit(values)
        column.fill, values = str(imputer.statistics_[0]), imputer.transform(values)
    encoder = OneHotEncoder(max_categories=most, handle_unknown="infrequent_if_exist").fit(values)
    rare = encoder.infrequent_categories_[0]
    column.rare = [] if rare is None else [str(each) for each in rare]
    together = set(column.rare)
    column.categories = [str(each) for each in encoder.categories_[0] if each not in together]
    column.other = bool(together)
    return column
