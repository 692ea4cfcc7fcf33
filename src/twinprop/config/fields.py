"""What a key may be, said beside the key: a dataclass field that carries its range or its choices.

`value_problem` is the only place that reads them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from dataclasses import field
from typing import Any

_WORDS = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
_HOLDS = {
    "gt": lambda value, bound: value > bound,
    "ge": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "le": lambda value, bound: value <= bound,
}


def number(default: Any, **bounds: float) -> Any:
    """A number, or each number of a list, within `gt`, `ge`, `lt`, `le`; None passes where the type allows it."""
    if isinstance(default, list | tuple):
        return field(default_factory=lambda: type(default)(default), metadata={"bounds": bounds})
    return field(default=default, metadata={"bounds": bounds})


def choice(default: str, options: Iterable[str]) -> Any:
    """One of `options`."""
    return field(default=default, metadata={"options": tuple(options)})


def nearest(word: str, words: Iterable[str]) -> str:
    """` Did you mean 'x'?`, or nothing where no word is near."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f" Did you mean '{found[0]}'?" if found else ""


def value_problem(value: Any, metadata: Any) -> str | None:
    """What is wrong with a value of a field that carries `metadata`; None where nothing is."""
    options = metadata.get("options")
    if options is not None and value not in options:
        return f"must be one of {', '.join(options)}.{nearest(str(value), options)}"
    for item in value if isinstance(value, list | tuple) else [value]:
        if not isinstance(item, int | float) or isinstance(item, bool):
            continue
        if not math.isfinite(item):
            return "must be a finite number."
        bounds = metadata.get("bounds", {})
        if not all(_HOLDS[name](item, bound) for name, bound in bounds.items()):
            return f"must be {' and '.join(f'{_WORDS[name]} {bound}' for name, bound in bounds.items())}."
    return None
