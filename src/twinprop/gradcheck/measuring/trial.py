"""A subject with its inputs: one run gives the gradients of backward, and small changes give the slopes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import Index, Slopes, measure_slopes, ratio, same_numbers, sample_entries
from twinprop.gradcheck.arrays.finding import SUM, Found, Snapshot, Target, assign, candidates, snapshot
from twinprop.gradcheck.arrays.held import ArrayRef, FloatArray, is_float_array, plain_shape, said, wrapped_in
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.naming import LOSS_CLASS
from twinprop.gradcheck.calling.upkeep import TO_OPTIMIZER, PlainSteps, adds_bare
from twinprop.gradcheck.calling.way import DerivativeWay, LossWay
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.measuring.subject import Subject
from twinprop.gradcheck.objects.composing import reduced
from twinprop.gradcheck.objects.fitting import Fitted
from twinprop.gradcheck.objects.turned import turned_back
from twinprop.gradcheck.source.roles import word_of
from twinprop.gradcheck.training.own_loss import OwnLoss

ENTRIES = 400
"""Entries of each gradient that are measured; small sizes are measured whole."""

LARGE, FEW = 100_000, 60
"""Of a subject with more numbers than that, so few entries of each gradient are measured."""

SECONDS, FEWEST = 10.0, 8
"""Of a processor, that all measuring may take where forward is slow; and how few entries are measured all the same."""

CHANGE = "change of "
"""What the report calls an update inside backward, before the name of the parameter."""


class NotRepeatableError(SubjectError):
    """forward gives other numbers for the same input."""


class Trial:
    """A subject with its inputs.

    The number that is differentiated is the loss; for a layer it is Σ y ⊙ dy with random dy, whose derivative by x is
    what `backward(dy)` has to return.

    Attributes:
        parameters: of the subject, but for those that are called constants.
        out: what forward returns.
        dy: random numbers in the shape of the output; None for a loss.
        seconds: that forward takes.
        updated: names of parameters that backward has changed.
        unused: arrays that the output does not depend on; known after `keep_used`.
        labels: where the gradient of each parameter, and of x, is found; known after `find`.
        returned: what backward returned at its last run.
        changed: what backward has changed since `set_back`, with what was there before.
        update_rate: by what an update inside backward is divided to give the gradient.
        constants: what a function is given, and returns no gradient of; known after the gradients are compared.
        left_alone: arrays of an object that are constants, too.
        penalties: half of this, times the squares of a parameter, is added to the loss.
        parts: of the number that is differentiated, for parameters whose gradient is that of a part, as of a mean.

    Raises:
        SubjectError: the subject raised, or broke the contract.
    """

    def __init__(self, subject: Subject, inputs: Inputs, seed: int, constants: Sequence[str] = ()) -> None:
        self.subject, self.inputs, self.seed = subject, inputs, seed
        self.parameters = [parameter for parameter in subject.parameters if parameter.name not in constants]
        self.x = inputs.x.copy()
        self.out = subject.forward(self.x, inputs.y)
        # forward may put something else into a work array
        self.parameters = [parameter for parameter in self.parameters if is_float_array(parameter.get())]
        self.dy: Any = subject.way.upstream(self.out, inputs.y, np.random.default_rng(seed + 1))
        self.updated: list[str] = []
        self.unused: list[ArrayRef] = []
        self.labels: dict[str, Found] = {}
        self.changed: list[tuple[ArrayRef, Any]] = []
        self.returned: list[Found] = []
        self.parts: dict[str, float] = {}
        self.penalties: dict[str, float] = {}
        self.constants: list[str] = []
        self.left_alone: list[str] = []
        self.update_rate: float | None = subject.rate if subject.knows_rate else None
        if self.x.dtype.kind == "f" and self.is_coarse():
            raise SubjectError(
                f"{subject.title}.{subject.way.forward.name} computes in float32, or rounds: a change of its input by "
                "1e-10 changes nothing. That is too coarse to check; leave out the cast.",
                False,
            )
        begin = process_time()
        again = subject.forward(self.x, inputs.y)
        self.seconds = process_time() - begin
        if not np.array_equal(self.out, again):
            raise NotRepeatableError(
                f"{subject.title}.{subject.way.forward.name} gives other numbers for the same input each time, and "
                "only the derivative of a fixed function can be checked. Draw random numbers by np.random.rand and the "
                "like, which are seeded before each forward; and let forward change nothing that the next "
                "forward depends on."
            )

    def is_coarse(self) -> bool:
        """Whether tiny changes of x are lost, and small ones are not."""
        tiny, small = (self.subject.forward(self.x * (1 + part), self.inputs.y) for part in (1e-10, 1e-3))
        return bool(np.array_equal(tiny, self.out) and not np.allclose(small, self.out, rtol=1e-6, equal_nan=True))

    def of_output(self, out: Any) -> float:
        return self.subject.value(out, self.dy, self.x, self.inputs.y, self.inputs.axis, self.inputs.count)

    def value(self) -> float:
        """The number that is differentiated."""
        penalty = sum(each / 2 * float((self.array(name) ** 2).sum()) for name, each in self.penalties.items())
        return self.of_output(self.subject.forward(self.x, self.inputs.y)) + penalty

    def run(self, change: Callable[[], None] | None = None, clear: bool = True) -> list[Found]:
        """What backward returns and leaves; `change()` is called between forward and backward.

        The parameters are as before when it is over, whatever backward did.
        """
        before = [(parameter, parameter.get(), parameter.get().copy()) for parameter in self.parameters]
        try:
            return self.run_once(change, clear)
        finally:
            for parameter, array, old in before:
                if isinstance(array, np.ndarray):
                    array[...] = old
                parameter.set(array)

    def run_once(self, change: Callable[[], None] | None, clear: bool) -> list[Found]:
        subject = self.subject
        if clear:
            self.set_back()
        if not subject.way.given_apart:
            held = snapshot(subject.made)
        subject.forward(self.x, self.inputs.y)
        if change is not None:
            change()
        if subject.way.given_apart:
            held = snapshot(subject.made)
        kept = [(parameter, np.array(parameter.get())) for parameter in self.parameters]
        owners = {id(parameter.get()): parameter.name for parameter in self.parameters}
        try:
            returned = subject.backward(self.dy, self.x, self.inputs.y)
        except SubjectError:
            self.note_changes(held)
            raise
        found = candidates(subject.made, returned, subject.names_of_returned(), held, subject.parameters)
        self.returned = [one for one in found if one.owner is None and not one.stacked]
        self.note_changes(held, found)
        for number, (array, gradient) in enumerate(PlainSteps._given):
            of = owners.get(id(array), "")
            found.append(Found(f"d{of}" if of else f"{TO_OPTIMIZER}{number}", "", (), None, gradient, of=of))
        if isinstance(subject.way, DerivativeWay) and found and found[0].position == 0 and not found[0].shape:
            found[0].value = np.full(self.x.shape, found[0].value)  # the derivative is the same everywhere
        found += [*self.summed(found), *reduced(subject.made, {np.shape(one.get()) for one in self.parameters})]
        moved = [(parameter, old) for parameter, old in kept if not np.array_equal(parameter.get(), old)]
        own = {place.name for parameter in self.parameters for place in (parameter, *parameter.also)}
        found = [one for one in found if one.owner is None or one.label not in own]
        self.updates = {
            one.name: Found(f"{CHANGE}{one.name}", "", (), one.owner, old - np.asarray(one.get()))
            for one, old in moved
            if can_be_subtracted(old, one.get())
        }
        if self.updates:  # what is added may be 0, or too small to change a number
            still = [parameter for parameter, old in kept if parameter.name not in {one.name for one, _ in moved}]
            for one in still:
                zeros = np.zeros(np.shape(one.get()))
                self.updates[one.name] = Found(f"{CHANGE}{one.name}", "", (), one.owner, zeros, changed=False)
        self.updated += [parameter.name for parameter, _ in moved if parameter.name not in self.updated]
        return found

    def summed(self, found: list[Found]) -> list[Found]:
        """The sums of gradients of arrays that several objects share: each object has a part."""
        sums = []
        for parameter in self.parameters:
            places = {id(one.owner): one for one in (parameter, *parameter.also)}
            parts = {
                id(one.owner): one
                for one in found
                if one.owner is not None and (place := places.get(id(one.owner))) and one.level(place) == 3
            }
            some = list(parts.values())
            alike = len({one.shape for one in some}) == 1
            if len(some) > 1 and alike and not same_numbers(some[0].value, some[1].value):
                label, name = f"{SUM}{len(some)} {some[0].attribute}", f"d{parameter.attribute}"
                sums.append(Found(label, name, parameter.keys, None, sum(one.value for one in some)))
        return sums

    def note_changes(self, held: Snapshot, made: Sequence[Found] = ()) -> None:
        """Remember what backward has changed of the arrays in the shape of a parameter: gradients and velocities.

        Args:
            held: what was there before.
            made: what was not.
        """
        own = {place.name for parameter in self.parameters for place in (parameter, *parameter.also)}
        shapes = {plain_shape(np.shape(parameter.get())) for parameter in self.parameters}
        new = [ArrayRef(one.label, one.owner, one.attribute, one.keys) for one in made if one.owner is not None]
        several = [(ref, np.zeros(np.shape(ref.get()))) for ref in new if ref.name not in held]
        several += [(ref, old) for _, old, ref in held.values()]
        for ref, old in several:
            if plain_shape(old.shape) in shapes and ref.name not in own and not np.array_equal(ref.get(), old):
                self.changed.append((ref, old))

    @property
    def returned_no_dx(self) -> bool:
        """Whether there are gradients of parameters, and backward, a call of its own, returned no others."""
        known = {one.label for one in self.labels.values()}
        own = [one.label in known or any(map(one.level, self.parameters)) for one in self.returned]
        some = any(one.name in self.labels for one in self.parameters)
        return self.subject.way.given_apart and "x" not in self.labels and some and all(own)

    def set_back(self) -> None:
        """Undo that, so that what adds up begins anew."""
        for ref, old in reversed(self.changed):
            now = ref.get()
            held = [value for one in self.parameters if isinstance(value := one.get(), np.ndarray)]
            if isinstance(now, np.ndarray) and any(np.may_share_memory(now, one) for one in held):
                continue  # a cache that holds weights
            if isinstance(now, np.ndarray) and now.shape == old.shape and now.flags.writeable:
                now[...] = old
            elif now is not None:
                ref.set(old.copy() if old.ndim else old[()])
        self.changed = []

    def may_lack(self, name: str) -> bool:
        """Whether something needs no gradient, as what a function is given beside x and its parameters."""
        made = self.subject.made
        if isinstance(made, Fitted | OwnLoss):
            return made.may_lack(name)
        kind = type(wrapped_in(made)).__name__.lower()
        return isinstance(self.subject.way, LossWay) and LOSS_CLASS.search(kind) is not None and is_of_classes(name)

    def targets(self, measured: dict[str, FloatArray]) -> list[Target]:
        """What gradients are looked for."""
        own = [
            Target(one.name, one, one.get(), measured[one.name], needed=not self.may_lack(one.name))
            for one in self.parameters
        ]
        if self.x.dtype.kind != "f":
            return own
        wanted = not said(self.subject.made, "given_data", False)
        return [*own, Target("x", None, self.x, measured["x"], self.dy is not None, wanted)]

    def find(self, measured: dict[str, FloatArray]) -> dict[str, tuple[str, Any]]:
        """Gradients by what they are of, with their names; where they were found is remembered.

        Args:
            measured: slopes of each parameter and of x, NaN where they are not known.
        """
        found = self.run()
        if self.updates and self.update_rate is None:
            bare = adds_bare(self.subject.made, [one.attribute for one in self.parameters])
            self.update_rate = 1.0 if bare else common_rate(self.updates, measured)
        for one in self.updates.values():
            one.value = one.value / (self.update_rate or 1.0)
        self.labels = assign(self.targets(measured), found, self.updates)
        return self.as_used({of: (one.label, one.value) for of, one in self.labels.items()})

    def gradients(self, change: Callable[[], None] | None = None, clear: bool = True) -> dict[str, tuple[str, Any]]:
        """The same of another run, from the places where they were found."""
        rate = self.subject.rate if self.subject.knows_rate else self.update_rate or 1.0
        again = {one.label: one.value for one in self.run(change, clear)}
        again |= {one.label: one.value / rate for one in self.updates.values()}
        return self.as_used(
            {of: (one.label, again[one.label]) for of, one in self.labels.items() if one.label in again}
        )

    def as_used(self, found: dict[str, tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
        """Gradients as the steps of the class use them."""
        return turned_back(found, {one.name: np.shape(one.get()) for one in self.parameters}, self.subject.made)

    def output_depends_on(self, parameter: ArrayRef) -> bool:
        """Whether the output changes with an array, as it does with a parameter and not with a work array."""
        array = parameter.get()
        old = array.copy()
        array[...] = old + 1 + np.abs(old)
        try:
            out = self.subject.forward(self.x, self.inputs.y)
            return not np.array_equal(out, self.out, equal_nan=True)
        except SubjectError:
            return True
        finally:
            array[...] = old
            parameter.set(array)

    def array(self, of: str) -> FloatArray:
        """The numbers of x, or of the parameter of that name."""
        return self.x if of == "x" else next(one.get() for one in self.parameters if one.name == of)

    def slope(self, of: str, most: int = ENTRIES) -> FloatArray:
        """What is measured for x, or for a parameter; NaN where nothing was measured."""
        return slopes_of(self.measure(self.array(of), most), self.array(of).shape)

    def measure(
        self, array: FloatArray, most: int = ENTRIES, larger: float = 1.0, value: Callable[[], Any] | None = None
    ) -> dict[Index, Slopes]:
        """Slopes of the value at the entries of a parameter, or of x.

        Args:
            value: another number, or several at once.
        """
        if sum(one.get().size for one in self.parameters) > LARGE:
            most = min(most, FEW)
        each = 4 * self.seconds * (len(self.parameters) + 1)
        most = min(most, max(FEWEST, int(SECONDS / each))) if each else most
        f = value or self.value
        part = next((self.parts.get(one.name, 1) for one in self.parameters if one.get() is array), 1)
        middle = part * f()
        # the size of the numbers whose sum it is
        magnitude = abs(middle) if self.dy is None else part * float(np.abs(np.asarray(self.out) * self.dy).sum())
        where = sample_entries(array.shape, most, self.seed)
        return {index: measure_slopes(lambda: part * f(), array, index, middle, magnitude, larger) for index in where}


def is_of_classes(name: str) -> bool:
    """Whether an array of a loss is named as what classes weigh, which is a constant."""
    return re.fullmatch(r"(class|pos|label)?(weights?|w|alphas?|priors?)", word_of(name)) is not None


def can_be_subtracted(old: FloatArray, new: Any) -> bool:
    """Whether a parameter has become another one of its shape, or of one that it was broadcast to.

    What is subtracted from an array without axes gives a number.
    """
    try:
        of_floats = is_float_array(new) or isinstance(new, float)
        return of_floats and np.broadcast_shapes(old.shape, np.shape(new)) == np.shape(new)
    except ValueError:
        return False


def slopes_of(measured: dict[Index, Slopes], shape: Index) -> FloatArray:
    """Measured slopes as an array, NaN where nothing was measured."""
    slope = np.full(shape, np.nan)
    for where, entry in measured.items():
        slope[where] = entry.central[1]
    return slope


def common_rate(updates: dict[str, Found], measured: dict[str, FloatArray]) -> float | None:
    """The learning rate of an update, where one and the same makes it fit every slope that it fits at all."""
    rates = [ratio(one.value, measured[of]) for of, one in updates.items() if of in measured]
    known = [rate for rate in rates if rate is not None and rate > 0]
    return float(np.median(known)) if known else None
