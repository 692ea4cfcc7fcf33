"""Gradients are found by what they are: every array that backward returned or changed is a candidate.

A candidate is taken for the gradient of a parameter by its name, if it has one, and else by its numbers: equal to
the measured slope, up to a factor, a sign, a transpose. Where neither tells, the only one of the right shape is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import ratio, same_numbers
from twinprop.gradcheck.arrays.held import (
    ArrayRef,
    FloatArray,
    arrays_of,
    attributes_of,
    canonical,
    is_bare,
    is_holder,
    is_numeric,
    names_gradient,
    of_steps,
    stems,
)


@dataclass
class Found:
    """An array that may be a gradient.

    Attributes:
        label: what the report calls it.
        attribute, keys: its name, and that of its entry in lists and dicts; empty where backward returned it bare.
        owner: the object that holds it; None where backward returned it.
        value: a copy.
        changed: whether backward returned it, made it or changed it.
        position: in what backward returned; None elsewhere.
        stacked: whether it is a list of arrays laid upon each other, as the gradient of a list of inputs.
        of: the name of its parameter, where an optimizer was given both.
    """

    label: str
    attribute: str
    keys: tuple[Any, ...]
    owner: Any
    value: Any
    changed: bool = True
    position: int | None = None
    stacked: bool = False
    of: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    def level(self, parameter: ArrayRef) -> int:
        """How well its name fits a parameter: 0 not at all, 2 with the same owner or in a place of its own."""
        if self.of:
            return 3 if self.of == parameter.name else 0
        if self.attribute and names_gradient(self.attribute, self.keys, parameter):
            if self.owner is parameter.owner:
                return 3
            outside = self.owner is None or not is_bare(self.attribute) or bool(self.keys)
            return 2 if outside and (self.owner is None or "." not in parameter.name) else int(outside)
        return 0

    def is_of_x(self) -> bool:
        """Whether it is named as the gradient of the input."""
        return self.attribute == "dx" or "x" in stems(self.attribute)


Snapshot = dict[str, tuple[Any, Any, ArrayRef]]


def snapshot(made: Any) -> Snapshot:
    """What an object holds now: the arrays and numbers, with copies, and where they stand."""
    return {ref.name: (value, np.copy(value), ref) for ref in arrays_of(made, is_numeric) for value in [ref.get()]}


def candidates(
    made: Any, returned: Any, names: Sequence[str], before: Snapshot, parameters: Sequence[ArrayRef]
) -> list[Found]:
    """What backward returned, and what the object holds after it.

    Args:
        names: of the parts of what was returned, as its source tells.
        before: the `snapshot` before backward.
        parameters: of the object.
    """
    found = list(returned_parts(returned, names))
    for ref in arrays_of(made, is_numeric):
        value = ref.get()
        old = before.get(ref.name)
        changed = old is None or (old[0] is not value and isinstance(value, np.ndarray))
        changed = changed or not np.array_equal(old[1], value, equal_nan=True)  # type: ignore[index]
        found.append(Found(ref.name, ref.attribute, ref.keys, ref.owner, np.array(value, float), changed))
    last_first(found, parameters)
    return found + list(computed(made))


def last_first(found: Sequence[Found], parameters: Sequence[ArrayRef]) -> None:
    """Say whose gradients are in lists that begin with the last layer, as backward comes by, if their shapes do."""
    lists: dict[tuple[Any, ...], list[tuple[Found, ArrayRef]]] = {}
    for one in found:
        for own in parameters if one.keys and isinstance(one.keys[-1], int) else ():
            if one.level(own) > 0:
                lists.setdefault((id(one.owner), one.attribute, one.keys[:-1]), []).append((one, own))
    turned: list[list[tuple[Found, ArrayRef]]] = []
    either: list[list[tuple[Found, ArrayRef]]] = []
    for pairs in lists.values():
        shapes = [np.squeeze(one.value).shape for one, _ in pairs]
        own_shapes = [np.squeeze(own.get()).shape for _, own in pairs]
        if shapes == own_shapes[::-1]:
            (either if shapes == own_shapes else turned).append(pairs)
    for pairs in [*turned, *either] if turned else ():  # biases of one size are as the weights are
        for (one, _), (_, own) in zip(pairs, pairs[::-1], strict=True):
            one.of = own.name


def computed(made: Any) -> Iterator[Found]:
    """Gradients that a class computes when it is asked, as a property."""
    owners = {id(ref.owner): ref for ref in arrays_of(made)}
    for ref in owners.values():
        held = {canonical(one) for one in attributes_of(ref.owner)}
        for name, kind in inspect.getmembers(type(ref.owner), lambda one: isinstance(one, property)):
            if (is_bare(name) or stems(name)) and canonical(name) not in held:  # dec shows _dec
                with suppress(Exception):  # it cannot be computed
                    value = kind.fget(ref.owner)
                    if is_numeric(value):
                        yield Found(f"{ref.prefix}{name}", name, (), ref.owner, np.array(value, float))


def returned_parts(returned: Any, names: Sequence[str]) -> Iterator[Found]:
    """The arrays in what backward returned."""
    if isinstance(returned, dict) or is_holder(returned):
        for key, value in (returned if isinstance(returned, dict) else attributes_of(returned)).items():
            yield from nested(value, f"backward()[{key!r}]", "grads", (key,))
    elif isinstance(returned, tuple | list):
        if returned and all(map(is_numeric, returned)) and len({np.shape(part) for part in returned}) == 1:
            yield Found("dx", "", (), None, np.array(returned, float), position=0, stacked=True)
        # of (dx, [dW, db]) the numbers in the list count, and dx is in none
        lists = any(isinstance(value, list | dict) for value in returned)
        for position, value in enumerate(returned):
            name = names[position] if position < len(names) else ""
            bare = lists and is_numeric(value)
            name = "" if bare and is_bare(name) else name  # of `return grad, grads` the first is dx
            label, attribute = name or f"backward()[{position}]", name or ("" if bare else "grads")
            if isinstance(value, list | dict) and not is_bare(name) and (whole := of_steps(value)) is not None:
                yield Found(label, name, (), None, whole, position=position, stacked=True)
            for part in nested(value, label, attribute, () if name or lists else (position,)):
                part.position = position
                yield part
    elif is_numeric(returned):
        yield Found("dx", "", (), None, np.array(returned, float), position=0)


def nested(value: Any, label: str, attribute: str, keys: tuple[Any, ...]) -> Iterator[Found]:
    if is_numeric(value):
        yield Found(label, attribute, keys, None, np.array(value, float))
    elif isinstance(value, dict | list | tuple) or is_holder(value):
        value = attributes_of(value) if is_holder(value) else value
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nested(item, f"{label}[{key!r}]", attribute, (*keys, key))


SUM = "sum of "
"""How the gradient of an array begins that several objects share, each of which has a part of it."""


@dataclass
class Target:
    """What a gradient is looked for: a parameter, or x.

    Attributes:
        of: its name.
        parameter: None for x.
        array: its numbers.
        slope: the measured gradient, NaN where it is not known.
        of_layer: whether backward has to return it.
        needed: whether there has to be one.
    """

    of: str
    parameter: ArrayRef | None
    array: FloatArray
    slope: FloatArray
    of_layer: bool = False
    needed: bool = True


def assign(
    targets: Sequence[Target], found: Sequence[Found], updates: Mapping[str, Found] | None = None
) -> dict[str, Found]:
    """Which candidate is the gradient of what; a target that has none is left out.

    Args:
        updates: by how much backward has changed each parameter, divided by the rate.
    """
    taken: dict[str, Found] = {}

    def free(target: Target) -> list[Found]:
        used = [id(one) for one in taken.values()]
        own = target.parameter
        return [
            one
            for one in found
            if id(one) not in used and not (own and one.owner is own.owner and one.label == own.name)
        ]

    for target in targets:
        named = best_named(target, targets, found)
        if named is not None:
            taken[target.of] = named
    for target in targets:  # a gradient that names nothing belongs to one alone
        bare = taken.get(target.of)
        others = [other for other in targets if other is not target and taken.get(other.of) is bare]
        if bare is None or not is_bare(bare.attribute) or equal(target, bare):
            continue
        if any(equal(other, bare) or fits_alone(bare, other, target) for other in others):
            del taken[target.of]
    rest = [target for target in targets if target.of not in taken or not taken[target.of].changed]
    for fits in (equal, multiple, transposed):
        for target in rest:
            if target.of not in taken or not taken[target.of].changed:
                match = next((one for one in free(target) if one.changed and fits(target, one)), None)
                if match is not None:
                    taken[target.of] = match
    for target in targets:
        update = (updates or {}).get(target.of)
        own = taken.get(target.of)
        # a velocity is no gradient, though it may be a multiple of one
        moment = own is not None and own.owner is not None and target.parameter and not own.level(target.parameter)
        # nor are those of each time step, which an update sums
        moment = moment or (own is not None and np.size(own.value) != target.array.size)
        # a gradient that is negative is right where the update adds it
        if update and (moment or own is None or not own.changed or (equal(target, update) and not equal(target, own))):
            taken[target.of] = update
    rest = [target for target in rest if target.needed]
    for target in rest:
        if target.of not in taken:
            alike = [
                one for one in free(target) if one.changed and one.shape == target.array.shape and target.array.ndim
            ]
            others = [other for other in rest if other.of not in taken and other.array.shape == target.array.shape]
            if len(alike) == len(others) == 1 and unnamed(alike[0], targets):
                taken[target.of] = alike[0]
    in_order(targets, found, taken)
    return taken


def fits_alone(one: Found, target: Target, other: Target) -> bool:
    """Whether a candidate has the shape of the first alone."""
    return target.array.shape == one.shape != other.array.shape


def in_order(targets: Sequence[Target], found: Sequence[Found], taken: dict[str, Found]) -> None:
    """Parts of what backward returned that are named as nothing, in the order of the parameters without a gradient."""
    used = [id(one) for one in taken.values()]
    own = [target.parameter for target in targets if target.parameter is not None]
    returned = [one for one in found if one.position is not None and not one.stacked and id(one) not in used]
    parts = [one for one in returned if is_bare(one.attribute) or not (one.is_of_x() or any(map(one.level, own)))]
    left = [one for one in targets if one.parameter is not None and one.needed and one.of not in taken]
    bare = all(is_bare(one.attribute) for one in parts)
    if len(parts) == len(left) and (bare or [one.shape for one in parts] == [one.array.shape for one in left]):
        taken |= {target.of: one for target, one in zip(left, parts, strict=True)}


def best_named(target: Target, targets: Sequence[Target], found: Sequence[Found]) -> Found | None:
    """The candidate whose name fits best; among equals one that is right, else one that backward changed."""
    if target.parameter is None:
        return gradient_of_x(target, targets, found)
    own = target.parameter

    def rank(one: Found) -> tuple[Any, ...]:
        right = same_numbers(one.value, target.slope)
        return right, one.label.startswith(SUM), one.shape == target.array.shape, one.changed, one.level(own)

    # a delta is the gradient of a sum before the activation, unless it has the shape of what it stands beside
    named = [
        one
        for one in found
        if one.level(own) > 0
        and not (one.owner is own.owner and one.label == own.name)
        and (one.shape == target.array.shape or not re.fullmatch("_*d(eltas?)?", one.attribute.lower()))
    ]
    return max(named, key=rank, default=None)


def gradient_of_x(target: Target, targets: Sequence[Target], found: Sequence[Found]) -> Found | None:
    """What backward returned bare, unless only a parameter has its shape; else what is named `dx` or `dinputs`."""
    shapes = [other.array.shape for other in targets if other is not target]
    for one in found:
        if (
            one.position == 0
            and not one.attribute
            and (one.shape == target.array.shape or (not one.stacked and (target.of_layer or not shapes)))
        ):
            return one
    # what a part of the object keeps is the gradient of that part's input
    some = [one for one in found if one.changed and one.is_of_x()]
    named = [one for one in some if one.shape == target.array.shape or one.owner is None or "." not in one.label]
    return max(named, key=lambda one: one.shape == target.array.shape, default=None)


def unnamed(one: Found, targets: Sequence[Target]) -> bool:
    """Whether a candidate is what nothing else would explain: returned, or made by backward under a bare name."""
    return (
        one.owner is None or is_bare(one.attribute) or bool(stems(one.attribute) - {canonical(t.of) for t in targets})
    )


def equal(target: Target, one: Found) -> bool:
    return same_numbers(one.value, target.slope)


def multiple(target: Target, one: Found) -> bool:
    """Up to a factor and a sign; of a few numbers that says nothing."""
    return target.array.size > 3 and one.shape == target.array.shape and ratio(one.value, target.slope) is not None


def transposed(target: Target, one: Found) -> bool:
    shape = target.array.shape
    return len(shape) == 2 and one.shape == shape[::-1] and ratio(one.value.T, target.slope) is not None
