"""An object whose backward is a step of its author's own training: what changes, divided by the rate, is the gradient.

That holds if a step is plain: it goes on from the weights that are there, and is proportional to the rate. Where the
samples of a batch are updated for one after the other, each is taken alone, from the same weights.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from twinprop.gradcheck.comparison import FEW, is_even
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.forms import APART, TOGETHER, Form, Front
from twinprop.gradcheck.guesses import INPUTS, OUTPUTS
from twinprop.gradcheck.held import (
    WRAPPED,
    Wrapper,
    arrays_of,
    attributes_of,
    is_float_array,
    is_number,
    is_numeric,
    objects_of,
)
from twinprop.gradcheck.loops import (
    OFF,
    PENALTY,
    STEPS,
    definition_of,
    function_of,
    given_the_input,
    purposes,
    runs_over_samples,
    shorten,
    training_methods,
)
from twinprop.gradcheck.roles import Method, method_of, word_of
from twinprop.gradcheck.sources import attributes_read
from twinprop.gradcheck.upkeep import RATE, rates_of
from twinprop.gradcheck.ways import ALL_AT_ONCE, FORWARD, LOSS, named

NOTE = "the gradients are what one step of {} changes{}{}."
BY_RATE = ", divided by the learning rate"
WITHOUT = "checked with {} = 0."
EACH = ", for each sample alone from the same weights"


class Trained(Wrapper):
    """An object with a method that trains.

    Args:
        fronts: its methods that may go forward.
        train, uses: the method that trains, and what its arguments are for.

    Attributes:
        loss: its own, where the whole batch is handed over.
        penalised: whether that holds a penalty.
    """

    def __init__(self, made: Any, fronts: Sequence[Front], train: Method, uses: dict[str, str], form: Form) -> None:
        super().__init__(made)
        self._fronts, self._train, self._uses, self._form = fronts, train, uses, form
        self._front: Front | None = None
        self._shared = [one for kind in (np.random.RandomState, np.random.Generator) for one in objects_of(made, kind)]
        self._plain = False
        self.usual_alone = form.sample is not None or runs_over_samples(definition_of(function_of(made, train.name)))
        self.train, self.each, self.by_sample = train.name, form.alone, form.sample is not None
        rated = "rate" in uses.values() or bool(rates_of(made))
        self.told = [NOTE.format(train.name, EACH if form.alone else "", BY_RATE if rated else "")]
        if "rate" in uses.values():
            self.learning_rate = RATE
        loss = named(made, LOSS) if form in APART[:1] else ""
        if loss not in ("", train.name):
            self.loss = getattr(made, loss)
        read = attributes_read(type(made), loss)
        self.penalised, off = False, []
        for owner in self._with_settings(made):
            for name, value in attributes_of(owner).items():
                word = word_of(name)
                if is_number(value) and name in read and PENALTY.fullmatch(word):
                    self.penalised = self.penalised or bool(value)
                elif is_number(value) and STEPS.fullmatch(word):
                    setattr(owner, name, 1)
                elif is_number(value) and value and (OFF.fullmatch(word) or is_penalty(owner)):
                    setattr(owner, name, type(value)(0))
                    off.append(name)
        self.told += [WITHOUT.format(", ".join(dict.fromkeys(off)))] if off else []

    def _with_settings(self, made: Any) -> list[Any]:
        """The objects whose settings are those of a plain step."""
        return [made]

    def forward(self, x: Any) -> Any:
        if self._front is None:
            self._front = next((one for one in self._fronts if self._is_fine(one, x)), None)
        return self._outputs(self._front or self._fronts[0], x)

    def _copied(self) -> Any:
        """A copy of the object; of generators of random numbers, which are slow to copy, it shares those."""
        return copy.deepcopy(self._user, {id(one): one for one in self._shared})

    def _is_fine(self, front: Front, x: Any) -> bool:
        """Whether a method returns numbers that follow small changes of its input, and no classes."""
        try:
            return not np.array_equal(self._outputs(front, x), self._outputs(front, x * 1.001))
        except Exception:  # it wants something else
            return False

    def _outputs(self, front: Front, x: Any) -> Any:
        made = self._copied()  # what it keeps is not there when the training begins
        outs = [front.output(made, one) for one in self._form.inputs(x)]
        return outs[0] if self._form.sample is None else np.array([np.ravel(one) for one in outs])

    def backward(self, x: Any, y: Any) -> None:
        made = self._user
        if not self._plain:
            self._refuse_others(x, y)
            self._plain = True
        after = self._copied()  # each step is a first one
        self._step(after, x, y)
        now = {ref.name: ref.get() for ref in arrays_of(after, is_learnt)}
        for ref in arrays_of(made, is_numeric):
            if ref.name in now and not np.array_equal(ref.get(), now[ref.name], equal_nan=True):
                ref.set(np.array(now[ref.name]) if is_float_array(ref.get()) else now[ref.name])

    def _step(self, made: Any, x: Any, y: Any) -> None:
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
        refs = arrays_of(made, may_be_learnt)
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

    def begins(self) -> bool:
        """Whether it has parameters, which some make when their training begins."""
        made = self._user
        x = np.random.default_rng(0).standard_normal((5, INPUTS))
        for y in (np.eye(OUTPUTS)[[0, 1, 2, 0, 1]], np.array([0, 1, 2, 0, 1]), np.array([[0.0], [1], [0], [1], [1]])):
            if any(ref.get().ndim > 1 for ref in arrays_of(made)):
                return True
            with suppress(Exception):  # not with these targets
                self._step(made, x, y)
        return False

    def _call(self, made: Any, inputs: list[Any], targets: list[Any]) -> None:
        whole = self._form.sample is None
        x, y = (inputs[0], targets[0]) if whole else (np.array(inputs), np.array(targets))
        data = self._form.packed(inputs, targets) if self._form.packed is not None else x
        count = len(x)
        values = {"x": x, "y": y, "data": data, "steps": 1, "batch": count, "off": 0, "one": 1}
        values["rate"] = getattr(self, "learning_rate", RATE)
        given = {name: values[use] for name, use in self._uses.items() if use != "other"}
        for one in self._train.arguments:
            if self._uses.get(one.name) == "other":
                of_y = word_of(one.name)[:1] in "yt" and not word_of(one.name).startswith("test")
                given[one.name] = np.copy(y if of_y else x) if self._form.packed is None else data
        getattr(made, self._train.name)(**given)

    def _refuse_others(self, x: Any, y: Any) -> None:
        """Make sure that a step is plain.

        Raises:
            SubjectError: it is not.
        """
        made, own = self._user, getattr(self, "learning_rate", None)
        changes = []
        for factor, shift in ((1.0, 0.0), (2.0, 0.0), (1.0, 0.1)):
            one = self._copied()
            refs = arrays_of(one)
            for rate in rates_of(one):
                rate.set(rate.get() * factor)
            if own is not None:
                self.learning_rate = own * factor
            for ref in refs:
                ref.get()[...] += shift
            before = {ref.name: ref.get().copy() for ref in refs}
            try:
                self._step(one, x, y)
            finally:
                if own is not None:
                    self.learning_rate = own
            now = {ref.name: ref.get() for ref in arrays_of(one)}
            changes.append({name: now.get(name, np.nan) - old for name, old in before.items()})
        first, double, shifted = changes
        moved = [name for name, change in first.items() if np.any(change)]
        if not moved:
            raise SubjectError(f"{type(made).__name__}.{self._train.name} changes nothing.")
        # one that is right for both rates is that of a single update, before which nothing has changed
        plain = [name for name in moved if alike(2 * first[name], double[name])]
        anew = [name for name in moved if np.allclose(first[name] - shifted[name], 0.1)]
        large = [first[name] for name in moved if first[name].size > FEW]
        if large and all(map(is_even, large)):
            raise SubjectError(f"{type(made).__name__}: a step has one size everywhere, as of Adam.", False)
        rated = own is not None or bool(rates_of(made))
        if (rated and not plain) or anew:
            raise SubjectError(self._refusal(), False)

    def _refusal(self) -> str:
        """What is said where a step is not plain."""
        return f"{type(self._user).__name__}: has {ALL_AT_ONCE.format(self._train.name)}"


def is_penalty(owner: Any) -> bool:
    """Whether an object is what a penalty is computed by."""
    return re.search(r"regulari[sz]|penalty|^l[12]|elasticnet$", word_of(type(owner).__name__)) is not None


def may_be_learnt(value: Any) -> bool:
    """Whether a value can be a parameter; a bias may start as a plain 0."""
    return is_float_array(value) or is_number(value)


def is_learnt(value: Any) -> bool:
    """Whether a value can be what a step made of a parameter; a bias may be a plain number."""
    return is_float_array(value) or isinstance(value, float)


def alike(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, atol=1e-12)


def with_training(made: Any) -> Iterator[Trained]:
    """An object as one whose backward is a step of its training, in each form in which samples may be handed over."""
    fronts = [name for name in (named(made, FORWARD), named(made, "predict predictproba")) if name]
    fronts += [name for name in dir(made) if word_of(name).startswith(("predict", "feedforward"))]
    names = training_methods(made)
    fronts += [front for name in names for front in given_the_input(function_of(made, name))]
    methods = [Front.of(made, one) for one in dict.fromkeys(fronts) if len(method_of(made, one).needed) <= 1]
    names = names if methods else []
    for name in names:
        try:
            one = copy.deepcopy(made)
        except Exception:  # it cannot be set back
            return
        method, tree = method_of(one, name), definition_of(function_of(one, name))
        uses = purposes(method, tree) if tree is not None else {}
        if not {"x", "data"} & {*uses.values()}:
            continue
        for form in TOGETHER if "data" in uses.values() else APART:
            if form.alone and not runs_over_samples(tree):
                continue
            trained = Trained(copy.deepcopy(one), methods, method, uses, form)
            if trained.begins():
                shorten(getattr(trained, WRAPPED), name)
                yield trained
