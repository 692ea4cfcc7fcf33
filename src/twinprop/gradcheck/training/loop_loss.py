"""A loop that says its own loss: of a round with the script's own data, the number that it calls `loss` is the judge.

So a script runs whose data no x and y can take the place of, as ratings of films, or batches that a generator makes.
The loss has to be computed before the step, from numbers that the script makes itself.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import Wrapper, arrays_of, is_number, is_numeric
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.source.names_in_code import stored
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.training.own_loss import LOSS_NAME
from twinprop.gradcheck.training.rounds import FUNCTION, trains
from twinprop.gradcheck.training.staging import Stage
from twinprop.gradcheck.training.trained import alike
from twinprop.gradcheck.training.trained_by_loop import changed_names

ALONE = ("l", "j", "e")
"""Names of a loss in a loop, beside those that hold such a word."""

TOLD = (
    "the gradients are what one round of {0} changes, divided by the learning rate; the loss is {1}, which that round "
    "computes. What stands before it was run as well, with the script's own data."
)


class Weights:
    """What a round changes, and its learning rates: each is an attribute."""

    def __init__(self, stage: Stage, names: Sequence[str]) -> None:
        for name in names:
            value = stage.space[name]
            whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
            setattr(self, name, np.array(value, float) if whole else copy.deepcopy(value))


class LoopLoss(Wrapper):
    """A round of a loop as a loss of the weights."""

    loss_alone = True

    told: list[str]

    def __init__(self, stage: Stage, weights: Weights, loss: str, place: str) -> None:
        super().__init__(weights)
        self._stage, self._loss = stage, loss
        self._drawing = {
            name: copy.deepcopy(one)
            for name, one in stage.space.items()
            if isinstance(one, np.random.Generator | np.random.RandomState)
        }
        self._own_inputs = Inputs(np.arange(2), None, None, "", "words")  # type: ignore[arg-type]
        self.given, self._parts = "the data of the script", {FUNCTION: stage.round}
        self.told = [TOLD.format(place, loss)]

    def _round(self, weights: Weights) -> Any:
        space = self._stage.space
        space.update({name: copy.deepcopy(one) for name, one in self._drawing.items()})
        space.update(vars(weights))
        space.update(self._stage.loop.counted)
        self._stage.one_round()
        rates = {name: one for name, one in vars(weights).items() if role_of(name) == "rate"}
        vars(weights).update({name: space[name] for name in vars(weights)} | rates)
        return space[self._loss]

    def forward(self, x: Any) -> float:
        return float(np.reshape(self._round(copy.deepcopy(self._user)), ()))

    def backward(self) -> None:
        self._round(self._user)

    def is_plain(self) -> bool:
        """Whether a step is proportional to the rate, and the loss is that of the weights before it."""
        losses, steps = [], []
        for factor in (1.0, 2.0):
            weights = copy.deepcopy(self._user)
            before = {ref.name: np.copy(ref.get()) for ref in arrays_of(weights)}
            rates = [name for name, one in vars(weights).items() if role_of(name) == "rate"]
            vars(weights).update({name: factor * getattr(weights, name) for name in rates})
            losses.append(self._round(weights))
            now = {ref.name: ref.get() for ref in arrays_of(weights)}
            steps.append({name: (now[name] - old) / factor for name, old in before.items() if name in now})
        first, double = steps
        moved = [name for name in first if np.any(first[name])]
        fit = bool(rates) and any(alike(first[name], double[name]) for name in moved)
        return fit and np.size(losses[0]) == 1 and np.array_equal(*losses) and bool(np.isfinite(losses[0]))


def with_loop_loss(
    make_stage: Callable[[], Stage], place: str, wanted: Callable[[dict[str, Any]], bool]
) -> Iterator[LoopLoss]:
    """A loop as an object, if a round of it computes a loss."""
    stage = make_stage()
    stage.loop = copy.copy(stage.loop)
    stage.loop.body = [first_turn(one) for one in copy.deepcopy(stage.loop.body)]
    names = sorted(stored(stage.loop.body), key=len)
    names = [one for one in names if LOSS_NAME.fullmatch(word_of(one)) or one.lower() in ALONE]
    if not names:
        return
    stage.compile_round()
    stage.set_up({})
    if not wanted(stage.held()):
        return
    try:
        first = copy.deepcopy(stage.held())
        stage.one_round()
        changed = {one for one in changed_names(first, stage.space) if not is_number(first[one])}
        found = [one for one in names if one in stage.space and np.size(stage.space[one]) == 1]
        stage.set_up({})
        rates = [one for one in first if role_of(one) == "rate" and is_number(first[one])]
        weights = Weights(stage, sorted({*changed, *rates}))
        made = [LoopLoss(stage, weights, one, place) for one in found if is_numeric(stage.space.get(one, 0.0))]
        yield from [one for one in made if changed and one.is_plain()][:1]
    except Exception:  # it needs what is not there, or holds what cannot be copied, as a generator
        return


def first_turn(statement: ast.stmt) -> ast.stmt:
    """A loop over batches that are trained with one after the other ends after the first."""
    if isinstance(statement, ast.For) and trains(statement.body):
        inner = [first_turn(one) for one in statement.body]
        statement.body = [*inner, ast.copy_location(ast.Break(), inner[-1])]
    return statement
