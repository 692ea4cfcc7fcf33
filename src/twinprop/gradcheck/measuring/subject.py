"""The object under test: made from the command line, and run forward and backward in its own way.

What is asked of it is small, so that a student's code meets it with little change; `docs/gradcheck.md` says it in full.
"""

from __future__ import annotations

import copy
import copyreg
import random
from collections.abc import Iterator, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.finding import Found, candidates, snapshot
from twinprop.gradcheck.arrays.held import (
    FloatArray,
    arrays_of,
    attributes_of,
    is_number,
    is_numeric,
    is_whole_array,
    may_hold_arrays,
    owner_of,
    said,
    views_copied,
    wrapped_in,
)
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.naming import named
from twinprop.gradcheck.calling.returned import OUTPUTS, names_of
from twinprop.gradcheck.calling.upkeep import (
    RATE,
    WEIGHT_DECAY,
    ZERO,
    PlainSteps,
    Start,
    clears_cache,
    count_of,
    rates_of,
)
from twinprop.gradcheck.calling.way import Way
from twinprop.gradcheck.calling.ways import ways_of
from twinprop.gradcheck.faults import TURNED, SubjectError, guarded_call
from twinprop.gradcheck.making.made import make
from twinprop.gradcheck.making.settings import Untried
from twinprop.gradcheck.objects.fitting import Fitted

# a copy shares modules, as in self.xp = np, which cannot be copied: a text says that the object is its own copy
copyreg.pickle(ModuleType, lambda module: str(module.__name__))


def is_turned(array: FloatArray, others: Sequence[FloatArray]) -> bool:
    """Whether an array is another one of them, seen with its axes turned: a decoder's `W.T`, whose gradient is W's."""
    whole = owner_of(array)
    alike = array.ndim > 1 and (array.shape, array.strides) == (whole.shape[::-1], whole.strides[::-1])
    return array is not whole and alike and any(one is whole for one in others)


class Subject:
    """An object with a forward and a backward.

    Args:
        made: the object.
        title: as messages call it.
        told: see below.
        seed: for numbers that it draws from NumPy's global generator; the same before every forward.

    Attributes:
        ways: how it can be called; `way` is the one that is used.
        parameters: the float arrays that it holds; float64 from now on.
        numbers: the plain numbers that it holds, and the arrays of whole numbers.
        initial: copies of all that it holds, by name.
        rates: attributes that hold a learning rate.
        told: what was left out of its file when it was imported.
        zero: the name of its method that clears gradients; empty where it has none.
        like: `, as in main.py:31`, where its author makes it so.
        start: where it is set back to before every forward; None for what needs no such thing.
        untried: settings with which it could also be made.

    Raises:
        SubjectError: it has no `forward` or `backward`, or they take the wrong arguments.
    """

    def __init__(self, made: Any, title: str, told: Sequence[str], seed: int) -> None:
        self.made, self.title, self.seed = made, title, seed
        self.ways = ways_of(made, title)
        self.way: Way = self.ways[0]
        self.parameters = arrays_of(made)
        self.numbers = [ref for wanted in (is_number, is_whole_array) for ref in arrays_of(made, wanted)]
        self.initial = {ref.name: np.copy(ref.get()) for ref in arrays_of(made, is_numeric)}
        self.rates = rates_of(made)
        self.returned: Any = None
        self.given_rate, self.factor = RATE, 1.0
        self.told = [*told, *said(made, "told", ())]
        self.names: dict[str, list[str]] = {}
        self.start: Start | None = None
        self.like = ""
        self.untried: Sequence[Untried] = ()
        self.zero = named(made, ZERO) or named(wrapped_in(made), ZERO)
        for parameter in self.parameters:
            if parameter.get().dtype != np.float64:
                parameter.set(parameter.get().astype(np.float64))
        held = [one.get() for one in self.parameters]
        self.parameters = [
            one for one in self.parameters if one.get().dtype == np.float64 and not is_turned(one.get(), held)
        ]

    @classmethod
    def load(
        cls, spec: str, words: Sequence[str], seed: int, square: bool = False, elsewhere: bool = False
    ) -> Iterator[Subject]:
        """The object that a command line asks for, in each way to make it, the likeliest first.

        Args:
            square: whether it gets as many outputs as inputs.
            elsewhere: whether only what its author does with it is asked for: loops around it, calls that are shown.

        Raises:
            SubjectError: it cannot be found, or be made in any way.
        """
        np.random.seed(seed)
        random.seed(seed)
        ways, told = make(spec, words, square, elsewhere)
        failure: SubjectError | None = None
        some = False
        while True:
            try:
                one = next(ways)
                subject = cls(one.made, one.title, told, seed)
                subject.like, subject.untried = one.like, one.untried
            except StopIteration:
                break
            except SubjectError as error:
                failure = failure or error
                continue
            some = True
            yield subject
        if not some and failure is not None:
            raise failure

    @property
    def knows_rate(self) -> bool:
        """Whether the learning rate of an update inside backward can be chosen."""
        return bool(self.rates) or self.is_given_rate

    @property
    def is_given_rate(self) -> bool:
        """Whether backward, or what is called after it, wants a learning rate, or an optimizer with one."""
        methods = [one for one in (self.way.backward, self.way.after) if one is not None]
        return any(one.has(role) for one in methods for role in ("rate", "optimizer"))

    @property
    def rate(self) -> float:
        """The learning rate that backward is given, or that it finds in an attribute; times a factor of its own."""
        rate = self.given_rate if self.is_given_rate or not self.rates else float(self.rates[0].get())
        return rate * self.factor

    def multiply_rate(self, factor: float) -> None:
        """Choose another learning rate for an update inside backward."""
        self.given_rate *= factor
        for ref in self.rates:
            ref.set(ref.get() * factor)

    def settle(self, inputs: Inputs) -> None:
        """Make what is given beside x fit its shape."""
        if not isinstance(self.made, Fitted):
            return
        rehearsal = self.copied()  # what is tried leaves nothing behind
        rehearsal.made.fit_to(inputs.x, inputs.y, inputs.axis)
        self.made.take_from(rehearsal.made)
        known = {one.name for one in self.parameters}
        self.parameters = [one for one in arrays_of(self.made) if one.name in known]

    def copied(self) -> Subject:
        """A copy to try things on, so that what it remembers is not in the way; itself where it cannot be copied."""
        try:
            return copy.deepcopy(self, views_copied(self.made))
        except Exception:
            return self

    def values(self, x: FloatArray, y: Any, training: bool = True) -> dict[str, Any]:
        """What the arguments of its methods can be given."""
        return {
            "x": x.copy(),
            "y": copy.copy(y),
            "training": training,
            "testing": not training,
            "rate": self.rate,
            "optimizer": PlainSteps(self.rate),
            "one": 1.0,
            "zero": 0.0,
            "penalty": WEIGHT_DECAY,
            "count": count_of(x, y),
            "before": SimpleNamespace(**dict.fromkeys(OUTPUTS, x.copy())),
        }

    def forward(self, x: FloatArray, y: Any, training: bool = True) -> Any:
        """The output, or the loss as a number, for a copy of x; `training` is passed on to whoever takes it.

        Raises:
            SubjectError: forward raised, or what it returned is not what was asked for.
        """
        if self.start is not None:
            self.start.again(self.parameters)
        np.random.seed(self.seed)
        random.seed(self.seed)
        if self.clears_before_forward:
            self.zero_grad()
        values, way = self.values(x, y, training), self.way
        shapes = " and y ".join(
            str(np.shape(values[role])) for role in ("x", "y") if role in way.forward_roles.values()
        )
        before = {name: id(value) for name, value in attributes_of(self.made).items()}

        def run() -> Any:
            return way.forward.call(self.made, way.forward_roles, values)

        self.returned = guarded_call(f"{self.title}.{way.forward.name}, given x {shapes},", run)
        # a work array would change with the next forward
        self.out = copy.copy(way.output(self.made, self.returned, before))
        return self.out

    def value(self, out: Any, dy: Any, x: FloatArray, y: Any, axis: int | None, samples: int) -> float:
        """The number that is differentiated, of an output.

        Raises:
            SubjectError: the loss of the network cannot be computed.
        """
        values = {**self.values(x, y), "axis": axis or 0, "samples": samples, "returned": self.returned}

        def run() -> float:
            return self.way.value(self.made, out, dy, values)

        return float(guarded_call(f"The loss of {self.title}", run))

    def depends_on_training(self, x: FloatArray, y: Any) -> bool:
        """Whether forward does something else with these inputs when it is not training."""
        if not any(self.way.forward.has(flag) for flag in ("training", "testing")):
            return False
        rehearsal = self.copied()
        try:
            return not np.array_equal(rehearsal.forward(x, y), rehearsal.forward(x, y, training=False))
        except SubjectError:
            return True

    def changes_input(self, x: FloatArray, y: Any) -> bool:
        """Whether forward changes its input in place."""
        values = {**self.values(x, y), "x": (given := x.copy())}
        self.way.forward.call(self.made, self.way.forward_roles, values)
        return not np.array_equal(given, x)

    def backward(self, dy: Any, x: FloatArray, y: Any) -> Any:
        """What `backward` returns; gradients that a `zero_grad` would clear are cleared before.

        Raises:
            SubjectError: it raised.
        """
        way = self.way
        PlainSteps._begin(one.get() for one in self.parameters)
        if way.backward is None:
            return self.beside_the_loss()
        if not self.clears_before_forward:
            self.zero_grad()
        cache, out = way.beside(self.returned), way.handed_on(self.returned, self.out)
        kept = copy.copy(getattr(self.made, "output", None))
        values = {**self.values(x, y), "dy": copy.copy(dy), "out": copy.copy(out), "cache": cache, "kept": kept}
        method = way.backward

        def run() -> Any:
            returned = method.call(self.made, way.backward_roles, values)
            if way.after is not None:
                way.after.call(wrapped_in(self.made), {one.name: one.role for one in way.after.needed}, values)
            return returned._asdict() if isinstance(returned, tuple) and hasattr(returned, "_asdict") else returned

        try:
            return way.gradient(guarded_call(f"{self.title}.{method.name}", run), dy, x)
        except SubjectError as error:
            if any(word in str(error.__cause__) for word in ("matmul", "not aligned", "dot:")):
                turned = SubjectError(f"{error}\n  {TURNED}")
                turned.place = error.place
                raise turned from error
            raise

    def gradients_left(self, dy: Any, x: FloatArray, y: Any) -> list[Found]:
        """What `backward` returns, and what the object holds after it.

        Raises:
            SubjectError: it raised.
        """
        before = snapshot(self.made)
        returned = self.backward(dy, x, y)
        return candidates(self.made, returned, self.names_of_returned(), before, self.parameters)

    @property
    def clears_before_forward(self) -> bool:
        """Whether its `zero_grad` clears what forward keeps, so that it has to come first."""
        kind: Any = type(wrapped_in(self.made))
        return clears_cache(kind, self.way.forward.name, self.zero)

    def zero_grad(self) -> None:
        """Clear gradients, if the object has a method for that."""
        if self.zero:
            owner = next(one for one in (self.made, wrapped_in(self.made)) if hasattr(one, self.zero))
            guarded_call(f"{self.title}.{self.zero}", getattr(owner, self.zero))

    def beside_the_loss(self) -> Any:
        """The gradients that forward returned beside the loss."""
        rest = [self.returned[at] for at in self.places_beside()]
        return rest[0] if len(rest) == 1 else tuple(rest)

    def places_beside(self) -> list[int]:
        """Where they stand in what it returned."""
        parts = self.returned if isinstance(self.returned, tuple | list) else ()
        there = (isinstance(part, dict | list | tuple) or may_hold_arrays(part) or np.ndim(part) > 0 for part in parts)
        return [at for at, some in enumerate(there) if some]

    def names_of_returned(self) -> list[str]:
        """The names of the parts of what backward returns, as its source tells."""
        method = self.way.backward or self.way.forward
        if method.name not in self.names:
            names = names_of(self.made, method.name)
            beside = [names[at] for at in self.places_beside() if at < len(names)]
            self.names[method.name] = names if self.way.backward is not None else beside
        return self.names[method.name]
