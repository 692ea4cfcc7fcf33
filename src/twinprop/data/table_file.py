"""A table in a file: CSV in whatever dialect, or Parquet, as a pandas frame whose cells are not yet taken for anything.

Which letters and which separator a text has is found out where nobody says it, and told.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.errors import DataError, first_line
from twinprop.text import at_home, plural, shortened, spelled

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 50
"""Lines by which the separator is found."""

csv.field_size_limit(10**9)  # for all of Python; at first, a text of 131,073 letters in a cell is refused

PARQUET = (".parquet", ".pq")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class RawTable:
    """A table as it was read. Rows are counted from 1, below the head.

    Attributes:
        frame: a column of text for each of a text file, with NaN where a cell is missing; of Parquet, its own types.
            Its index are the rows' numbers.
        name: what messages call it.
        comma: whether numbers may have a comma for a point.
        read_as: how it was read, in words.
    """

    frame: pandas.DataFrame
    name: str
    comma: bool = False
    read_as: str = ""


def read_table(
    path: str,
    separator: str | None = None,
    encoding: str | None = None,
    missing_values: Sequence[str] = (),
    key: str = "",
) -> RawTable:
    """The table in a file.

    Args:
        path: a text with the names of the columns in its first line, or Parquet.
        separator: between cells; None to find out.
        encoding: of the text; None to find out.
        missing_values: what stands in missing cells, beside nothing, NA, nan, null and what else pandas knows.
        key: that names it, for messages.

    Raises:
        DataError: it cannot be read; the text says why, and what to do.
    """
    file = Path(at_home(path))
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "is not there"
        raise DataError(f"{key}{'=' * bool(key)}{path}: {what}; expected a CSV or Parquet file.")
    if file.suffix.lower() in PARQUET:
        return read_parquet(file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
    text, encoding = decoded(data, encoding, path)
    if not text.strip():
        raise DataError(f"{path}: is empty; expected the names of the columns in the first line, and rows below.")
    separator = separator or separator_of(text)
    frame = parsed(text, separator, missing_values, path)
    return RawTable(counted(frame), path, separator != ",", f"separator {spelled(separator)!r}, {encoding}")


def table_of(rows: NDArray[Any], columns: Sequence[str], name: str) -> RawTable:
    """Rows of numbers (n, columns) as a table.

    Raises:
        DataError: they have other columns.
    """
    import pandas

    if rows.ndim != 2 or rows.shape[1] != len(columns) or rows.dtype.kind not in "fiu":
        raise DataError(
            f"{name}: holds {rows.dtype} of shape {rows.shape}; expected rows of the {plural(len(columns), 'number')} "
            f"{shortened(columns)}, in this order."
        )
    return RawTable(counted(pandas.DataFrame(rows, columns=list(columns))), name)


def counted(frame: pandas.DataFrame) -> pandas.DataFrame:
    """A table with its rows called by their numbers, from 1 on."""
    return frame.set_axis(range(1, len(frame) + 1))


def read_parquet(file: Path) -> RawTable:
    """The table in a Parquet file."""
    import pandas

    try:
        frame = pandas.read_parquet(file)
    except ImportError as error:
        raise DataError(f'{file}: pandas reads Parquet with pyarrow; pip install "twinprop[parquet]".') from error
    except Exception as error:  # whatever a damaged file makes of its reader
        raise DataError(f"{file}: is no Parquet file that can be read ({first_line(error)}).") from error
    frame.columns = names_of([str(name) for name in frame.columns], str(file))
    if not len(frame):
        raise DataError(f"{file}: has no rows.")
    return RawTable(counted(frame.apply(plain)), str(file), read_as="Parquet")


def plain(column: pandas.Series) -> pandas.Series:
    """A column of Parquet as numbers, times, true and false, or text: what others are is told by one of these."""
    import pandas

    if isinstance(column.dtype, pandas.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if not column.hasnans else object)
    if column.dtype.kind == "m":
        return pandas.Series(column.dt.total_seconds() / 86400)  # days
    if column.dtype.kind != "O":
        return column
    held = pandas.api.types.infer_dtype(column, skipna=True)
    if held == "boolean":
        return column.astype("boolean")
    if held in ("decimal", "integer", "floating", "mixed-integer-float"):
        return column.astype(float)
    if held in ("date", "datetime"):
        return pandas.to_datetime(column)
    return column.map(str, na_action="ignore").astype(object)


def decoded(data: bytes, encoding: str | None, path: str) -> tuple[str, str]:
    """The text of a file, with lines that end in one way, and in which encoding it was."""
    text, encoding = as_text(data, encoding, path)
    if "\0" in text:
        raise DataError(
            f"{path}: is no text; expected a CSV file, or Parquet named .parquet; "
            "where it is a text of 16 bits a letter, data.encoding=utf-16-le."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def as_text(data: bytes, encoding: str | None, path: str) -> tuple[str, str]:
    """The text of a file as it stands."""
    if encoding is not None:
        try:
            return data.decode(encoding), encoding
        except (LookupError, ValueError) as error:
            raise DataError(f"data.encoding={encoding}: does not fit {path} ({error}).") from error
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def separator_of(text: str) -> str:
    """The separator by which the first lines have the same number of cells, the more of them the better."""
    lines = [line for line in text.splitlines()[: LOOKED_AT + 1] if line.strip()][:LOOKED_AT]
    best, most = ",", 1
    for each in SEPARATORS:
        counts = {len(row) for row in csv.reader(lines, delimiter=each)}
        if len(counts) == 1 and (count := counts.pop()) > most:
            best, most = each, count
    if most > 1:
        return best
    # where rows are of different lengths, the head decides
    return max(SEPARATORS, key=lines[0].count)


def parsed(text: str, separator: str, missing_values: Sequence[str], path: str) -> pandas.DataFrame:
    """The cells of a text, without spaces around them."""
    import pandas
    from pandas.errors import ParserError, ParserWarning

    why = ""
    try:
        head = next(row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(map(str.strip, row)))
        why = beyond_the_head(text, separator, len(head))
        with warnings.catch_warnings(action="ignore", category=ParserWarning):  # of empty cells at the end of lines
            frame = pandas.read_csv(
                io.StringIO(text),
                sep=separator,
                dtype=str,
                na_values=list(missing_values),
                skipinitialspace=True,
                header=0,
                names=range(len(head)),
                index_col=False,
                on_bad_lines="error",
            )
    except StopIteration:
        why = "it has separators alone"
    except (ParserError, csv.Error, ValueError) as error:
        why = why or first_line(error)
    if why:
        raise DataError(
            f"{path}: cannot be read as a table ({why}); mend it, or give data.separator, here {separator!r}."
        )
    frame.columns = names_of(head, path)
    if not len(frame):
        raise DataError(f"{path}: has the names of columns, and no rows below.")
    frame = frame.astype(object).apply(lambda column: column.map(str.strip, na_action="ignore"))
    kept: pandas.DataFrame = frame.mask(frame.isin(["", *missing_values]))
    return kept


def beyond_the_head(text: str, separator: str, columns: int) -> str:
    """What is wrong where a row has cells beyond the last column; nothing where it has none."""
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    for row in rows:
        if len(row) > columns and any(map(str.strip, row[columns:])):
            return f"line {rows.line_num} has {len(row)} cells, and the first line has {plural(columns, 'name')}"
    return ""


def names_of(head: Sequence[str], path: str) -> list[str]:
    """The names of columns.

    Raises:
        DataError: one is there twice, or the first line holds no names.
    """
    names = [name.strip() or f"column {place}" for place, name in enumerate(head, start=1)]
    if sum(is_number(name) for name in names) > len(names) / 2:
        shown = ", ".join(names[:5])
        raise DataError(f"{path}: its first line holds values ({shown}, ...); put the names of the columns above it.")
    places: dict[str, list[str]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(str(place))
    twice = [f"{name!r} (columns {' and '.join(where)})" for name, where in places.items() if len(where) > 1]
    if twice:
        raise DataError(f"{path}: has columns of the same name: {', '.join(twice)}; give each its own.")
    return names


def is_number(text: Any) -> bool:
    """Whether this is a number as it is written."""
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True
