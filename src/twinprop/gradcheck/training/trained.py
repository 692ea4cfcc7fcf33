"""An object whose backward is a step of its author's own training: what changes, divided by the rate, is the gradient.

That holds if a step is plain: it goes on from the weights that are there, and is proportional to the rate. Where the
samples of a batch are updated for one after the other, each is taken alone, from the same weights.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import FEW, is_even
from twinprop.gradcheck.arrays.held import (
    Wrapper,
    arrays_of,
    attributes_of,
    is_float_array,
    is_learnt,
    is_number,
    is_numeric,
    objects_of,
)
from twinprop.gradcheck.calling.naming import LOSS, named
from twinprop.gradcheck.calling.upkeep import rates_of
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.objects.numbers_in_lists import put_back_in_arrays
from twinprop.gradcheck.source.loops import OFF, PENALTY, STEPS
from twinprop.gradcheck.source.roles import word_of
from twinprop.gradcheck.source.sources import attributes_read

NOTE = "the gradients are what one step of {} changes{}{}."
BY_RATE = ", divided by the learning rate"
WITHOUT = "checked with {} = 0."
EACH = ", for each sample alone from the same weights"


IS_PENALTY = re.compile("regulari[sz]|penalty|^l[12]|elasticnet$")
"""Names of classes that compute one."""

Output = Callable[[Any, Any], Any]
"""The output of an object for x."""


@dataclass(frozen=True)
class Form:
    """How samples are handed over.

    Attributes:
        sample: what becomes of one sample; None where the batch stays whole.
        packed: how inputs and targets become one argument.
        alone: whether each sample is a call of its own.
        joined: how samples become an array.
        listed: whether all of x is one sample of several, as a sequence is.
    """

    sample: Callable[[Any], Any] | None
    packed: Callable[[Sequence[Any], Sequence[Any]], Any] | None = None
    alone: bool = False
    joined: Callable[[Sequence[Any]], Any] = np.array
    listed: bool = False

    def inputs(self, x: Any) -> list[Any]:
        return [np.copy(x)] if self.sample is None else [self.sample(np.copy(one)) for one in x]


def batch_of(one: Any) -> Any:
    return np.asarray(one)[np.newaxis]


WHOLE, SINGLE = Form(None), Form(batch_of, alone=True)


class Trained(Wrapper):
    """An object with a step of its training, which a subclass takes.

    Args:
        train: the name of the step.
        outputs: what may go forward.
        form: how samples are handed to both.
        rated: whether the step is multiplied by a learning rate.
        owners: the objects whose settings are those of a plain step.

    Attributes:
        loss: its own, where the whole batch is handed over.
        penalised: whether that holds a penalty.
        grown: by what the last step has multiplied its learning rate, before it was used or after.
    """

    grown = 1.0

    learning_rate: float | None = None
    """The one that the step is given; None where it has its own."""

    def __init__(
        self, made: Any, train: str, outputs: Sequence[Output], form: Form, rated: bool, owners: Sequence[Any]
    ) -> None:
        super().__init__(made)
        self._outputs, self._form = outputs, form
        self._output: Output | None = None
        self._shared = [one for kind in (np.random.RandomState, np.random.Generator) for one in objects_of(made, kind)]
        self._plain = False
        self.train, self.each, self.by_sample = train, form.alone, form.sample is not None
        self.told = [NOTE.format(train, EACH if form.alone else "", BY_RATE if rated else "")]
        loss = named(made, LOSS) if form == WHOLE else ""
        if loss not in ("", train):
            self.loss = getattr(made, loss)
        read = attributes_read(type(made), loss)
        self.penalised, off = False, []
        for owner in owners:
            its = IS_PENALTY.search(word_of(type(owner).__name__))
            for name, value in attributes_of(owner).items():
                word = word_of(name)
                if is_number(value) and name in read and PENALTY.fullmatch(word):
                    self.penalised = self.penalised or bool(value)
                elif is_number(value) and STEPS.fullmatch(word):
                    setattr(owner, name, 1)
                elif is_number(value) and value and (OFF.fullmatch(word) or its):
                    setattr(owner, name, type(value)(0))
                    off.append(name)
        self.told += [WITHOUT.format(", ".join(dict.fromkeys(off)))] if off else []

    def _call(self, made: Any, inputs: list[Any], targets: list[Any]) -> None:
        """Take the step, of an object, with samples in their form."""
        raise NotImplementedError

    def _refusal(self) -> str:
        """What is said where the step is not plain."""
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        if self._output is None:
            self._output = next((one for one in self._outputs if self._is_fine(one, x)), None)
        if self._output is None:
            self._output_of(self._outputs[0], x)  # whose error says what is wanted
            raise SubjectError(f"{type(self._user).__name__}: no method returns the outputs that {self.train} makes.")
        return self._output_of(self._output, x)

    def _copied(self) -> Any:
        """A copy of the object; of generators of random numbers, which are slow to copy, it shares those."""
        return copy.deepcopy(self._user, {id(one): one for one in self._shared})

    def _is_fine(self, output: Output, x: Any) -> bool:
        """Whether a method returns numbers that follow small changes of what it has, and no classes."""
        made, rng = self._copied(), np.random.default_rng(0)
        for ref in arrays_of(made):  # of zeros nothing follows
            ref.get()[...] += 0.1 * rng.standard_normal(np.shape(ref.get()))
        other = copy.deepcopy(made)
        for ref in arrays_of(other):
            ref.get()[...] *= 1.001
        try:
            outs = [self._output_of(output, x, one) for one in (made, other)]
        except Exception:  # it wants something else
            return False
        return not np.array_equal(*outs)

    def _output_of(self, output: Output, x: Any, made: Any = None) -> Any:
        made = self._copied() if made is None else made  # what forward keeps is not there when the training begins
        outs = [output(made, one) for one in self._form.inputs(x)]
        return outs[0] if self._form.sample is None else np.array([np.ravel(one) for one in outs])

    def backward(self, x: Any, y: Any) -> None:
        made = self._user
        if not self._plain:
            self._refuse_others(x, y)
            self._plain = True
        after = self._copied()  # each step is a first one
        self._step(after, x, y)
        rates = {ref.name: ref.get() for ref in rates_of(made)}  # one that grows or falls is the first in each step
        grown = [ref.get() / rates[ref.name] for ref in rates_of(after) if rates.get(ref.name)]
        self.grown = next((k for k in grown if k != 1), 1.0)
        now = {ref.name: ref.get() for ref in arrays_of(after, is_learnt) if ref.name not in rates}
        for ref in arrays_of(made, is_numeric):
            if ref.name in now and not np.array_equal(ref.get(), now[ref.name], equal_nan=True):
                ref.set(np.array(now[ref.name]) if is_float_array(ref.get()) else now[ref.name])

    def _step(self, made: Any, x: Any, y: Any) -> None:
        arrays = {ref.name for ref in arrays_of(made)}
        self._take(made, x, y)
        if lost := arrays - {ref.name for ref in arrays_of(made)}:
            put_back_in_arrays(made, lost)

    def _take(self, made: Any, x: Any, y: Any) -> None:
        if self._form.sample is None:
            self._call(made, [np.copy(x)], [np.copy(y)])
            return
        inputs = self._form.inputs(x)
        targets = [self._form.sample(np.copy(one)) for one in y]
        if len(inputs) != len(targets):
            raise ValueError("a target for each sample is needed")
        if not self._form.alone:
            self._call(made, inputs, targets)
            return
        refs = arrays_of(made, lambda value: is_float_array(value) or is_number(value))
        before = {ref.name: copy.copy(ref.get()) for ref in refs}
        total = {name: np.zeros(np.shape(old)) for name, old in before.items()}
        for one, target in zip(inputs, targets, strict=True):
            self._call(made, [one], [target])
            for ref in refs:
                if np.shape(ref.get()) == np.shape(before[ref.name]):
                    total[ref.name] += ref.get() - before[ref.name]
                ref.set(copy.copy(before[ref.name]))
        for ref in refs:
            if total[ref.name].any():
                ref.set(before[ref.name] + total[ref.name])

    def _refuse_others(self, x: Any, y: Any) -> None:
        """Make sure that a step is plain.

        Raises:
            SubjectError: it is not.
        """
        made, own = self._user, self.learning_rate
        changes = []
        for factor, shift in ((1.0, 0.0), (2.0, 0.0), (1.0, 0.1)):
            one = self._copied()
            refs = arrays_of(one)
            for rate in rates_of(one):
                rate.set(rate.get() * factor)
            self.learning_rate = own and own * factor
            for ref in refs:
                ref.get()[...] += shift
            before = {ref.name: ref.get().copy() for ref in refs}
            np.random.seed(0)  # weights that are drawn anew are the same ones, whatever they were before
            random.seed(0)
            try:
                self._step(one, x, y)
            finally:
                self.learning_rate = own
            now = {ref.name: ref.get() for ref in arrays_of(one)}
            both = {name: (old, now.get(name, np.array(np.nan))) for name, old in before.items()}
            changes.append({name: new - old for name, (old, new) in both.items() if new.shape in ((), old.shape)})
        first, double, shifted = changes
        moved = [name for name, change in first.items() if np.any(change)]
        if not moved:
            raise SubjectError(f"{type(made).__name__}.{self.train} changes nothing.")
        # one that is right for both rates is that of a single update, before which nothing has changed
        plain = [name for name in moved if alike(2 * first[name], double[name])]
        anew = [name for name in moved if np.allclose(first[name] - shifted[name], 0.1) and self._reaches(name, x)]
        large = [first[name] for name in moved if first[name].size > FEW]
        if large and all(map(is_even, large)):
            raise SubjectError(f"{type(made).__name__}: a step has one size everywhere, as of Adam.", False)
        rated = own is not None or bool(rates_of(made))
        if (rated and not plain) or anew:
            finite = all(np.isfinite(one).all() for one in first.values())
            raise SubjectError(self._refusal(), not finite)

    def _reaches(self, name: str, x: Any) -> bool:
        """Whether the output depends on an array: on a history of losses it does not."""
        changed = self._copied()
        for ref in arrays_of(changed):
            if ref.name == name:
                ref.get()[...] += 0.1
        out = self.forward(x)
        assert self._output is not None
        return not np.array_equal(out, self._output_of(self._output, x, changed), equal_nan=True)


def alike(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, atol=1e-12)
