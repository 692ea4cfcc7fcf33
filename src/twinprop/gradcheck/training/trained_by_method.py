"""An object with a method of its own that trains: a call of it is the step, and another method goes forward."""

from __future__ import annotations

import ast
import copy
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.held import arrays_of, attributes_of
from twinprop.gradcheck.arrays.likely_shapes import is_parameter
from twinprop.gradcheck.calling.naming import FORWARD, named
from twinprop.gradcheck.calling.upkeep import RATE, Start, rates_of
from twinprop.gradcheck.calling.ways import ALL_AT_ONCE
from twinprop.gradcheck.objects.guesses import INPUTS, OUTPUTS
from twinprop.gradcheck.source.loops import (
    NO_OUTPUT,
    applied_after,
    definition_of,
    function_of,
    given_the_input,
    purposes,
    puts_one_beside,
    runs_over_samples,
    shorten,
    training_methods,
)
from twinprop.gradcheck.source.roles import Method, method_of, word_of
from twinprop.gradcheck.source.sources import nodes_of, returned_names, source_of
from twinprop.gradcheck.source.stand_ins import nothing_held_back
from twinprop.gradcheck.training.trained import SINGLE, WHOLE, Form, Trained, batch_of


def column(one: Any) -> Any:
    return np.reshape(one, (-1, 1)) if np.ndim(one) else one


def pairs(x: Sequence[Any], y: Sequence[Any]) -> Any:
    return list(zip(x, y, strict=True))


APART = [
    WHOLE,
    Form(column),
    Form(batch_of, alone=True, joined=np.concatenate),
    SINGLE,
    Form(None, listed=True),
    *(Form(sample, alone=True) for sample in (column, np.asarray)),
    *(Form(sample, alone=True, joined=itemgetter(0)) for sample in (np.asarray, column)),  # by itself, in no batch
]
TOGETHER = [
    *(Form(sample, pairs, alone) for alone in (False, True) for sample in (column, np.asarray, batch_of)),
    Form(None, lambda x, y: (x[0], y[0])),
    Form(None, pairs),
]


MAY_GO_FORWARD = re.compile(
    rf"(?!.*({NO_OUTPUT.pattern}))(?!set|get|add|save|load|read|write|init|plot|print|show|reset|update|copy|log).+"
)
"""Names of methods that may return an output, as `test`, `guess` and `think`; whether they do is seen."""


@dataclass(frozen=True)
class Front:
    """A method that goes forward.

    Attributes:
        method: itself; argument, the name of its input.
        soft: arguments that make it return probabilities, no classes.
        applied: what the author's loop applies to what it returns, as `self.sigmoid`; empty for nothing.
        at: which of several arrays that it returns.
        training: what it is told, where it asks; some return more than the output then.
    """

    method: Method
    argument: str
    soft: tuple[str, ...]
    applied: str
    at: int = 0
    training: bool = True

    @classmethod
    def of(cls, made: Any, method: Method) -> Front:
        soft = tuple(one.name for one in method.arguments if not one.needed and "hot" in one.name)
        argument = next(iter(method.needed or method.offered), None)
        nodes = [node for kind in type(made).__mro__ for node in nodes_of(kind)]
        found = [applied_after(node, method.name) for node in nodes if isinstance(node, ast.FunctionDef)]
        return cls(method, argument.name if argument else "", soft, next(filter(None, found), ""))

    def output(self, made: Any, x: Any) -> Any:
        """What it returns, with the activation that the loop applies to it."""
        given = {self.argument: "x"} | dict.fromkeys(self.soft, "testing")
        returned = self.method.call(made, given, {"x": x, "training": self.training, "testing": not self.training})
        if returned is None:
            raise ValueError(f"{self.method.name} returned nothing")
        out = last(returned, self.at)
        if self.applied:
            holder = made if self.applied.startswith("self.") else sys.modules.get(type(made).__module__)
            out = getattr(holder, self.applied.removeprefix("self."))(out)
        return np.array(out, float)

    def turned(self, made: Any, x: Any) -> Any:
        """The same where the training turns the samples, so that they are columns there."""
        return self.output(made, np.transpose(x)).T


def last(returned: Any, at: int = 0) -> Any:
    """The output in what a method returns: of a list the last, of several the first array, or another."""
    if isinstance(returned, dict):
        returned = list(returned.values())
    if isinstance(returned, tuple) and len(returned):
        return last(([part for part in returned if isinstance(part, np.ndarray)] or [*returned])[at])
    if isinstance(returned, list) and returned and np.ndim(returned[-1]):
        return last(returned[-1])
    return np.asarray(returned)


def front_of(made: Any, name: str) -> Method:
    """A method that may go forward, and is given what its object hands it under the same name, as `self.w`."""
    method = method_of(made, name)
    held = [key for key, value in attributes_of(made).items() if isinstance(value, np.ndarray)]
    calls = [node for node in nodes_of(type(made)) if isinstance(node, ast.Call)] if held else []
    given = {ast.unparse(one) for node in calls if ast.unparse(node.func) == f"self.{name}" for one in node.args[1:]}
    own = [one.name for one in method.arguments if one.name in held and f"self.{one.name}" in given]
    arguments = [replace(one, role="held") if one.name in own else one for one in method.arguments]
    return replace(method, arguments=tuple(arguments))


class TrainedByMethod(Trained):
    """The step is a call of a method.

    Args:
        fronts: the methods of the object that may go forward.
        method, uses: the one that trains, and what its arguments are for.
    """

    def __init__(self, made: Any, fronts: Sequence[Front], method: Method, uses: dict[str, str], form: Form) -> None:
        rated = "rate" in uses.values()
        several = [one for one in fronts if len(returned_names(getattr(made, one.method.name))) > 1]
        asking = [one for one in fronts if one.method.has("training") or one.method.has("testing")]
        some = [*fronts, *(replace(one, at=-1) for one in several), *(replace(one, training=False) for one in asking)]
        turns = form == WHOLE and re.search(r"\.T\b|transpose", source_of(function_of(made, method.name))) is not None
        outputs = [*(one.output for one in some), *(one.turned for one in some if turns)]
        super().__init__(made, method.name, outputs, form, rated or bool(rates_of(made)), [made])
        self._method, self._uses = method, uses
        self.usual_alone = form.sample is not None or runs_over_samples(definition_of(function_of(made, method.name)))
        self.learning_rate = RATE if rated else None

    def begins(self) -> bool:
        """Whether it has parameters, which some make when their training begins."""
        made, start = self._user, Start(self._user, set())
        x = np.random.default_rng(0).standard_normal((5, INPUTS))
        for y in (np.eye(OUTPUTS)[[0, 1, 2, 0, 1]], np.array([0, 1, 2, 0, 1]), np.array([[0.0], [1], [0], [1], [1]])):
            if any(ref.get().ndim > 1 or is_parameter(ref.attribute) for ref in arrays_of(made)):
                return True
            try:
                self._step(made, x, y)
            except Exception:  # not with these targets
                start.again([])
        return False

    def _call(self, made: Any, inputs: list[Any], targets: list[Any]) -> None:
        whole = self._form.sample is None and not self._form.listed
        x, y = (inputs[0], targets[0]) if whole else map(self._form.joined, (inputs, targets))
        data = self._form.packed(inputs, targets) if self._form.packed is not None else x
        values = {"x": x, "y": y, "data": data, "steps": 1, "batch": len(x), "off": 0, "one": 1}
        values["rate"] = self.learning_rate or RATE
        given = {name: values.get(use, use[1:]) for name, use in self._uses.items() if use != "other"}
        for one in self._method.arguments:
            if self._uses.get(one.name) == "other":
                of_y = word_of(one.name)[:1] in "yt" and not word_of(one.name).startswith("test")
                given[one.name] = np.copy(y if of_y else x) if self._form.packed is None else data
        function = function_of(made, self._method.name)
        with nothing_held_back(function.__globals__ if function is not None else {}):
            getattr(made, self._method.name)(**given)

    def _refusal(self) -> str:
        return f"{type(self._user).__name__}: has {ALL_AT_ONCE.format(self.train)}"


def with_training(made: Any) -> Iterator[TrainedByMethod]:
    """An object as one whose backward is a step of its training, in each form in which samples may be handed over."""
    fronts = [name for name in (named(made, FORWARD), named(made, "predict predictproba")) if name]
    fronts += [name for name in dir(made) if word_of(name).startswith(("predict", "feedforward"))]
    names = training_methods(made)
    fronts += [front for name in names for front in given_the_input(function_of(made, name))]
    fronts += [name for name in dir(type(made)) if function_of(made, name) and MAY_GO_FORWARD.fullmatch(word_of(name))]
    some = [front_of(made, one) for one in dict.fromkeys(fronts) if hasattr(made, one)]
    methods = [Front.of(made, one) for one in some if len(one.needed) <= 1]
    for one, method, tree, uses in trainings(made, names if methods else []):
        for form in TOGETHER if "data" in uses.values() else APART:
            if form.alone and not (runs_over_samples(tree) or puts_one_beside(made) or has_own_matrices(made)):
                continue
            trained = TrainedByMethod(copy.deepcopy(one), methods, method, uses, form)
            if trained.begins():
                one = copy.deepcopy(trained._user)  # what is shortened makes no weights any more
                shorten(trained._user, method.name)
                yield trained


def has_own_matrices(made: Any) -> bool:
    """Whether parameters are objects of a class for matrices, which makes a column of a sample, and takes no batch."""
    owners = [type(ref.owner).__name__.lower() for ref in arrays_of(made)]
    return any(re.search("matri|vector", name) for name in owners)


def begun(made: Any) -> Iterator[Any]:
    """Copies of an object without weights, after a step of the method that makes them when it begins to train."""
    for one, method, _, uses in trainings(made, training_methods(made) if not arrays_of(made) else []):
        if {"x", "y"} <= {*uses.values()} and TrainedByMethod(one, [], method, uses, WHOLE).begins():
            yield one


def trainings(made: Any, names: Sequence[str]) -> Iterator[tuple[Any, Method, ast.FunctionDef, dict[str, str]]]:
    """A copy of an object for each of its methods that is given samples: with the method, and what is for what."""
    for name in names:
        try:
            one = copy.deepcopy(made)
        except Exception:  # it cannot be set back
            return
        method, tree = method_of(one, name), definition_of(function_of(one, name))
        if any(one.role == "dy" for one in method.needed):  # it is given gradients, and no samples
            continue
        uses = purposes(method, tree) if tree is not None else {}
        if tree is not None and {"x", "data"} & {*uses.values()}:
            yield one, method, tree, uses
