"""A class that has `fit` and no backward: one step of it, over the whole batch, is the gradient times the rate.

That holds if a step is plain: it goes on from the weights that are there, and is proportional to the rate.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.held import WRAPPED, arrays_of, attributes_of, is_number
from twinprop.gradcheck.roles import Argument, Method, method_of, role_of
from twinprop.gradcheck.upkeep import rates_of
from twinprop.gradcheck.ways import ALL_AT_ONCE

STEPS = re.compile(r"(n|num|max)?(epochs?|iterations?|iters?|steps?)(num|count)?|max_?iter")
"""How often a step is done, by the name of an argument or an attribute, without underscores."""

BATCH = re.compile(r"(mini)?batch(size)?|bs")

VALIDATION = re.compile(r"(x|y|t)?_?(val|valid|test|dev).*")


class FitAlone:
    """An object as one whose backward is a step of its fit.

    Args:
        made: the object, with a rate as an attribute.
        front, fit: its methods.
    """

    def __init__(self, made: Any, front: Method, fit: Method) -> None:
        setattr(self, WRAPPED, made)
        self.parts = [made]
        self._front, self._fit, self._plain = front, fit, False
        for name, value in attributes_of(made).items():
            if is_number(value) and STEPS.fullmatch(name.lower().replace("_", "")):
                setattr(made, name, 1)

    def forward(self, x: Any) -> Any:
        return self._front.call(
            getattr(self, WRAPPED), {(self._front.needed or self._front.offered)[0].name: "x"}, {"x": x}
        )

    def backward(self, x: Any, y: Any) -> None:
        if not self._plain:
            self._refuse_others(x, y)
            self._plain = True
        self._step(getattr(self, WRAPPED), x, y)

    def _step(self, made: Any, x: Any, y: Any) -> None:
        given: dict[str, Any] = {}
        for one in self._fit.arguments:
            value = self._value_of(one, x, y)
            if value is not None:
                given[one.name] = value
        getattr(made, self._fit.name)(**given)

    def _value_of(self, one: Argument, x: Any, y: Any) -> Any:
        word = one.name.lower().replace("_", "")
        if STEPS.fullmatch(word):
            return 1
        if BATCH.fullmatch(word):
            return len(x)
        if word == "shuffle":
            return False
        if VALIDATION.fullmatch(word):
            return np.copy(y if word[:1] in "yt" else x)
        if not one.needed:
            return None
        return np.copy(y) if role_of(one.name) == "y" else np.copy(x)

    def _refuse_others(self, x: Any, y: Any) -> None:
        """Make sure that a step is plain.

        Raises:
            SubjectError: it is not.
        """
        made = getattr(self, WRAPPED)
        changes = []
        for factor, shift in ((1.0, 0.0), (2.0, 0.0), (1.0, 0.1)):
            one = copy.deepcopy(made)
            refs = arrays_of(one)
            for rate in rates_of(one):
                rate.set(rate.get() * factor)
            for ref in refs:
                ref.get()[...] += shift
            before = {ref.name: ref.get().copy() for ref in refs}
            self._step(one, x, y)
            changes.append({name: ref_of(one, name) - old for name, old in before.items()})
        first, double, shifted = changes
        for name, change in first.items():
            again = np.shape(change) == np.shape(double[name]) and np.allclose(2 * change, double[name], atol=1e-12)
            anew = np.any(change) and np.allclose(change - shifted[name], 0.1)
            if not again or anew:
                raise SubjectError(f"{type(made).__name__}: has {ALL_AT_ONCE.format(self._fit.name)}", False)


def ref_of(made: Any, name: str) -> Any:
    return next((ref.get() for ref in arrays_of(made) if ref.name == name), np.nan)


def with_fit(made: Any, front: str, back: str, fit: str) -> Iterator[Any]:
    """An object that has fit and no backward, as one that has, if it says how often a step is done."""
    if not front or back or not fit or not rates_of(made):
        return
    method = method_of(made, fit)
    counts = [one.name for one in method.arguments] + [
        name for name, value in attributes_of(made).items() if is_number(value)
    ]
    if len(method.needed) >= 2 and any(STEPS.fullmatch(name.lower().replace("_", "")) for name in counts):
        yield FitAlone(made, method_of(made, front), method)
