"""What a key may be, said beside the key: a dataclass field that carries its range or its choices.

`value_problem` is the only place that reads them, and `expected` the only one that words them.
"""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, field
from typing import Any

from twinprop.text import nearest

_WORDS = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
_HOLDS = {
    "gt": lambda value, bound: value > bound,
    "ge": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "le": lambda value, bound: value <= bound,
}
_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_LARGEST = {int: 2**63 - 1, float: 3.4e38}
"""Numbers end where int64 and float32 do, which arrays are made of."""


def number(default: Any, words: Iterable[str] = (), **bounds: float) -> Any:
    """A number, or each number of a list, within `gt`, `ge`, `lt`, `le`; or one of `words` where the type allows text.

    None passes where the type allows it.
    """
    metadata = {"bounds": bounds, "words": tuple(words)}
    if isinstance(default, list | tuple):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def registered(default: str, group: str) -> Any:
    """One of the names in a group of the registry, which is read when a value is checked: plugins add to it."""
    return field(default=default, metadata={"registry": group})


def choice(default: str | None, options: Iterable[str]) -> Any:
    """One of `options`; None passes where the type allows it."""
    return field(default=default, metadata={"options": tuple(options)})


def path(default: str | None) -> Any:
    """A file or a folder. `~` is the home folder; the names of runs leave it out, but they are compared by it."""
    return field(default=default, metadata={"path": True})


def described(default: Any, words: str) -> Any:
    """A key that no range or list of names describes, with what it may be in words; the schema checks it."""
    return field(default=default, metadata={"said": words})


def uncompared(kind: str, value: Any) -> Any:
    """A key by which runs are not compared, for nothing that is learnt depends on it.

    Args:
        kind: what it says instead: `source`, where samples come from; `reading`, how they are read; `telling`, what is
            told of results; `keeping`, what is written beside results; `label`, what a person calls the run.
        value: its default, or a field that carries more than that.
    """
    made: Field[Any] = value if isinstance(value, Field) else field(default=value)
    made.metadata = types.MappingProxyType({**made.metadata, "uncompared": kind})
    return made


def expected(hint: Any, metadata: Mapping[str, Any]) -> str:
    """What a key of the type `hint` may be: `a whole number, at least 1, or full`."""
    if "options" in metadata:
        null = type(None) in typing.get_args(hint)
        return f"one of {', '.join(metadata['options'])}{' or null' if null else ''}"
    if "said" in metadata:
        return str(metadata["said"])
    parts = [part for part in typing.get_args(hint) if part is not type(None)]
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    core, items = (parts[0] if union else hint), ""
    if typing.get_origin(core) in (list, tuple) and not {Any, str} & set(typing.get_args(core)):
        items = str(len(typing.get_args(core))) if typing.get_origin(core) is tuple else ""
        core, of = typing.get_args(core)[0], ""
        if typing.get_origin(core) is list:
            core, of = typing.get_args(core)[0], "lists of "
        kind = f"a list of {of}{items} {_KINDS[core].removeprefix('a ')}s".replace("  ", " ")
    elif typing.get_origin(core) in (list, tuple):
        kind = "a list"
    else:
        kind = _KINDS.get(core, "a group of keys")
    bounds = " and ".join(f"{_WORDS[name]} {exactly(bound)}" for name, bound in metadata.get("bounds", {}).items())
    words = [*metadata.get("words", ()), *(["null"] if union and type(None) in typing.get_args(hint) else [])]
    return ", ".join([kind, *([bounds] if bounds else []), *(f"or {word}" for word in words)])


def exactly(bound: float) -> str:
    """A bound as it is typed."""
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is as deep a list as its type says, and as long; numbers and texts are not looked at."""
    if hint is Any:
        return True
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return value is None or any(fits(value, part) for part in typing.get_args(hint))
    kinds = typing.get_args(hint)
    if typing.get_origin(hint) is list:
        return isinstance(value, list) and all(fits(item, kinds[0]) for item in value)
    if typing.get_origin(hint) is tuple:
        return isinstance(value, list | tuple) and len(value) == len(kinds) and all(map(fits, value, kinds))
    return not isinstance(value, list | tuple | dict)


def leaves(value: Any) -> Iterator[Any]:
    """The values in a list of values or of lists."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def value_problem(value: Any, hint: Any, metadata: Mapping[str, Any]) -> str | None:
    """What is wrong with a value of a field of type `hint` that carries `metadata`; None where nothing is."""
    options, words = metadata.get("options"), metadata.get("words", ())
    listed = options is None or value in options or (value is None and type(None) in typing.get_args(hint))
    wrong = not listed or not fits(value, hint)
    for item in leaves(value):
        if isinstance(item, str) and options is None and words:
            wrong |= item not in words
        if not isinstance(item, int | float) or isinstance(item, bool):
            continue
        if not math.isfinite(item) or abs(item) > _LARGEST[type(item)]:
            return f"must be {expected(hint, metadata)}, and within ±{_LARGEST[type(item)]:g}."
        wrong |= not all(_HOLDS[name](item, bound) for name, bound in metadata.get("bounds", {}).items())
    return f"must be {expected(hint, metadata)}.{nearest(str(value), options or words)}" if wrong else None
