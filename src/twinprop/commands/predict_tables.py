"""What a network that was trained on a table says of the rows of others, which are raw as that was."""

from __future__ import annotations

from twinprop.commands.predicted import Answer
from twinprop.data.columns import CATEGORY
from twinprop.data.numbers_file import read_numbers
from twinprop.data.table_file import RawTable, read_table, table_of
from twinprop.errors import DataError
from twinprop.run.saved import Run
from twinprop.text import shortened


def answers_of_table(run: Run, path: str) -> list[Answer]:
    """What the network of a run on a table says of each row of another table.

    Raises:
        TwinpropError: the table cannot be read, or lacks what the network was trained on.
    """
    table = numbers(run, path) if path.endswith(".npy") else raw_table(run, path)
    x, remarks = run.prepared(table)
    outputs = run.outputs(x)
    return [
        Answer(path, row, values, [note for remark in remarks for note in remark.of(place)])
        for place, (row, values) in enumerate(zip(table.frame.index, outputs, strict=True))
    ]


def raw_table(run: Run, path: str) -> RawTable:
    """A table in a file, read as that was which the network was trained on."""
    saved = run.saved["data"]["table"]
    return read_table(path, saved.get("separator"), saved.get("encoding"), saved.get("missing_values", ()))


def numbers(run: Run, path: str) -> RawTable:
    """Rows of numbers, with the columns in the order in which the network was trained on them.

    Raises:
        DataError: they cannot be read, or a column is no number.
    """
    columns = run.saved["data"]["table"]["columns"]
    words = [column["name"] for column in columns if column["kind"] == CATEGORY]
    if words:
        raise DataError(f"{path}: holds numbers alone, and the columns {shortened(words)} are words; give a CSV file.")
    return table_of(read_numbers(path), [column["name"] for column in columns], path)
