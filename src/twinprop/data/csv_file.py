"""Your own table: `data=csv data.file=iris.csv data.target=species`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from twinprop.data.preparation import Preparation
from twinprop.data.table import Table
from twinprop.data.table_file import RawTable, read_table
from twinprop.fields import path


@dataclass
class CSV(Table):
    """A table in a CSV or Parquet file."""

    name: str = "csv"
    file: str | None = path(None)
    test_file: str | None = path(None)
    separator: str | None = None
    encoding: str | None = None
    missing_values: list[str] = field(default_factory=list, metadata={"said": "a list of words"})

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        if self.file is None:
            yield "data.file=null: data=csv needs a file: data.file=FILE data.target=COLUMN."
        if self.separator is not None and len(self.separator) != 1:
            yield f"data.separator={self.separator}: must be one character, such as ';', or null to find out."

    @property
    def title(self) -> str:
        return str(self.file)

    def table(self) -> RawTable:
        return self.read_from("data.file", str(self.file))

    def test_table(self) -> RawTable | None:
        return None if self.test_file is None else self.read_from("data.test_file", self.test_file)

    def saved(self, preparation: Preparation) -> dict[str, Any]:
        dialect = {"separator": self.separator, "encoding": self.encoding, "missing_values": self.missing_values}
        return {**super().saved(preparation), **dialect}

    def read_from(self, key: str, file: str) -> RawTable:
        """A table in the file that a key names."""
        return read_table(file, self.separator, self.encoding, self.missing_values, key)
