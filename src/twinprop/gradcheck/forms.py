"""How samples are handed to what trains, and by which method an object that is trained goes forward."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.gradcheck.loops import applied_after
from twinprop.gradcheck.roles import method_of
from twinprop.gradcheck.sources import nodes_of


@dataclass(frozen=True)
class Form:
    """How samples are handed over.

    Attributes:
        sample: what becomes of one sample; None where the batch stays whole.
        packed: how inputs and targets become one argument.
        alone: whether each sample is a call of its own.
    """

    sample: Callable[[Any], Any] | None
    packed: Callable[[Sequence[Any], Sequence[Any]], Any] | None = None
    alone: bool = False

    def inputs(self, x: Any) -> list[Any]:
        return [np.copy(x)] if self.sample is None else [self.sample(np.copy(one)) for one in x]


def column(one: Any) -> Any:
    return np.reshape(one, (-1, 1)) if np.ndim(one) else one


def batch_of(one: Any) -> Any:
    return np.asarray(one)[np.newaxis]


def pairs(x: Sequence[Any], y: Sequence[Any]) -> Any:
    return list(zip(x, y, strict=True))


APART = [Form(None), Form(column), Form(batch_of, None, True), Form(column, None, True), Form(np.asarray, None, True)]
TOGETHER = [
    *(Form(sample, pairs, alone) for alone in (False, True) for sample in (column, np.asarray, batch_of)),
    Form(None, lambda x, y: (x[0], y[0])),
    Form(None, pairs),
]


@dataclass(frozen=True)
class Front:
    """A method that goes forward.

    Attributes:
        name: of it; argument, that of its input.
        soft: arguments that make it return probabilities, no classes.
        applied: what the author's loop applies to what it returns, as `self.sigmoid`; empty for nothing.
    """

    name: str
    argument: str
    soft: tuple[str, ...]
    applied: str

    @classmethod
    def of(cls, made: Any, name: str) -> Front:
        method = method_of(made, name)
        soft = tuple(one.name for one in method.arguments if not one.needed and "hot" in one.name)
        argument = next(iter(method.needed or method.offered), None)
        nodes = [node for kind in type(made).__mro__ for node in nodes_of(kind)]
        found = [applied_after(node, name) for node in nodes if isinstance(node, ast.FunctionDef)]
        return cls(name, argument.name if argument else "", soft, next(filter(None, found), ""))

    def output(self, made: Any, x: Any) -> Any:
        """The last of what it returns, with the activation that the loop applies to it."""
        out = last(getattr(made, self.name)(**{self.argument: x}, **dict.fromkeys(self.soft, False)))
        if self.applied:
            holder = made if self.applied.startswith("self.") else sys.modules.get(type(made).__module__)
            out = getattr(holder, self.applied.removeprefix("self."))(out)
        return np.array(out, float)


def last(returned: Any) -> Any:
    """The output in what a method returns: of a list the last, of several the first array."""
    if isinstance(returned, dict):
        returned = list(returned.values())
    if isinstance(returned, tuple) and len(returned):
        return last(next((part for part in returned if isinstance(part, np.ndarray)), returned[0]))
    if isinstance(returned, list) and returned and np.ndim(returned[-1]):
        return last(returned[-1])
    return np.asarray(returned)
