"""Classes of a file's own that hold data and grad, as Tensor or Value: their operations, and layers that take them.

A layer is wrapped, so that arrays go in and come out. Where such a class goes back by itself, the output does so, from
the gradient that it is given, or from the sum of its products with it; and each of its operations is checked.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from twinprop.gradcheck.arrays.comparison import nearly_equal
from twinprop.gradcheck.arrays.held import Wrapper, objects_of
from twinprop.gradcheck.calling.naming import BACKWARD, FORWARD, LOSS, named
from twinprop.gradcheck.faults import error_with_line, is_users_own
from twinprop.gradcheck.objects.fitting import cut
from twinprop.gradcheck.source.roles import method_of
from twinprop.gradcheck.source.sources import nodes_of

DATA = ("data", "value", "val", "array", "values", "v", "item")
GRAD = ("grad", "gradient", "g", "_grad")


@dataclass(frozen=True)
class Box:
    """A class whose objects hold an array or a number, and its gradient.

    Attributes:
        data, grad: the names of their attributes.
        scalar: whether each holds one number.
    """

    kind: Any
    data: str
    grad: str
    scalar: bool

    def packed(self, x: Any) -> Any:
        """An array as an object, or as lists of them."""
        if self.scalar and np.ndim(x):
            return [self.packed(one) for one in x]
        takes = inspect.signature(self.kind).parameters
        flags = {name: True for name in ("requires_grad", "requires_gradient", "requiresGrad") if name in takes}
        return self.kind(float(x) if self.scalar else x, **flags)

    def unpacked(self, held: Any, attribute: str = "") -> Any:
        """The numbers of an object, or of lists of them; what is none stays as it is."""
        if isinstance(held, self.kind):
            return np.array(self.unpacked(getattr(held, attribute or self.data)), float)
        if isinstance(held, list | tuple) and held:
            return np.array([self.unpacked(one, attribute) for one in held])
        return held

    def clear(self, several: Iterable[Any]) -> None:
        """Set gradients to 0."""
        for one in several:
            if (before := getattr(one, self.grad)) is not None:
                setattr(one, self.grad, before * 0)


def boxes_of(module: ModuleType) -> Iterator[Box]:
    """The classes in a module that hold an array or a number, and its gradient."""
    for kind in list(dict.fromkeys(one for one in vars(module).values() if isinstance(one, type))):
        if not is_users_own(kind):
            continue
        for content in (np.ones((2, 3)), 0.5):
            try:
                one = kind(content)
            except Exception:  # it holds something else
                continue
            data = next((name for name in DATA if holds(one, name, content)), "")
            grad = next((name for name in GRAD if hasattr(one, name)), "")
            if data and grad:
                yield Box(kind, data, grad, np.ndim(content) == 0)


def holds(one: Any, name: str, content: Any) -> bool:
    held: Any = getattr(one, name, None)
    return isinstance(held, np.ndarray | int | float) and np.array_equal(held, content)


def with_boxes(made: Any, module: ModuleType) -> Iterator[Any]:
    """An object that takes and returns boxes, as one that takes and returns arrays."""
    front, back = named(made, FORWARD) or named(made, LOSS), named(made, BACKWARD)
    if not front:
        return
    needed = len(method_of(made, front).needed)
    if needed not in (1, 2) or (back and len(method_of(made, back).needed) > 1):
        return
    made_boxes = [*boxes_of(module), *plain_box(getattr(made, front))]
    boxes = sorted(made_boxes, key=lambda box: not any(type(one) is box.kind for one in objects_of(made, box.kind)))
    for box in boxes:
        if not isinstance(made, box.kind):
            yield (Boxed if needed == 1 else BoxedLoss)(made, box, front, back)


class Holder:
    """What is given to a method that asks for an attribute of its argument, whose class is in another file."""

    def __init__(self, value: Any) -> None:
        self.value = self.val = value
        self.grad: Any = None


def plain_box(method: Any) -> Iterator[Box]:
    """One for the attribute of its arguments that a method reads, as `x.value`."""
    arguments = set(inspect.signature(method).parameters)
    read = {
        node.attr
        for node in nodes_of(getattr(method, "__func__", method))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in arguments
    }
    for name in ("value", "val"):
        if name in read:
            yield Box(Holder, name, "grad", False)


class Boxed(Wrapper):
    """A layer.

    Args:
        front, back: the names of its methods; without `back`, its output goes back by itself.
    """

    def __init__(self, made: Any, box: Box, front: str, back: str) -> None:
        super().__init__(made)
        self._box, self._front, self._back = box, front, back
        self.look_at = "" if back else f"Check the operations of {box.kind.__name__}: --layer FILE:{box.kind.__name__}."

    def __getstate__(self) -> dict[str, Any]:
        # a graph is made anew by each forward, and may be too deep to be copied
        return {name: value for name, value in vars(self).items() if name not in ("_given", "_out")}

    def forward(self, x: Any) -> Any:
        self._given = self._box.packed(x)
        call = getattr(self._user, self._front)
        rows = self._box.scalar and np.ndim(x) == 2
        self._out = [call(row) for row in self._given] if rows else call(self._given)
        return self._box.unpacked(self._out)

    def backward(self, dy: Any) -> Any:
        if self._back:
            given = [dy] if method_of(self._user, self._back).needed else []
            return self._box.unpacked(getattr(self._user, self._back)(*given))
        go_back(self._box, self._out, dy, self.zero_grad)
        return self._box.unpacked(self._given, self._box.grad)

    def zero_grad(self) -> None:
        """Clear what earlier calls have added up."""
        self._box.clear(objects_of(self._user, self._box.kind))


class BoxedLoss(Boxed):
    """A loss of two boxes."""

    def forward(self, x: Any, y: Any) -> Any:  # type: ignore[override]
        self._given = self._box.packed(x)
        targets = y if np.asarray(y).dtype.kind in "iu" else self._box.packed(y)
        self._out = getattr(self._user, self._front)(self._given, targets)
        return self._box.unpacked(self._out)

    def backward(self) -> Any:  # type: ignore[override]
        return super().backward(np.ones(np.shape(self._box.unpacked(self._out))))


def go_back(box: Box, out: Any, dy: Any, clear: Callable[[], None]) -> None:
    """Let an output go back from its gradient.

    Raises:
        TypeError: it does so in none of the known ways.
    """
    if isinstance(out, box.kind) and inspect.signature(out.backward).parameters:
        for given in (dy, box.kind(dy)):
            with suppress(Exception):
                out.backward(given)
                if nearly_equal(box.unpacked(getattr(out, box.grad)), dy):
                    return
            clear()
    product = total_of(box, out, dy)
    product.backward()


def total_of(box: Box, out: Any, dy: Any) -> Any:
    """Σ out ⊙ dy, by the products and sums of the class itself."""
    if isinstance(out, box.kind):
        if np.size(dy) == 1 and np.all(np.asarray(dy) == 1):
            return out
        weights = box.kind(dy if np.ndim(dy) else float(dy))
        product = out * weights if hasattr(box.kind, "__mul__") else out.mul(weights)
        return product.sum() if np.size(dy) > 1 else product
    terms = [total_of(box, one, weight) for one, weight in zip(out, dy, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term if hasattr(box.kind, "__add__") else total.add(term)
    return total


METHODS = "relu leaky_relu tanh sigmoid exp log sqrt square abs sin cos softmax log_softmax sum mean max min transpose"

OF_TWO = ("a + b", "a - b", "a * b", "a / b")

BY_NAME = ("a.add(b)", "a.sub(b)", "a.mul(b)", "a.div(b)")

PRODUCTS = ("a @ b", "a.dot(b)", "a.matmul(b)")

OF_ONE = (
    *("a + a", "a * a", "-a", "a + 2", "2 + a", "a - 2", "2 - a", "a * 2", "2 * a", "a / 2", "2 / a"),
    *("a ** 2", "a ** 3", "a.T"),
    *(f"a.{name}()" for name in METHODS.split()),
)

POSITIVE = ("(a.log())", "(a.sqrt())")
"""Operations of numbers above 0."""


def has_operations(kind: type) -> bool:
    """Whether the objects of a class can be added or multiplied, by operators or by methods."""
    return any(hasattr(kind, name) for name in ("__add__", "__mul__", "mul"))


def computes_with_arrays(kind: type) -> bool:
    """Whether the objects of a class hold arrays: a number has neither shape nor sum."""
    return any(
        hasattr(kind, name) for name in ("__matmul__", "sum", "mean", "shape", "T", "transpose", "dot", "matmul")
    )


class Operations:
    """Every operation of a class, as one layer whose output is that of each, end to end.

    What is given to each is an attribute of this object, as `a of (a * b)`, and `da of (a * b)` is its gradient.

    Attributes:
        given: in place of an input, as the report has it.
        broken: the operations whose backward raises an error, with the error.
        look_at: what is said where a gradient is wrong.
    """

    given = "numbers of its own"
    look_at = "The part in brackets is the operation whose backward is wrong; a and b are what it is given."

    def __init__(self, box: Box) -> None:
        self.broken: list[str] = []
        self._box, self._all = box, dict[str, tuple[Callable[..., Any], list[str]]]()
        shape = () if box.scalar else (3, 2)
        others = {"": shape} if box.scalar else {"": shape, " with a row b": shape[1:]}
        tried = {f"({code}){more}": (code, [shape, other]) for code, (more, other) in product(OF_TWO, others.items())}
        tried |= {f"({code})": (code, [shape, shape]) for code in BY_NAME}
        if not box.scalar:
            tried |= {f"({code})": (code, [shape, (2, 4)]) for code in PRODUCTS}
        tried |= {f"({code})": (code, [shape]) for code in OF_ONE}
        rng = np.random.default_rng(0)
        for name, (code, shapes) in tried.items():
            operation = eval(f"lambda a, b=None: {code}")
            operands = [f"{letter} of {name}" for letter, _ in zip("ab", shapes, strict=False)]
            for operand, size in zip(operands, shapes, strict=True):
                drawn = np.asarray(rng.standard_normal(size))
                setattr(self, operand, np.abs(drawn) + 0.5 if name in POSITIVE else drawn)
            if self._goes_back(name, operation, operands):
                self._all[name] = operation, operands
            else:
                self._forget(operands)
        own = [(code, f"({code})") for code in (*OF_TWO, "-a", "a ** 2", *(f"a.{name}()" for name in METHODS.split()))]
        self._use_again([(code, name) for code, name in own if name in self._all])

    def _forget(self, operands: Sequence[str]) -> None:
        for operand in operands:
            vars(self).pop(operand)
            vars(self).pop(f"d{operand}", None)

    def _use_again(self, known: Sequence[tuple[str, str]]) -> None:
        """Add the operations that lose what an operand has got elsewhere: a in a * b + a."""
        ones = [getattr(self, f"d{letter} of (a + b)", 0.0) for letter in "ab"]
        twice = getattr(self, "da of (a + a)", 0.0)
        if not (np.all(np.asarray(ones) == 1) and np.all(twice == 2)):
            return  # what is added says so itself
        for code, name in known:
            for operand in self._all[name][1]:
                letter, broken = operand[0], list(self.broken)
                again = f"({code} + {letter})"
                operands = [one.replace(name, again) for one in self._all[name][1]]
                for one, before in zip(operands, self._all[name][1], strict=True):
                    setattr(self, one, np.copy(getattr(self, before)))
                operation = eval(f"lambda a, b=None: {code} + {letter}")
                goes, self.broken = self._goes_back(again, operation, operands), broken
                if goes and not nearly_equal(getattr(self, f"d{letter} of {again}"), getattr(self, f"d{operand}") + 1):
                    self._all[again] = operation, operands
                else:
                    self._forget(operands)

    def _goes_back(self, name: str, operation: Callable[..., Any], operands: list[str]) -> bool:
        """Whether the class has an operation, and can go back through it; if it cannot, that is noted."""
        try:
            packed, out = self._run(operation, operands)
        except Exception:  # the class does not have it
            return False
        try:
            self._go_back(name, packed, out, np.ones(np.shape(self._box.unpacked(out))), operands)
        except Exception as error:
            self.broken.append(f"{name}: {error_with_line(error)}")
            return False
        return True

    @property
    def some(self) -> bool:
        """Whether there is an operation that goes back at all."""
        return bool(self._all)

    def _run(self, operation: Callable[..., Any], operands: list[str]) -> tuple[list[Any], Any]:
        packed = [self._box.packed(getattr(self, name)) for name in operands]
        out = operation(*packed)
        if not isinstance(out, self._box.kind):
            raise TypeError("it leaves the class")
        return packed, out

    def forward(self, x: Any) -> Any:
        self._runs = {name: self._run(*one) for name, one in self._all.items()}
        outs = [np.asarray(self._box.unpacked(out)) for _, out in self._runs.values()]
        self._shapes = [one.shape for one in outs]
        return np.concatenate([one.ravel() for one in outs])

    def backward(self, dy: Any) -> None:
        parts = cut(dy, self._shapes) if len(self._shapes) > 1 else [dy.reshape(self._shapes[0])]
        for (name, (packed, out)), part in zip(self._runs.items(), parts, strict=True):
            self._go_back(name, packed, out, part, self._all[name][1])

    def _go_back(self, name: str, packed: list[Any], out: Any, part: Any, operands: list[str]) -> None:
        # of one number the gradient is only to be multiplied, and no product of the class's own has to be right
        weight, seed = (float(part.reshape(())), np.ones(part.shape)) if part.size == 1 else (1.0, part)
        go_back(self._box, out, seed, partial(self._box.clear, packed))
        for operand, one in zip(operands, packed, strict=True):
            setattr(self, f"d{operand}", weight * np.array(self._box.unpacked(one, self._box.grad), float))
