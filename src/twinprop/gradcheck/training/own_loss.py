"""A step that says its own loss: it, or that loss, is given word numbers, or nothing, and no x and y.

`train_step(center, context, negatives)` returns its loss, or has it in a variable; `loss(center, context)` and
`gradients(center, context)` are two methods with the same arguments, `cost()` and `grad()` two with none. x are the
word numbers, no two alike, and each argument is one of them, or several; or one or several for each sample of a batch.
What is returned for each word is the gradient of its row in the matrix that it is looked up in.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product
from types import FrameType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import Wrapper, arrays_of, is_float_array, is_number, is_numeric
from twinprop.gradcheck.arrays.inputs import Inputs
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LOSS, LOSS_AND_GRADIENTS, named
from twinprop.gradcheck.calling.returned import number_in
from twinprop.gradcheck.calling.upkeep import RATE
from twinprop.gradcheck.faults import traced
from twinprop.gradcheck.source.indexing import INDEX, is_index
from twinprop.gradcheck.source.loops import training_methods
from twinprop.gradcheck.source.names_in_code import targets_of
from twinprop.gradcheck.source.roles import Method, method_of, word_of
from twinprop.gradcheck.source.sources import nodes_of, returned_name, returned_names

SEVERAL = 3
"""Words for an argument that is given several."""

SAMPLES = 2
"""Of a batch of words."""

LOSS_NAME = re.compile(
    r"\w*(loss|cost|verlust|kosten|perdida|perda|custo|perte|cout|kayip)\w*|j|nll|elbo|objective|energy"
)
NO_LOSS = re.compile(r"\w*(acc|err|diff|pred|grad|delta|score|prob|out)\w*")
"""Names of numbers that a step has, in lower case and without underscores."""
SQUARE = re.compile(r"\*\* ?2|square\(|power\(")
"""How a square is spelled."""

NOTE = "the loss is what {} {}{}."
EACH = "; no two words of a step are alike"


class OwnLoss(Wrapper):
    """A step as a loss of the words that it is given.

    Args:
        step: the method that leaves, returns or subtracts the gradients.
        cost: the one for its loss; None where the step has it.
        form: what each argument is: a `word`, `words`, a `label`, 0 or 1, or a `number`, as how often two words meet.
        most: how many words there are.
        samples: of a batch; 0 for one that is no batch.

    Attributes:
        batch: the same, also where each argument is a list of words of its own.
    """

    loss_alone = True

    batch = 0

    def __init__(
        self, made: Any, step: Method, cost: Method | None, form: Sequence[str], most: int, samples: int
    ) -> None:
        super().__init__(made)
        self._step, self._cost, self._form, self.samples = step, cost, form, samples
        self._alone = returned_name(getattr(made, step.name))
        self._asked = step if step.needed or cost is None else cost
        names = returned_names(getattr(made, step.name))
        self.returned_names = [name for name in names if not LOSS_NAME.fullmatch(word_of(name))]
        rows = max(samples, 1)
        several = min(SEVERAL, (most - rows * form.count("word")) // max(rows * form.count("words"), 1))
        self.batch = samples or (several if "word" not in form else 0)
        count = rows * (form.count("word") + several * form.count("words"))
        words = np.arange(most)[::-1][: max(count, 1)].copy()
        self._own_inputs = Inputs(words, None, None, "", "words")  # type: ignore[arg-type]
        shapes = [np.shape(value) for value in self._values(words)]
        given = [
            f"{one.name} {shape if shape else ''}".strip()
            for one, shape in zip(self._asked.needed, shapes, strict=True)
        ]
        self.given = f"{', '.join(given)} of {most} words" if given else "what it holds"
        whose = (cost.name, "returns") if cost is not None else (step.name, "computes")
        self.told = [NOTE.format(*whose, EACH if given else "")]
        self._data = data_of(type(made))

    def may_lack(self, name: str) -> bool:
        """Whether something needs no gradient, as the data that the constructor was given."""
        return word_of(name) in self._data

    def _values(self, x: Any) -> list[Any]:
        rows = max(self.samples, 1)
        singles = rows * self._form.count("word")
        lists = np.array_split(x[singles:], max(self._form.count("words"), 1))
        ones: Iterator[Any] = iter([int(one) for one in x[:singles]])
        some, label, number = iter(lists), int(sum(x)) % 2, 1.5 + sum(x) % 7
        if self.samples:
            ones = iter(np.reshape(x[:singles], (-1, rows)))
            some = (np.reshape(one, (rows, -1)) for one in lists)
        other = {"label": label, "number": number + np.arange(rows) if self.samples else number}
        return [next(ones) if kind == "word" else next(some) if kind == "words" else other[kind] for kind in self._form]

    def _hand_to(self, made: Any, method: Method, x: Any, rate: float) -> Any:
        names = [one.name for one in self._asked.needed]
        roles = {one.name: name for one, name in zip(method.needed, names, strict=bool(method.needed))}
        return method.call(made, roles, {**dict(zip(names, self._values(x), strict=True)), "rate": rate})

    def forward(self, x: Any) -> float:
        """The loss of some words; the object stays as it is."""
        # what a step without arguments needs is what its loss leaves
        self._x, made = x, copy.deepcopy(self._user) if self._step.needed or self._cost is None else self._user
        if self._cost is not None:
            return float(number_in(self._hand_to(made, self._cost, x, RATE)).reshape(()))
        held: dict[str, Any] = {}

        def watch(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "return" and frame.f_code.co_name == self._step.name:
                held.update(frame.f_locals)
            return watch if frame.f_code.co_name == self._step.name else None

        with traced(watch):
            returned = self._hand_to(made, self._step, x, RATE)
        names = [name for name in held if LOSS_NAME.fullmatch(word_of(name))]
        names = whole_first(names, nodes_of(getattr(made, self._step.name)))
        found = [held[name] for name in names if is_number(held[name]) or np.size(held[name]) == 1]
        if not found and not self._returns_no_loss() and (number := number_in(returned)) is not None:
            found = [number]
        return float(np.reshape(found[0], ()))  # it raises an IndexError where there is none

    def _returns_no_loss(self) -> bool:
        """Whether what the step returns is no loss by its name, as the sum of errors whose squares nobody takes."""
        ends = [node for node in nodes_of(getattr(self._user, self._step.name)) if isinstance(node, ast.Return)]
        sums = {
            one.id
            for end in ends
            if end.value is not None and not SQUARE.search(ast.unparse(end.value))
            for one in ast.walk(end.value)
            if isinstance(one, ast.Name) and re.search("err|diff|delta", one.id.lower())
        }
        return NO_LOSS.fullmatch(word_of(self._alone)) is not None or bool(sums)

    def backward(self) -> Any:
        return self._back(RATE)

    def _back(self, rate: float) -> Any:
        returned = self._hand_to(self._user, self._step, self._x, rate)
        several = returned if isinstance(returned, tuple | list) else [returned]
        kept = tuple(one for one in several if not is_number(one) or self._cost is not None)  # a bias may be a number
        return self._scattered(kept) or self._whole(kept) or (kept[0] if len(kept) == 1 else kept)

    def _scattered(self, returned: Any) -> dict[str, Any]:
        """The gradients of whole matrices, where those of some rows were returned beside their numbers."""
        found: dict[str, Any] = {}
        for at, rows in rows_in(returned):
            shape = np.shape(rows)[np.ndim(at) :]
            refs = [ref for ref in arrays_of(self._user) if np.shape(ref.get()[:1])[1:] == shape]
            refs = [ref for ref in refs if len(ref.get()) > np.max(at)]
            ref = next((ref for ref in refs if self._follows(ref.name, int(np.ravel(at)[0]))), None)
            if ref is None:
                return {}
            np.add.at(found.setdefault(f"d{ref.name}", np.zeros(np.shape(ref.get()))), at, rows)
        return found

    def _follows(self, name: str, row: int) -> bool:
        """Whether the loss is another where a row of an array is."""
        other = copy.deepcopy(self)
        before = other.forward(self._x)
        for ref in arrays_of(other._user):
            if ref.name == name:
                ref.get()[row] += 0.1 * np.random.default_rng(0).standard_normal(np.shape(ref.get()[row]))
        return other.forward(self._x) != before

    def _whole(self, rows: Sequence[Any]) -> dict[str, Any]:
        """The gradients of whole matrices, where those of each argument's words were returned, in the same order."""
        asked = self._asked.needed
        if len(asked) != len(rows):
            return {}
        function = getattr(getattr(self._user, self._step.name), "__func__", None)
        found: dict[str, Any] = {}
        for one, at, row in zip(asked, self._values(self._x), rows, strict=True):
            matrix = next(looked_up_in(function, one.name), "")
            held = getattr(self._user, matrix, None)
            if held is None or np.shape(row) not in (np.shape(held[at]), np.shape(held)[1:]):
                return {}
            np.add.at(found.setdefault(f"d{matrix}", np.zeros(np.shape(held))), at, row)
        return found

    def runs(self) -> bool:
        """Whether it runs with each word in each place, its loss follows the weights, and its step leaves something."""
        x = self._own_inputs.x
        try:
            losses = [self.forward(np.roll(x, at)) for at in range(len(x))]
            other = copy.deepcopy(self)
            for ref in arrays_of(other, lambda value: is_float_array(value) or isinstance(value, float)):
                ref.set(ref.get() + 0.1)
            step = copy.deepcopy(self)
            returned = step.backward()
            before, after = ({ref.name: ref.get() for ref in arrays_of(one, is_numeric)} for one in (self, step))
            left = (
                isinstance(returned, np.ndarray | dict)
                or bool(returned)
                or any(not np.array_equal(one, before.get(name, np.nan)) for name, one in after.items())
            )
            return left and bool(np.all(np.isfinite(losses))) and other.forward(x) != self.forward(x)
        except Exception:  # it is given something else
            return False


def rows_in(held: Any) -> Iterator[tuple[Any, Any]]:
    """What is returned for some rows, beside their numbers: each `(centers, dh)` in tuples, lists and dicts."""
    if isinstance(held, dict):
        held = tuple(held.values())
    if isinstance(held, tuple | list):
        first, *rest = held or (None,)
        if len(rest) == 1 and getattr(first, "dtype", np.dtype(float)).kind in "iu" and is_float_array(rest[0]):
            yield first, rest[0]
        else:
            for one in held:
                yield from rows_in(one)


def whole_first(names: Collection[str], nodes: Iterable[ast.AST]) -> list[str]:
    """Names of losses, in order: those that no other of them is computed from, as a total is of its terms; short ones.

    Args:
        nodes: of the statements that compute them.
    """
    parts: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AugAssign):
            made = {ast.unparse(one) for one in targets_of(node)} & {*names}
            terms = {ast.unparse(one) for one in ast.walk(node.value) if isinstance(one, ast.Name | ast.Attribute)}
            parts |= (terms & {*names}) - made if made else set()
    return sorted(names, key=lambda name: (name in parts, len(name)))


def data_of(kind: type) -> set[str]:
    """What a constructor is given, by its names, and the attributes that hold that as it is: no weights."""
    given = [*inspect.signature(kind).parameters]
    start = inspect.getattr_static(kind, "__init__", None)
    kept = [
        node.targets[0].attr
        for node in nodes_of(start)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute)
        if re.fullmatch(
            rf"((np|numpy)\.as\w*array\()?({'|'.join(given) or '_'})\b(, *\w.*)?\)?", ast.unparse(node.value)
        )
    ]
    return {word_of(name) for name in (*given, *kept)}


class RatedOwnLoss(OwnLoss):
    """The same with a step that is given a learning rate."""

    def backward(self, lr: float = RATE) -> Any:
        return self._back(lr)


def with_own_loss(made: Any) -> Iterator[OwnLoss]:
    """An object as a loss of words, in each form in which they may be handed to its steps."""
    costs = [method_of(made, one) for one in [named(made, LOSS)] if one]
    if (front := named(made, FORWARD)) and LOSS_NAME.fullmatch(word_of(returned_name(getattr(made, front)))):
        costs.append(method_of(made, front))
    back = [named(made, BACKWARD), named(made, LOSS_AND_GRADIENTS)]
    steps = [*training_methods(made), *filter(None, back)]
    # without data, a training takes many steps, and a gradient is one
    steps.sort(key=lambda name: name not in back and not method_of(made, name).needed)
    sizes = sorted({size for ref in arrays_of(made) if ref.get().ndim > 1 for size in ref.get().shape}, reverse=True)
    for step in (method_of(made, one) for one in dict.fromkeys(steps)):
        others = [one for one in costs if one.name != step.name]
        cost = next((one for one in others if [a.name for a in one.needed] == [a.name for a in step.needed]), None)
        if cost is None and not step.needed:  # it goes back from what the other keeps
            cost = next((one for one in others if not one.any_number), None)
        asked = step if step.needed or cost is None else cost
        kinds = [kinds_of(made, asked.name, one.name, one.role) for one in asked.needed]
        if not all(kinds) or (not kinds and cost is None) or step.any_number or kinds.count(["number"]) > 1:
            continue
        words = [one for one, some in zip(asked.needed, kinds, strict=True) if "word" in some]
        if ["number"] in kinds and not (words and all(INDEX.fullmatch(one.name.lower()) for one in words)):
            continue  # of a user and a film, a rating: as its author calls it
        kind = RatedOwnLoss if step.has("rate") else OwnLoss
        for form, samples in product(product(*kinds), (0, SAMPLES)):
            few = max(samples, 1) * (form.count("word") + (1 if samples else 2) * form.count("words"))
            some = [most for most in (sizes if kinds else sizes[:1]) if most >= few]
            tried = (kind(made, step, cost, form, most, samples) for most in some)
            if (found := next((one for one in tried if one.runs()), None)) is not None:
                yield found


def kinds_of(made: Any, method: str, name: str, role: str) -> list[str]:
    """What an argument of a step may be, the likeliest first; nothing where it is no word and no label."""
    if not is_index(made, method, name):
        return ["label"] if role == "y" else ["number"] if not role or role == "x" else []
    function = getattr(getattr(made, method), "__func__", None)
    run_over = any(
        (isinstance(node, ast.For | ast.comprehension) and name in names_in(node.iter))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "len" and name in names_in(node))
        or (isinstance(node, ast.Call) and any(one.arg == "axis" for one in node.keywords) and name in names_in(node))
        for node in nodes_of(function)
    )
    many = run_over or re.search("neg|[^s]s$", name.lower()) is not None
    return ["words", "word"] if many else ["word", "words"]


def looked_up_in(function: Any, name: str) -> Iterator[str]:
    """The attributes that hold the matrices in which an argument looks up a row: `embed` of `self.embed[center]`."""
    for node in nodes_of(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and name in names_in(node.slice):
            held = ast.unparse(node.value)
            if held.startswith("self."):
                yield held.removeprefix("self.")


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
