"""What an object holds: arrays in its attributes, in lists and dicts, in objects of its own; which is whose gradient.

That is told by names: `dW`, `W_grad`, `dLdW`, `grads["W"]` and the like. They only help: a gradient is found by what it
is (`finding`). They decide between arrays that would do, and say which of them was meant where none is right.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from enum import Enum
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twinprop.gradcheck.faults import PACKAGE

FloatArray = NDArray[np.float64]

WRAPPED = "_wrapped"
"""The attribute in which one of our objects holds the user's, whose arrays keep their names."""


def wrapped_in(made: Any) -> Any:
    """The user's object in one of ours; any other as it is."""
    return getattr(made, "__dict__", {}).get(WRAPPED, made)


def said(made: Any, name: str, default: Any = None) -> Any:
    """What one of our objects says of itself; an attribute of a user's object that has the name is not meant."""
    ours = type(made).__module__.startswith(PACKAGE)
    return getattr(made, name) if ours and (name in vars(made) or hasattr(type(made), name)) else default


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
        return self.name.removesuffix(self.attribute + "".join(f"[{key!r}]" for key in self.keys))

    def get(self) -> Any:
        """The array; None where there is nothing any more."""
        return item_at(getattr(self.owner, self.attribute, None), self.keys)

    def set(self, value: Any) -> None:
        """Put another array into its place, and into every other place that holds it."""
        if not self.keys:
            setattr(self.owner, self.attribute, value)
        elif (holder := item_at(getattr(self.owner, self.attribute, None), self.keys[:-1])) is not None:
            # a call may have taken it out of its list, or made an array of that
            with suppress(IndexError, TypeError, ValueError):
                if isinstance(holder, tuple):
                    parts = [value if at == self.keys[-1] else one for at, one in enumerate(holder)]
                    whole = type(holder)(*parts) if hasattr(holder, "_fields") else tuple(parts)
                    self._replace(keys=self.keys[:-1], also=()).set(whole)
                elif isinstance(holder, list) and self.keys[-1] == len(holder):
                    holder.append(value)
                else:
                    holder[self.keys[-1]] = value
        for other in self.also:
            other.set(value)


def item_at(held: Any, keys: Iterable[Any]) -> Any:
    """What lies under the keys; None where there is nothing."""
    for key in keys:
        try:
            held = held[key]
        except (KeyError, IndexError, TypeError):
            return None
    return held


class Number(np.ndarray[Any, Any]):
    """A number of the user's, as an array without axes: `z = self.b; z += d` leaves it as it is."""

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return self + other

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return self - other

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        return self * other

    def __itruediv__(self, other: Any) -> Any:  # type: ignore[misc]
        return self / other


def as_number(value: Any) -> Any:
    """A number that can be changed from outside; an array with axes as it is."""
    array = np.array(value, float)
    return array if array.ndim else array.view(Number)


def is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def of_steps(value: Any) -> FloatArray | None:
    """An array; of a list or a dict with one for each step all of them in one, but for what was before the first."""
    if isinstance(value, dict):
        steps = [key for key in value if isinstance(key, int) and key >= 0]
        value = [value[key] for key in sorted(steps)] if len(steps) >= len(value) - 1 else ()
    if isinstance(value, list | tuple):
        alike = all(map(is_float_array, value)) and len({one.shape for one in value}) == 1
        return np.array(value) if alike else None
    return value if is_float_array(value) else None


def like_steps(array: FloatArray, value: Any) -> Any:
    """An array in the form of that of which `of_steps` made one."""
    if isinstance(value, dict):
        return dict(zip(sorted(key for key in value if key >= 0), array, strict=True))
    return list(array) if isinstance(value, list) else array


def is_whole_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def plain_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without its axes of size 1."""
    return tuple(n for n in shape if n > 1)


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
    if type(subject).__module__.startswith(PACKAGE):
        # what an object of ours remembers is not the user's
        return {name: value for name, value in held.items() if not name.startswith("_") or name == WRAPPED}
    return held


def is_learnt(value: Any) -> bool:
    """Whether a value can be what a step made of a parameter; a bias may be a plain number."""
    return is_float_array(value) or isinstance(value, float)


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


def views_copied(made: Any) -> dict[int, Any]:
    """Copies, by the id of the original, of arrays that share their numbers, which share them again.

    Of `self.w = self.theta[:-1]` a plain deep copy makes two arrays that know nothing of each other. A few rows of
    large data are copied alone.
    """
    copies: dict[int, Any] = {}
    held = [ref.get() for ref in arrays_of(made, lambda value: type(value) is np.ndarray)]
    sizes: dict[int, int] = {}
    for array in held:
        whole = owner_of(array)
        sizes[id(whole)] = sizes.get(id(whole), 0) + array.size
    for array in held:
        whole = owner_of(array)
        plain = whole.flags.c_contiguous and type(whole) is np.ndarray
        if array is not whole and plain and sizes[id(whole)] >= whole.size:
            copies.setdefault(id(whole), whole.copy())
            offset = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
            with suppress(ValueError):  # it goes backwards
                copies[id(array)] = np.ndarray(array.shape, array.dtype, copies[id(whole)], offset, array.strides)
    return copies


def owner_of(array: Any) -> Any:
    """The array that a view looks at, at the bottom of all."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


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


def is_holder(value: Any) -> bool:
    """Whether something returned is an object of the user's own, as a dataclass of gradients."""
    return may_hold_arrays(value) and not isinstance(value, np.ndarray | tuple | list)


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
    """`4×3` of an array, its name of a function, that of its class of an object; settings with their values."""
    if isinstance(value, np.ndarray):
        return "×".join(map(str, value.shape))
    if isinstance(value, list):
        return f"[{', '.join(map(shown_argument, value))}]"
    if isinstance(value, SimpleNamespace):
        return f"namespace({', '.join(f'{key}={shown_argument(one)}' for key, one in vars(value).items())})"
    name: str = str(value) if isinstance(value, Enum) else getattr(value, "__name__", "")
    return name or (f"{type(value).__name__}()" if may_hold_arrays(value) or callable(value) else repr(value))


MARKER = re.compile(
    r"_*(?:(?:curr(?:ent)?|cur|new|this|total|sum|acc(?:um(?:ulated)?)?|avg|average|mean|batch)_?)?"
    r"(?:d_?(?:l|j|e|c|loss|cost|err|error)_?(?:by_?)?d_?|(?:grad|gradient)s?_?(?:of_|wrt_|d_?)?"
    r"|nabla_?|delta_?|partial_?|derivative_?|d_?|g_?)(.+)",
    re.IGNORECASE,
)
"""What stands before the name of a parameter in that of its gradient."""

ENDING = re.compile(
    r"_*(.+?)_?(?:grads?|gradients?|derivative|delta|prime|errors?|_g|_d)(?:_(?:curr(?:ent)?|total|sum|acc|avg|mean))?",
    re.IGNORECASE,
)
"""What stands behind it."""

BARE = {"grad", "grads", "gradient", "gradients", "dvalue", "diff", "nabla", "dparams", "delta"}
"""Names of a gradient, or of a dict of gradients, that do not say of what."""

SHORT = {(gradient, value) for gradient in ("d", "g") for value in ("v", "w", "val", "value", "data")}
"""Names of a gradient and of its array, side by side in one object: `p.d` of `p.v`."""

SYNONYMS = {
    **dict.fromkeys(("weight", "weights", "wts", "ws", "kernel", "theta", "poids", "pesos", "gewichte"), "w"),
    **dict.fromkeys(("bias", "biases", "bs", "intercept", "biais", "sesgo"), "b"),
    **dict.fromkeys(("input", "inputs", "inp", "xs", "in", "data"), "x"),
}


@cache
def canonical(name: Hashable) -> str:
    """One spelling for `W`, `weights` and `_w`, and for `W1` and `weights_1`."""
    word = str(name).lower().replace("_", "")
    base = word.rstrip("0123456789")
    plain = base.removesuffix("list")  # d_weights_list of weights
    return SYNONYMS.get(plain, plain) + word[len(base) :]


def marked(name: Hashable) -> list[str]:
    """What an array of this name may be the gradient of: `dLdW` of `W`."""
    return [match[1] for pattern in (MARKER, ENDING) if (match := pattern.fullmatch(str(name)))]


@cache
def stems(name: Hashable) -> frozenset[str]:
    """The same in canonical spelling: `dLdW` of `w`."""
    return frozenset(map(canonical, marked(name)))


@cache
def is_bare(name: Hashable) -> bool:
    return str(name).lower().strip("_") in BARE


def names_gradient(attribute: str, keys: tuple[Any, ...], parameter: ArrayRef) -> bool:
    """Whether an attribute and its keys are named as the gradient of a parameter.

    `dW`; `grads["W"]` and `grads["dW"]`; `dweights[0]` of `weights[0]`; and `grad` beside `value`, as in
    `W["grad"]` of `W["value"]`.
    """
    numbers = [key for key in keys if isinstance(key, int)]
    own_numbers = [key for key in parameter.keys if isinstance(key, int)]
    if numbers != own_numbers:
        return False
    words = [attribute, *(key for key in keys if isinstance(key, str))]
    own = [parameter.attribute, *(key for key in parameter.keys if isinstance(key, str))]
    targets = {canonical(word) for word in own[-1:]}
    if (words[-1], own[-1]) in SHORT:
        return words[:-1] == own[:-1]
    if words[-1] == "delta" and keys and targets == {"w"}:
        return False  # of a neuron's sum
    if is_bare(words[-1]):
        # `grad` beside the only other array there, or a list of gradients of a list of parameters
        return words[:-1] == own[:-1] or (len(words) > 1 and words[0] == own[0])
    holders = {"params", "parameters", "param", canonical(own[0])}
    if is_bare(words[0]) or (len(words) > 1 and stems(words[0]) & holders):
        return bool(targets & {canonical(words[-1]), *stems(words[-1])})
    return bool(targets & stems(words[-1]))
