"""Nodes of a graph that keep their gradients by the nodes before them, as in a well-known course: each is a layer.

A node is made of others, computes its value from theirs, and leaves `gradients[node]` for each of them, from what the
nodes after it have left for itself. So it is given nodes with numbers, and one after it with the gradient from above.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.likely_shapes import BIAS, is_parameter
from twinprop.gradcheck.faults import is_users_own
from twinprop.gradcheck.objects.autograd import DATA
from twinprop.gradcheck.objects.guesses import HIDDEN, INPUTS
from twinprop.gradcheck.source.sources import source_of

SAMPLES = 5

Shape = tuple[int, ...]


class GraphNode:
    """A class of nodes as one layer, whose inputs are attributes of this object, as `W of Linear`.

    Args:
        kind, leaf: the class, and that of nodes which are made of nothing.
        value: the name of what a node holds.
        names: of what the class is made of.
        shapes: of the numbers in these.
    """

    given = "nodes that hold numbers"

    def __init__(self, kind: Any, leaf: Any, value: str, names: list[str], shapes: list[Shape]) -> None:
        rng = np.random.default_rng(0)
        self._kind, self._leaf, self._value = kind, leaf, value
        self._names = [f"{name} of {kind.__name__}" for name in names]
        self._run: tuple[list[Any], Any, list[Any]] | None = None
        for name, shape in zip(self._names, shapes, strict=True):
            setattr(self, name, np.asarray(rng.standard_normal(shape)))

    @property
    def parts(self) -> list[Any]:
        """The user's object, where what runs is looked for."""
        return [self._run[1]] if self._run is not None else []

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_run": None}  # each forward makes its graph anew

    def _connected(self) -> tuple[list[Any], Any, list[Any]]:
        """The nodes before one of the class, that itself, and the list in which it looks for those after it."""
        before = [self._leaf() for _ in self._names]
        node = self._kind(*before)
        followers = [name for name, one in vars(before[0]).items() if isinstance(one, list) and node in one]
        if not followers:
            raise TypeError("nothing tells a node of those after it")
        return before, node, getattr(node, followers[0])

    def forward(self, x: Any) -> Any:
        before, node, after = self._connected()
        for name, one in zip(self._names, before, strict=True):
            setattr(one, self._value, np.copy(getattr(self, name)))
        node.forward()
        self._run = before, node, after
        return np.asarray(getattr(node, self._value), float)

    def backward(self, dy: Any) -> None:
        assert self._run is not None
        before, node, after = self._run
        # a loss has no node after it, so of one number the gradients are multiplied
        scale, seed = (float(np.reshape(dy, ())), np.ones_like(dy)) if np.size(dy) == 1 else (1.0, dy)
        kept = [name for name, one in vars(node).items() if isinstance(one, dict)]
        after[:] = [SimpleNamespace(**{name: {node: np.copy(seed)} for name in kept})]
        node.backward()
        (gradients,) = [one for name, one in vars(node).items() if name in kept and before[0] in one]
        for name, one in zip(self._names, before, strict=True):
            setattr(self, f"d{name}", scale * np.array(gradients[one], float))


def as_graph_node(kind: Any, module: ModuleType) -> GraphNode | None:
    """A class of nodes, in the first shapes that it takes; None of what is none."""
    classes: list[Any] = [one for one in vars(module).values() if inspect.isclass(one) and is_users_own(one)]
    # only where a node looks for itself in others is a class made, to see whether it is a leaf
    if kind not in classes or not any("[self]" in source_of(one) for one in classes):
        return None
    taken = list(inspect.signature(kind).parameters.values())
    if not taken or not all(hasattr(kind, name) for name in ("forward", "backward")):
        return None
    several = taken[0].kind is inspect.Parameter.VAR_POSITIONAL
    names = [f"{taken[0].name}_{at}" for at in (1, 2)] if several else [one.name for one in taken]
    for leaf, value in leaves_of(classes):
        for shapes in shapes_to_try(names):
            one = GraphNode(kind, leaf, value, names, shapes)
            try:
                out = one.forward(None)
                one.backward(np.ones(np.shape(out)))
            except Exception:  # it wants something else
                continue
            return one
    return None


def leaves_of(classes: list[Any]) -> Iterator[tuple[Any, str]]:
    """Those of some classes whose objects are made of nothing and hold nothing, and under which name they would."""
    for kind in dict.fromkeys(classes):
        try:
            held = vars(kind())
        except Exception:  # it is made of something
            continue
        value = next((name for name in DATA if name in held and held[name] is None), "")
        if value and any(isinstance(one, list) for one in held.values()):
            yield kind, value


def shapes_to_try(names: list[str]) -> Iterator[list[Shape]]:
    """Shapes of what nodes hold: by their names; all alike; a matrix that is multiplied, and a row that is added."""
    linear: list[Shape] = [(SAMPLES, INPUTS), (INPUTS, HIDDEN), (HIDDEN,)]
    of_names = [linear[2] if BIAS.fullmatch(one.lower()) else linear[is_parameter(one)] for one in names]
    yield of_names
    yield [(SAMPLES, INPUTS)] * len(names)
    if len(names) <= len(linear):
        yield linear[: len(names)]
        yield [linear[0], *[(INPUTS,)] * (len(names) - 1)]
