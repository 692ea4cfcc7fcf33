"""What an object holds: the arrays in its attributes, in lists and dicts, and in objects of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

WRAPPED = "_wrapped"
"""The attribute in which one of our objects holds the user's, whose arrays keep their names."""


def wrapped_in(made: Any) -> Any:
    """The user's object in one of ours; any other as it is."""
    return getattr(made, "__dict__", {}).get(WRAPPED, made)


class Wrapper:
    """One of our objects around the user's.

    Attributes:
        parts: the user's objects.
    """

    def __init__(self, made: Any) -> None:
        setattr(self, WRAPPED, made)
        self.parts = [made]

    @property
    def _user(self) -> Any:
        """The user's object."""
        return getattr(self, WRAPPED)


class ArrayRef(NamedTuple):
    """A reference to an array that an object holds: in an attribute, or in the lists and dicts of one.

    Attributes:
        name: from the outermost object on, as `layers[0].W`.
        owner: the object that has the attribute.
        attribute: its name.
        keys: of the entry in the attribute's lists and dicts.
        also: other places that hold the same array, as a dict of parameters and a layer do.
    """

    name: str
    owner: Any
    attribute: str
    keys: tuple[Any, ...] = ()
    also: tuple[Any, ...] = ()

    @property
    def prefix(self) -> str:
        """The name of its owner, with a dot; nothing for the outermost object."""
        return self.name.removesuffix(path_text(self.attribute, self.keys))

    def get(self) -> Any:
        """The array; None where there is nothing any more."""
        return item_at(getattr(self.owner, self.attribute, None), self.keys)

    def set(self, value: Any) -> None:
        """Put another array into its place, and into every other place that holds it."""
        if not self.keys:
            setattr(self.owner, self.attribute, value)
        elif (holder := item_at(getattr(self.owner, self.attribute, None), self.keys[:-1])) is not None:
            # a call that raised an error may have taken it out of its list, and a tuple cannot be changed
            with suppress(IndexError, TypeError):
                if isinstance(holder, list) and self.keys[-1] == len(holder):
                    holder.append(value)
                else:
                    holder[self.keys[-1]] = value
        for other in self.also:
            other.set(value)


def path_text(attribute: str, keys: tuple[Any, ...]) -> str:
    """`grads['W']`."""
    return attribute + "".join(f"[{key!r}]" for key in keys)


def item_at(held: Any, keys: Iterable[Any]) -> Any:
    """What lies under the keys; None where there is nothing."""
    for key in keys:
        try:
            held = held[key]
        except (KeyError, IndexError, TypeError):
            return None
    return held


def is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def is_whole_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.floating) and not isinstance(value, bool)


def is_numeric(value: Any) -> bool:
    return is_float_array(value) or is_whole_array(value) or is_number(value)


def attributes_of(subject: Any) -> dict[str, Any]:
    """The attributes of an object, those in `__slots__` too, and those that `shapes` promises and first use makes."""
    slots = [getattr(kind, "__slots__", ()) for kind in type(subject).__mro__]
    names = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    promised = getattr(subject, "shapes", None)
    names += [name for name in promised if isinstance(name, str)] if isinstance(promised, dict) else []
    held = {name: getattr(subject, name) for name in names if hasattr(subject, name)} | getattr(subject, "__dict__", {})
    if type(subject).__module__.startswith(__package__):
        # what an object of ours remembers is not the user's
        return {name: value for name, value in held.items() if not name.startswith("_") or name == WRAPPED}
    return held


def arrays_of(made: Any, wanted: Callable[[Any], bool] = is_float_array) -> list[ArrayRef]:
    """Every float array that an object holds, in lists, tuples, dicts and objects of its own too.

    An array that stands in several places is one reference, which knows the others.
    """
    places: dict[int, list[ArrayRef]] = {}
    alone: list[list[ArrayRef]] = []
    for ref, value in places_of(made, wanted, "", set()):
        if isinstance(value, np.ndarray):
            if id(value) not in places:
                alone.append(places.setdefault(id(value), []))
            places[id(value)].append(ref)
        else:
            alone.append([ref])
    return [first._replace(also=tuple(others)) for first, *others in alone]


def places_of(
    holder: Any, wanted: Callable[[Any], bool], prefix: str, seen: set[int]
) -> Iterator[tuple[ArrayRef, Any]]:
    """Every place below an object where something wanted stands, with what stands there."""
    if id(holder) not in seen:
        seen.add(id(holder))
        for attribute, value in list(attributes_of(holder).items()):
            yield from places_in(value, ArrayRef(f"{prefix}{attribute}", holder, attribute), wanted, seen)


def places_in(
    value: Any, ref: ArrayRef, wanted: Callable[[Any], bool], seen: set[int]
) -> Iterator[tuple[ArrayRef, Any]]:
    """The same below the value of an attribute or of an entry."""
    if wanted(value):
        yield ref, value
    elif isinstance(value, list | tuple | dict):
        if id(value) not in seen:
            seen.add(id(value))
            for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                inner = ref._replace(name=f"{ref.name}[{key!r}]", keys=(*ref.keys, key))
                yield from places_in(item, inner, wanted, seen)
    elif may_hold_arrays(value):
        yield from places_of(value, wanted, "" if ref.name == WRAPPED else f"{ref.name}.", seen)


def may_hold_arrays(value: Any) -> bool:
    """Whether an object is one of the user's own, which may hold parameters."""
    plain = isinstance(value, type | ModuleType) or inspect.isroutine(value)
    parts = hasattr(value, "__dict__") or hasattr(type(value), "__slots__")
    return parts and not plain and type(value).__module__.partition(".")[0] != "numpy"


def objects_of(held: Any, kind: type, seen: set[int] | None = None) -> Iterator[Any]:
    """The objects of a class that an object holds."""
    seen = set() if seen is None else seen
    if id(held) in seen:
        return
    seen.add(id(held))
    if isinstance(held, kind):
        yield held
    elif isinstance(held, list | tuple | dict):
        for one in held.values() if isinstance(held, dict) else held:
            yield from objects_of(one, kind, seen)
    elif may_hold_arrays(held):
        for one in attributes_of(held).values():
            yield from objects_of(one, kind, seen)


def shown_argument(value: Any) -> str:
    """`4×3` of an array, its name of a function, that of its class of an object."""
    if isinstance(value, np.ndarray):
        return "×".join(map(str, value.shape))
    if isinstance(value, list):
        return f"[{', '.join(map(shown_argument, value))}]"
    name = getattr(value, "__name__", "")
    return name or (f"{type(value).__name__}()" if may_hold_arrays(value) or callable(value) else repr(value))
