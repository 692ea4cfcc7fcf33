"""The features of a table as people know them: their names, and their values in the units of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twinprop.data.columns import NUMBER
from twinprop.data.preparation import Preparation
from twinprop.run.saved import Run


@dataclass
class Feature:
    """A feature.

    Attributes:
        name: of its column.
        mean, scale: what 0 in the network's input is, and what 1 is more than that.
    """

    name: str
    mean: float = 0.0
    scale: float = 1.0

    def told(self, values: Any) -> Any:
        """Values of the network's input in the units of the data."""
        return self.mean + self.scale * values


def features(run: Run) -> list[Feature]:
    """The features of a run's samples, where they are numbers of a table; else nothing."""
    table = run.saved["data"].get("table")
    columns = [] if table is None else Preparation.from_dict(table).columns
    if not all(column.kind == NUMBER for column in columns):
        return []
    return [Feature(column.name.replace("\n", " ")[:40], column.mean, column.scale) for column in columns]
