"""The loop of a script that trains is a step: its round is run from the parameters that the script makes.

Small random data take the place of X and y. What a round changes is kept by the object under test.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice, permutations, product
from types import SimpleNamespace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, as_number, is_learnt, is_number, is_numeric
from twinprop.gradcheck.arrays.inputs import Inputs, draw_x, draw_y, is_data, unused_size
from twinprop.gradcheck.calling.upkeep import owners_in
from twinprop.gradcheck.faults import Clock
from twinprop.gradcheck.objects.guesses import OUTPUTS
from twinprop.gradcheck.source.loops import OFF, OTHERS, STEPS
from twinprop.gradcheck.source.names_in_code import given_first, walk
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.training.outputs import find_site, output_at
from twinprop.gradcheck.training.recipes import SAMPLES
from twinprop.gradcheck.training.rounds import FUNCTION
from twinprop.gradcheck.training.staging import Stage, data_role
from twinprop.gradcheck.training.trained import SINGLE, WHOLE, Output, Trained

MOST_TRIED = 150
"""Sizes of data that are tried."""


RAN = "what a round needs of the lines before it, and one round, were run as well, with small random data:"

NOT_PLAIN = (
    "{}: what it changes is not the learning rate times something that weights and samples tell, so there is no "
    "gradient to look at. Let a round be a plain step, W -= lr * dW, or give a method backward(self, x, y) that leaves "
    "the gradients as self.dW, self.db."
)


class Round:
    """What a round changes, and the numbers and arrays that belong to it: each is an attribute.

    Args:
        names: of these.
    """

    def __init__(self, stage: Stage, names: Sequence[str]) -> None:
        self._stage, self._names = stage, list(names)
        for name in names:
            setattr(self, name, stage.space[name])

    def adopt(self, numbers: Sequence[str]) -> None:
        """Take numbers for parameters, as a bias that starts as 0."""
        for ref in arrays_of(self, is_number):
            if ref.name in numbers and role_of(ref.attribute) != "rate":
                ref.set(as_number(ref.get()))

    def one_round(self, x: Any, y: Any) -> None:
        stage, space = self._stage, self._stage.space
        scalars = [ref for ref in arrays_of(self) if not np.shape(ref.get())]
        space.update({name: getattr(self, name) for name in self._names})
        space.update(zip(stage.data[::-1], map(shaped, (y, x), stage.like[::-1]), strict=True))
        for names, code in stage.following:
            if not names & {*self._names, *stage.data}:
                exec(code, space)
        space.update(stage.loop.counted)
        stage.one_round()
        for name in self._names:
            if data_role(name) != "rate":  # one that falls is the first in each round
                setattr(self, name, space[name])
        for ref in scalars:  # what was an array of one number stays one
            if not np.shape(ref.get()):
                ref.set(as_number(ref.get()))

    def output(self, x: Any) -> Any:
        """The output; it runs up to where that is compared with targets, whatever these are."""
        stage = self._stage
        y = np.asarray(stage.targets)
        axis = y.ndim - 1 if stage.columns else 0
        y = np.take(y, np.arange(np.shape(x)[-1 if stage.columns else 0]) % y.shape[axis], axis)
        assert stage.site is not None
        return output_at(stage.site, lambda: self.one_round(x, y))


def shaped(value: Any, like: Any) -> Any:
    """Samples as the script has them: each a row, or a column, in an array or in a list."""
    inner = np.shape(like)[1:]
    array = np.asarray(value)
    if len(inner) == 2 and 1 in inner and array.ndim == 2:
        array = array[:, :, np.newaxis] if inner[1] == 1 else array[:, np.newaxis, :]
    return list(array) if isinstance(like, list) else array


@dataclass
class Tried:
    """Names of X and y in a script, and data for them."""

    names: tuple[str, str]
    like: tuple[Any, Any]
    inputs: Inputs


def data_to_try(stage: Stage) -> Iterator[Tried]:
    """Data for a loop: of the sizes that its script has, or that the parameters have which it makes.

    Raises:
        NotFoundError: there is none in it.
    """
    stage.set_up({})
    stage.keep_rates()
    held = stage.held()
    order = [one.id for one in walk(stage.loop.body) if isinstance(one, ast.Name)]
    data = {name: one for name, one in held.items() if name in stage.derived and is_data(one)}
    some = sorted(data, key=lambda name: (OTHERS.fullmatch(word_of(name)) is not None, (*order, name).index(name)))
    pairs = list(permutations(some[:5], 2)) or [(name, name) for name in some]  # what it is given is its target
    pairs.sort(key=lambda pair: (data_role(pair[0]) != "x", data_role(pair[1]) != "y"))
    arrays = [np.shape(ref.get()) for ref in arrays_of(SimpleNamespace(**held)) if ref.attribute not in stage.derived]
    sizes = list(dict.fromkeys(size for shape in arrays if len(shape) == 2 for size in shape))[:8]
    for names in pairs:
        like = held[names[0]], held[names[1]]
        x, y = np.asarray(like[0]), np.asarray(like[1])
        axis = -1 if x.ndim == 2 and y.shape[-1] == x.shape[-1] and len(y) != len(x) else 0
        own = x.shape[0] if axis else x[0].size
        outputs = 1 if y.ndim == 1 else y.shape[0] if axis else y[0].size
        kinds = ["onehot"] if y.ndim > 1 else ["labels", "binary"] if y.dtype.kind in "iu" else ["binary"]
        kinds += [kind for kind in ("onehot", "binary", "labels", "signs") if kind not in kinds]
        both = product((axis, -1 - axis), kinds, dict.fromkeys([own, *sizes]), dict.fromkeys([outputs, *sizes, 1]))
        tried = (one for one in both if one[1] not in ("binary", "signs") or one[3] == outputs)
        flat = [1] if x.ndim > 1 and not sizes else []  # one number for each sample, as a last try
        alone = [(None, kinds[0], 1, 1)] if names[0] == names[1] else []  # one entry of a matrix
        for side, kind, width, number in [*islice(tried, MOST_TRIED), *product((0,), kinds[::-1], [0], flat), *alone]:
            count = 1 if side is None else unused_size(SAMPLES, {width, number, *sizes})
            shape = (width, count) if side else (count, width)
            rng = np.random.default_rng(0)
            itself = names[0] == names[1]
            values = "probabilities" if itself else "normal"
            x = draw_x(rng, (count,) if np.ndim(like[0]) == 1 or not width else shape, side, values)
            classes = OUTPUTS if kind == "labels" and number == 1 else number
            y = x if itself else draw_y(rng, count, classes, side, kind)
            if kind == "labels":
                y.flat[0] = classes - 1  # else another batch may have a class that a loop has no output for
            yield Tried(names, like, Inputs(x, y, side, "real" if itself else kind, values))


class TrainedByLoop(Trained):
    """The step is a round of a loop; the output is what the script compares with y.

    Attributes:
        same_count: no batch has another number of samples, which the script may have counted.
    """

    same_count = True

    def __init__(self, one: Round, inputs: Inputs, alone: bool, place: str) -> None:
        stage = one._stage
        name = f"{stage.loop.whole} in {place}" if stage.loop.whole else f"the loop in {place}"
        super().__init__(one, name, [Round.output], SINGLE if alone else WHOLE, True, owners_in(one))
        self._own_inputs, self._parts = inputs, {FUNCTION: stage.round}
        self.told.append(f"{RAN} {place}.")

    def _call(self, made: Any, inputs: list[Any], targets: list[Any]) -> None:
        made.one_round(inputs[0], targets[0])

    def _is_fine(self, output: Output, x: Any) -> bool:
        """It was seen to follow x, or the factors of a matrix, when it was found."""
        return True

    def _refusal(self) -> str:
        return NOT_PLAIN.format(self.train)


def fitting(stage: Stage, tried: Tried, alone: bool) -> Round | None:
    """A round that some data fit; None where they do not.

    Args:
        alone: whether it is given one sample.
    """
    inputs = tried.inputs.sample(0) if alone else tried.inputs
    x, y = inputs.x, inputs.y
    like = tuple(shaped(one, there) for one, there in zip((x, y), tried.like, strict=True))
    data = dict(zip(tried.names, like, strict=True))
    stage.set_up(data, inputs.count)
    held = {name: one for name, one in stage.held().items() if name not in tried.names}
    try:
        first = copy.deepcopy(held)
    except TypeError:  # it holds what runs, as a generator
        return None
    try:
        stage.one_round()
    except Exception as error:  # not with these data; what comes after the update is not needed
        if has_learnt(first, stage.space) and stage.end_before(error):
            return fitting(stage, tried, alone)
        return None
    if any(np.ndim(old) == 0 < np.ndim(new) for _, old, new in before_and_after(first, stage.space)):
        return None  # a bias would become an array: the targets are wanted in another shape
    changed = changed_names(first, stage.space)
    others = [one for one in before_and_after(first, stage.space) if is_number(one[1])]
    numbers = [name for name, old, new in others if new != old and is_learnt(new)]
    stage.set_up(data, inputs.count)
    anew = given_first(stage.loop.body)  # what the first turn has left there
    names = [name for name, one in first.items() if name not in anew and (name in changed or is_kept(name, one, stage))]
    if not changed or not all(name in stage.space for name in names):
        return None
    found = Round(stage, names)
    found.adopt(numbers)
    stage.data, stage.like, stage.columns, stage.targets = tried.names, tried.like, bool(inputs.axis), y
    return found if sees_output(found, x, y, inputs.kind == "signs") else None


def sees_output(found: Round, x: Any, y: Any, signs: bool) -> bool:
    """Whether a round compares something with y that depends on x, or, if y are signs, multiplies it by them."""
    probe = np.random.default_rng(1).uniform(0.1, 0.9, np.shape(y))
    stage = found._stage
    stage.site = None
    for targets in (probe, y) if np.asarray(y).dtype.kind == "f" else (y,):
        with suppress(Exception):  # not with targets between 0 and 1
            stage.site = find_site(partial(copy.deepcopy(found).one_round, x, targets), targets, signs)
        if stage.site is not None:
            break
    if stage.site is None:
        return False
    one = copy.deepcopy(found)
    for ref in arrays_of(one):
        if not ref.get().any():  # with zeros nothing depends on x
            ref.get()[...] = np.random.default_rng(2).standard_normal(np.shape(ref.get()))
    for ref in arrays_of(one, is_number):
        if ref.get() == 0:
            ref.set(0.3)
    changed = copy.deepcopy(one)
    for ref in arrays_of(changed) if stage.data[0] == stage.data[1] else ():  # a matrix may be its factors alone
        ref.set(1.01 * ref.get())
    try:
        out, other = copy.deepcopy(one).output(x), changed.output(1.01 * x)
    except Exception:  # what is compared there is something else
        return False
    return bool(out.shape == other.shape and np.all(np.isfinite(out)) and not np.array_equal(out, other))


def before_and_after(first: Mapping[str, Any], space: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The arrays and numbers of names, as they were and as they are now."""
    there = {name: space[name] for name in first if name in space}
    before, now = (
        {ref.name: ref.get() for ref in arrays_of(SimpleNamespace(**some), is_numeric)} for some in (first, there)
    )
    return [(name, old, now[name]) for name, old in before.items() if name in now]


def changed_names(first: Mapping[str, Any], space: Mapping[str, Any]) -> set[str]:
    """The names whose arrays and numbers are others now, of the same shape."""
    alike = [one for one in before_and_after(first, space) if np.shape(one[1]) == np.shape(one[2])]
    return {re.split(r"[.\[]", name)[0] for name, old, new in alike if not np.array_equal(old, new)}


def has_learnt(first: Mapping[str, Any], space: Mapping[str, Any]) -> bool:
    """Whether arrays have other numbers now; where there are none, numbers, which a sum of losses is, too."""
    arrays = [(old, new) for _, old, new in before_and_after(first, space) if np.ndim(old)]
    return any(not np.array_equal(*one) for one in arrays) if arrays else bool(changed_names(first, space))


def is_kept(name: str, value: Any, stage: Stage) -> bool:
    """Whether something that a round leaves as it is belongs to it: a parameter that it forgets, a rate."""
    if is_number(value):
        word = word_of(name)
        return data_role(name) == "rate" or any(one.fullmatch(word) for one in (STEPS, OFF))
    return name not in stage.derived and bool(next(iter(arrays_of(SimpleNamespace(held=value), is_numeric)), None))


def commutes(one: Round, inputs: Inputs) -> bool:
    """Whether the order of the samples in a round does not matter; the rows of a matrix have factors of their own."""
    if np.array_equal(*(copy.deepcopy(one).output(x) for x in (inputs.x, 1.01 * inputs.x))):
        return True
    found = []
    known = {ref.name for ref in arrays_of(one)}  # what forward keeps has an order
    for step in (1, -1):
        copied = copy.deepcopy(one)
        x = np.flip(inputs.x, inputs.axis or 0) if step < 0 else inputs.x
        y = np.flip(inputs.y, (inputs.axis or 0) if np.ndim(inputs.y) > 1 else 0) if step < 0 else inputs.y
        copied.one_round(x, y)
        found.append([ref.get() for ref in arrays_of(copied) if ref.name in known])
    return all(np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-8, 1e-12, True) for a, b in zip(*found, strict=True))


def with_loop(
    stage: Stage, place: str, wanted: Callable[[dict[str, Any]], bool], clock: Clock
) -> Iterator[TrainedByLoop]:
    """A loop as an object, with the first data that fit it.

    Args:
        wanted: whether it is about what is to be checked, by the values that it reads.
        clock: how long data are tried.
    """
    passes = ast.For | ast.While | ast.comprehension
    by_sample = any(isinstance(one, passes) or "random" in getattr(one, "attr", "") for one in walk(stage.loop.body))
    for tried in data_to_try(stage):
        if clock.over or not wanted(stage.held()):
            return
        for alone in (False, True) if by_sample and tried.inputs.axis == 0 else (False,):
            one = fitting(stage, tried, alone)
            if one is not None and (alone or commutes(one, tried.inputs)):
                yield TrainedByLoop(one, tried.inputs, alone, place)
                return
