"""A loop that says its own loss: of a round with the script's own data, the number that it calls `loss` is the judge.

So a script runs whose data no x and y can take the place of, as ratings of films, or batches that a generator makes.
The loss has to be computed before the step, from numbers that the script makes itself.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import ArrayRef, Wrapper, arrays_of, is_float_array, is_number, is_numeric
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.upkeep import rates_of
from twinprop.gradcheck.objects.numbers_in_lists import is_matrix_of_lists
from twinprop.gradcheck.source.loops import PENALTY
from twinprop.gradcheck.source.names_in_code import stored, targets_of, walk
from twinprop.gradcheck.source.roles import role_of, word_of
from twinprop.gradcheck.training.own_loss import LOSS_NAME, SQUARE, whole_first
from twinprop.gradcheck.training.rounds import FUNCTION, trains
from twinprop.gradcheck.training.staging import Stage, data_role
from twinprop.gradcheck.training.trained import alike
from twinprop.gradcheck.training.trained_by_loop import TrainedByLoop, changed_names

ALONE = ("l", "j", "e")
"""Names of a loss in a loop, beside those that hold such a word."""

OTHERS = re.compile(r"\w*(val|test|dev)\w*")
"""Losses of other data than those of the step."""

NUDGE = 1e-6
"""What changes a loss, and no count."""

TOLD = (
    "the gradients are what one round of {0} changes, divided by the learning rate; the loss is {1}, which that round "
    "computes. What stands before it was run as well, with {2}."
)


LACKS = "{} has no penalty: checked with {} = 0."


class Weights:
    """What a round changes, and its learning rates: each is an attribute."""

    def __init__(self, stage: Stage, names: Sequence[str]) -> None:
        for name in names:
            value = stage.space[name]
            whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
            plain = whole or is_matrix_of_lists(value)
            setattr(self, name, np.array(value, float) if plain else copy.deepcopy(value))


class LoopLoss(Wrapper):
    """A round of a loop as a loss of the weights.

    Attributes:
        loss: the name of its loss.
        place: where the loop stands.
        likely: the loop as one that does not say its loss, with data of ours.
        begin: makes the names of its script anew, in which others run, too.
    """

    loss_alone = True

    told: list[str]

    likely: Callable[[], Iterator[TrainedByLoop]] = staticmethod(lambda: iter(()))

    def __init__(self, stage: Stage, weights: Weights, loss: str, place: str, begin: Callable[[], None]) -> None:
        super().__init__(weights)
        self.begin = begin
        self._stage, self.loss, self.place = stage, loss, place
        self._drawing = {
            name: copy.deepcopy(one)
            for name, one in stage.space.items()
            if isinstance(one, np.random.Generator | np.random.RandomState)
        }
        self._own_inputs = Inputs(np.arange(2), None, None, "", "words")  # type: ignore[arg-type]
        lent = any(data_role(name) in ("x", "y") for _, name in stage.loop.free)
        self.given = "small random data" if lent else "the data of the script"
        self.told = [TOLD.format(place, loss, self.given if lent else "the script's own data")]
        self._parts = {FUNCTION: stage.round}

    def _round(self, weights: Weights) -> Any:
        space, kept = self._stage.space, {ref.name: ref.get() for ref in rates_of(weights)}
        space.update({name: copy.deepcopy(one) for name, one in self._drawing.items()})
        space.update(vars(weights))
        space.update(self._stage.loop.counted)
        self._stage.one_round()
        rates = {name: one for name, one in vars(weights).items() if role_of(name) == "rate"}
        for name in vars(weights):
            value = space[name]  # a list that is made anew is an array again
            setattr(weights, name, np.array(value, float) if is_matrix_of_lists(value) else value)
        vars(weights).update(rates)
        for ref in rates_of(weights):  # one that falls is the first in each round
            ref.set(kept.get(ref.name, ref.get()))
        return value_of(space, self.loss)

    def forward(self, x: Any) -> float:
        return float(np.reshape(self._round(copy.deepcopy(self._user)), ()))

    def backward(self) -> None:
        self._round(self._user)

    def leave_out_penalties(self) -> None:
        """Set the penalties to 0 that the step has and the loss has not, as it is the same without, and say so."""
        loss, lacking = self._round(copy.deepcopy(self._user)), []
        for at, ref in enumerate(penalties_of(self._user)):
            other = copy.deepcopy(self._user)
            penalties_of(other)[at].set(0.0)
            lacking += [ref] if self._round(other) == loss else []
        for ref in lacking:
            ref.set(0.0)
        self.told += [LACKS.format(self.loss, ", ".join(ref.name for ref in lacking))] if lacking else []

    def is_plain(self) -> bool:
        """Whether a step is proportional to the rate, and the loss follows the weights, as they are before it."""
        losses, steps = [], []
        for factor in (1.0, 2.0):
            weights = copy.deepcopy(self._user)
            before = {ref.name: np.copy(ref.get()) for ref in arrays_of(weights)}
            rates = rates_of(weights)
            for rate in rates:
                rate.set(factor * rate.get())
            losses.append(self._round(weights))
            now = {ref.name: ref.get() for ref in arrays_of(weights)}
            steps.append({name: (now[name] - old) / factor for name, old in before.items() if name in now})
        first, double = steps
        moved = [name for name in first if np.any(first[name])]
        fit = bool(rates) and any(alike(first[name], double[name]) for name in moved)
        if not fit or np.size(losses[0]) != 1 or not np.array_equal(*losses) or not np.isfinite(losses[0]):
            return False
        nudged, rng = copy.deepcopy(self._user), np.random.default_rng(0)
        for ref in arrays_of(nudged):  # in no common direction, which a softmax does not see
            ref.set(ref.get() + NUDGE * rng.standard_normal(np.shape(ref.get())))
        return not np.array_equal(self._round(nudged), losses[0])  # a count of errors is no loss


def penalties_of(weights: Weights) -> list[ArrayRef]:
    refs = arrays_of(weights, is_number)
    return [ref for ref in refs if ref.get() and PENALTY.fullmatch(word_of(ref.attribute))]


def with_loop_loss(
    make_stage: Callable[[], Stage], place: str, wanted: Callable[[dict[str, Any]], bool]
) -> Iterator[LoopLoss]:
    """A loop as an object, if a round of it computes a loss."""
    stage = make_stage()
    stage.loop = copy.copy(stage.loop)
    stage.loop.body = copy.deepcopy(stage.loop.body)
    turns = [one.target for one in walk(stage.loop.body) if isinstance(one, ast.For | ast.comprehension)]
    names = sorted((stored(stage.loop.body) | attributes_stored(stage.loop.body)) - stored(turns))
    squared = names_of_squares(stage.loop.body)
    names = [
        one for one in names if LOSS_NAME.fullmatch(word_of(last_of(one))) or one.lower() in ALONE or one in squared
    ]
    names = [*whole_first(names, walk(stage.loop.body)), *histories(stage.loop.body)]
    names = [one for one in names if not OTHERS.fullmatch(word_of(last_of(one.removesuffix(LATEST))))]
    if not names:
        return
    stage.loop.body = [first_turn(one, names) for one in stage.loop.body]
    stage.compile_round()
    stage.set_up({})
    stage.keep_rates()
    if not wanted(stage.held()):
        return
    found = losses_of_round(stage, names, place)
    if not found and any(list(map(stage.labels_for, stage.loop.body))):  # where one-hot targets do not fit
        found = losses_of_round(stage, names, place, True)
    yield from found


def losses_of_round(stage: Stage, names: Sequence[str], place: str, labels: bool = False) -> list[LoopLoss]:
    """The first of some names under which a round leaves its loss, as an object; nothing where it does not run."""

    def begin() -> None:
        stage.set_up({})
        for one in stage.loop.body if labels else ():
            stage.labels_for(one)

    try:
        begin()
        first = copy.deepcopy(stage.held())
        stage.one_round()
        changed = {one for one in changed_names(first, stage.space) if not is_number(first[one])}
        found = [one for one in names if np.size(value_of(stage.space, one)) == 1]
        begin()
        rates = [one for one in first if role_of(one) == "rate" and is_number(first[one])]
        left = {one for one in first if is_parameter(one) and is_float_array(first[one])}  # one that is forgotten
        decays = loads_of_rates(stage.loop.body)
        off = {one for one in {*first} - decays if PENALTY.fullmatch(word_of(one)) and is_number(first[one])}
        weights = Weights(stage, sorted({*changed, *left, *rates, *off}))
        made = [
            LoopLoss(stage, weights, one, place, begin) for one in found if is_numeric(value_of(stage.space, one, 0.0))
        ]
        plain = [one for one in made if changed and one.is_plain()][:1]
        for one in plain:
            one.leave_out_penalties()
        return plain
    except Exception:  # it needs what is not there, or holds what cannot be copied, as a generator
        return []


def loads_of_rates(body: Sequence[ast.stmt]) -> set[str]:
    """What a learning rate is computed from, as its decay in `lr *= decay`, which is no penalty."""
    found: set[str] = set()
    for one in walk(body):
        if any(role_of(name) == "rate" for name in stored(targets_of(one))):
            found |= {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
    return found


ERROR = re.compile(r"(\w*_)?(error|err)")
"""Names of errors, which are losses if they are squares."""


def names_of_squares(body: Sequence[ast.stmt]) -> set[str]:
    """The names of errors that are squared, as in `error = (p - y) ** 2`, which are losses; a difference is none."""
    given = [one for one in walk(body) if isinstance(one, ast.Assign | ast.AugAssign)]
    found = [one for one in given if SQUARE.search(ast.unparse(one.value))]
    targets = [target for one in found for target in targets_of(one)]
    return {name for name in map(ast.unparse, targets) if ERROR.fullmatch(name.lower())}


def attributes_stored(body: Sequence[ast.stmt]) -> set[str]:
    """The attributes of objects that statements give a value, as `self.loss`."""
    nodes = [one for one in walk(body) if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)]
    return {ast.unparse(one) for one in nodes if isinstance(one.ctx, ast.Store)}


HISTORY = re.compile(rf"\w*(hist|loss|cost|err)\w*|js?|({LOSS_NAME.pattern})s?")
"""Lists that a loop appends its losses to, in lower case and without underscores."""

LATEST = "[-1]"


def histories(body: Sequence[ast.stmt]) -> list[str]:
    """The last entry of each list that losses are appended to: `costs.append(cost(p, y))`."""
    calls = [one for one in walk(body) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    appended = [one for one in calls if one.func.attr == "append" and len(one.args) == 1]  # type: ignore[attr-defined]
    names = dict.fromkeys(ast.unparse(one.func.value) for one in appended)  # type: ignore[attr-defined]
    return [name + LATEST for name in names if HISTORY.fullmatch(word_of(last_of(name)))]


def last_of(name: str) -> str:
    return name.rpartition(".")[2]


def value_of(space: Mapping[str, Any], name: str, lacking: Any = ()) -> Any:
    """The value of a name, or of an attribute of what has that name."""
    if name.endswith(LATEST):
        listed = value_of(space, name.removesuffix(LATEST), lacking)
        return listed[-1] if isinstance(listed, list) and listed else lacking
    root, _, attribute = name.partition(".")
    return getattr(space.get(root), attribute, lacking) if attribute else space.get(root, lacking)


def first_turn(statement: ast.stmt, losses: Collection[str]) -> ast.stmt:
    """A loop over batches that are trained with one after the other ends after the first.

    In such a loop is a loss computed; one over the weights, which updates each, goes on.
    """
    if isinstance(statement, ast.For) and trains(statement.body):
        computed = {*stored(statement.body), *attributes_stored(statement.body), *histories(statement.body)}
        inner = [first_turn(one, losses) for one in statement.body]
        statement.body = [*inner, ast.copy_location(ast.Break(), inner[-1])] if computed & {*losses} else inner
    return statement
