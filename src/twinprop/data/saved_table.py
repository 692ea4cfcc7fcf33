"""What a model keeps of the table that it was trained on, checked: a file may claim anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twinprop.data.columns import CATEGORY, DATE, LARGEST, NUMBER
from twinprop.data.preparation import Preparation


def is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


KINDS: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str),
    "kind": lambda value: value in (NUMBER, DATE, CATEGORY),
    "fill": lambda value: value is None or isinstance(value, str) or is_finite(value),
    "mean": is_finite,
    "scale": lambda value: is_finite(value) and value != 0,
    "categories": is_words,
    "other": lambda value: isinstance(value, bool),
    "rare": is_words,
}
"""What the fields of a column may be that was saved."""

READING: dict[str, Callable[[Any], bool]] = {
    "target": lambda value: isinstance(value, str),
    "columns": lambda value: isinstance(value, list),
    "separator": lambda value: value is None or (isinstance(value, str) and len(value) == 1),
    "encoding": lambda value: value is None or isinstance(value, str),
    "missing_values": is_words,
}
"""What is saved of a table beside its columns."""


def table_problem(saved: Any, width: int) -> str | None:
    """What is wrong with what a model says of its table; None where nothing is.

    Args:
        saved: what that is.
        width: how many inputs its network has.
    """
    if not isinstance(saved, Mapping) or not {"target", "columns"} <= saved.keys():
        return "has a table without its target and columns"
    odd = [name for name, value in saved.items() if name not in READING or not READING[name](value)]
    if odd:
        return f"has a table with {odd[0]} as none is"
    for number, column in enumerate(saved["columns"], start=1):
        if not isinstance(column, Mapping) or not {"name", "kind"} <= column.keys():
            return f"has a table whose column {number} lacks its name or kind"
        odd = [name for name, value in column.items() if name not in KINDS or not KINDS[name](value)]
        fill = column.get("fill")
        if not odd and fill is not None and isinstance(fill, str) != (column["kind"] == CATEGORY):
            odd = ["fill"]
        if odd:
            return f"has a table whose column {number} has {odd[0]} as none has"
    found = Preparation.from_dict(saved).width
    return f"has a table that makes {found} inputs, and a network of {width}" if found != width else None
