"""What the columns of a table are taken for: numbers, dates, categories, or nothing, and why.

A wrong cell is told by its row, counted from 1 below the head, and its column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.data.table_file import RawTable
from twinprop.errors import DataError
from twinprop.text import nearest, plural

if TYPE_CHECKING:
    import pandas

NUMBER, DATE, CATEGORY = "number", "date", "category"

MOSTLY = 0.75
"""The share of numbers among the cells of a column from which the others are mistakes, and no words."""

LARGEST = 1e30
"""Beyond, sums and squares of float32 are no numbers."""

NAMED = 5
"""Cells that are named; of others the number."""

LOOKED_AT = 20
"""Texts by which is found out what they look like."""

OF_ITS_OWN = 0.5
"""The share of rows with a text of their own from which a column is names, and no categories."""

THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?(e[+-]?\d+)?", re.IGNORECASE)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")

MICROSECONDS_A_DAY = 86400 * 1e6

CODE = re.compile(r"[+-]?0\d+")
"""A number as nobody writes one: a postcode, say."""

LIKE_A_NUMBER = re.compile(r"\W{0,4}\d+([., ]\d{3})*([.,]\d+)?(?!st|nd|rd|th)\W{0,2}[^\W\d]{0,8}\W{0,2}")
"""5%, $5, 3,5 or 12 kg; no codes, as C85, and nothing that is counted, as 1st."""

LIKE_A_DATE = re.compile(
    r"(\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})"
    r"|\d{1,2}[ .-]{1,2}[^\W\d]{3,9}[ .,-]{1,2}(\d{4}|\d{2})|[^\W\d]{3,9}\.? \d{1,2},? \d{4})(?!\d).*"
)


class Kind(NamedTuple):
    """What a column is taken for, or why it is left out, and what is to be told of that."""

    kind: str
    left_out: str = ""
    remark: str = ""


def rows_named(table: RawTable, which: Any) -> str:
    """`rows 3, 7 and 12 more`, of the rows for which `which` (n,) is true."""
    rows = table.frame.index[which]
    first = ", ".join(str(row) for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    return f"row{'s' * (len(rows) > 1)} {first}{more}"


def as_numbers(column: pandas.Series, comma: bool) -> NDArray[np.float64]:
    """A column as numbers, NaN where a cell is missing, or no number that a network can take, (n,)."""
    import pandas

    if column.dtype.kind in "iuf" or str(column.dtype) in ("Int64", "Float64"):
        found = column.astype("float64").to_numpy(np.float64, na_value=np.nan)
    else:
        text = column.map(lambda cell: plain(str(cell), comma), na_action="ignore")
        found = pandas.to_numeric(text.astype(object), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.where(np.abs(found) < LARGEST, found, np.nan)


def plain(cell: str, comma: bool) -> str:
    """A number as Python reads it."""
    if comma and COMMA.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".") if "," in cell else cell
    return cell.replace(",", "") if THOUSANDS.fullmatch(cell) else cell


def as_days(column: pandas.Series) -> NDArray[np.float64]:
    """Dates as days since 1970, NaN where a cell is missing or no date, (n,)."""
    import pandas

    if column.dtype.kind != "M":
        column = column.where(column.map(lambda cell: bool(ISO_DATE.fullmatch(str(cell)))))
        column = column.map(lambda cell: str(cell).replace(" ", "T"), na_action="ignore")
    times = pandas.to_datetime(column, errors="coerce", utc=True, format="ISO8601")
    moments = times.dt.tz_localize(None).to_numpy("datetime64[us]")  # in nanoseconds there is no year 9999
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / MICROSECONDS_A_DAY)


def as_words(column: pandas.Series) -> pandas.Series:
    """A column as text, whole numbers without a point, missing cells as they are."""
    if column.dtype.kind == "f" or str(column.dtype) == "Float64":
        return column.map(lambda cell: f"{cell:.0f}" if float(cell).is_integer() else str(cell), na_action="ignore")
    return column.map(str, na_action="ignore").astype(object)


def kind_of(table: RawTable, name: str, wanted: str | None, is_chosen: bool) -> Kind:
    """What a column is taken for.

    Args:
        table: where it is.
        name: its own.
        wanted: what somebody says that it is; None to find out.
        is_chosen: whether somebody chose it, so that it is not left out for being names.

    Raises:
        DataError: most of its cells are numbers or dates, and others are not.
    """
    column = table.frame[name]
    there = column.notna().to_numpy()
    count = int(there.sum())
    if not count:
        return Kind(CATEGORY, "every cell is missing")
    if column.nunique() == 1:
        return Kind(CATEGORY, f"is {str(column[there].iloc[0])!r:.40} in every row that has it")
    if wanted == CATEGORY or column.dtype.kind == "b":
        return Kind(CATEGORY)
    if column.dtype.kind == "M":
        return Kind(DATE)
    numbers = as_numbers(column, table.comma)
    wrong = there & np.isnan(numbers)
    codes = column.dtype.kind == "O" and any(CODE.fullmatch(str(cell)) for cell in column[there])
    if not codes and wrong.sum() <= (1 - MOSTLY) * count:
        if wrong.any():
            raise DataError(wrong_cells(table, name, wrong, count))
        counts = any((numbers == np.arange(first, first + len(numbers))).all() for first in (0, 1))
        return Kind(NUMBER, "counts the rows" if counts and not is_chosen else "")
    wrong = there & np.isnan(as_days(column))
    if wrong.sum() <= (1 - MOSTLY) * count:
        if wrong.any():
            raise DataError(wrong_cells(table, name, wrong, count, DATE))
        return Kind(DATE)
    remark = written_otherwise(column[there])
    if not is_chosen and column.nunique() > max(20, OF_ITS_OWN * count):
        names = f"{column.nunique():,} different texts in {count:,} rows are names, and no categories"
        return Kind(CATEGORY, remark or names)
    return Kind(CATEGORY, remark=remark)


def written_otherwise(cells: pandas.Series) -> str:
    """How dates and numbers are read, where most of some texts look like either, and are neither; else nothing."""
    first = [str(cell) for cell in cells.iloc[:LOOKED_AT]]

    def mostly(pattern: re.Pattern[str]) -> bool:
        return sum(bool(pattern.fullmatch(cell)) for cell in first) > len(first) / 2

    if mostly(LIKE_A_DATE):
        return "dates are read where they are written as 2026-01-31"
    if mostly(LIKE_A_NUMBER) and not any(CODE.fullmatch(str(cell)) for cell in cells):
        return "numbers are read where they are written as 1234.5 or 1,234.5"
    return ""


def wrong_cells(table: RawTable, name: str, wrong: NDArray[Any], count: int, kind: str = NUMBER) -> str:
    """That some cells of a column of numbers or dates are none."""
    rows, column = np.flatnonzero(wrong), table.frame[name]
    cells = ", ".join(f"{str(column.iloc[row])!r:.40} in row {column.index[row]}" for row in rows[:NAMED])
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    word = str(table.frame[name].iloc[rows[0]])
    found = plural(count - len(rows), kind)
    return (
        f"{table.name}: column {name!r} has {found}, and {cells}{more}. Correct that; where it "
        f"stands for a missing cell, data.missing_values=['{word}']; where these are names, data.categories=['{name}']."
    )


def check_names(table: RawTable, key: str, names: Iterable[str]) -> None:
    """Whether a table has columns that a key names.

    Raises:
        DataError: it has not; the nearest is suggested.
    """
    known = list(table.frame.columns)
    for name in names:
        if name not in known:
            listed = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
            raise DataError(f"{key}={name}: {table.name} has no such column.{nearest(name, known)} It has {listed}.")
