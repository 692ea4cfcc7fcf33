"""A class that goes back by itself, as Tensor or Value, is checked operation by operation."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from twinprop.gradcheck.autograd import Box, go_back
from twinprop.gradcheck.faults import error_with_line
from twinprop.gradcheck.fitting import cut

Operation = Callable[..., Any]

OF_TWO: dict[str, Operation] = {
    "(a + b)": operator.add,
    "(a - b)": operator.sub,
    "(a * b)": operator.mul,
    "(a / b)": operator.truediv,
}

OF_ONE: dict[str, Operation] = {
    "(a + a)": lambda a: a + a,
    "(a * a)": lambda a: a * a,
    "(-a)": operator.neg,
    "(a + 2)": lambda a: a + 2,
    "(2 + a)": lambda a: 2 + a,
    "(a - 2)": lambda a: a - 2,
    "(2 - a)": lambda a: 2 - a,
    "(a * 2)": lambda a: a * 2,
    "(2 * a)": lambda a: 2 * a,
    "(a / 2)": lambda a: a / 2,
    "(2 / a)": lambda a: 2 / a,
    "(a ** 2)": lambda a: a**2,
    "(a ** 3)": lambda a: a**3,
    "(a.T)": lambda a: a.T,
}

POSITIVE = ("(a.log())", "(a.sqrt())")
"""Operations of numbers above 0."""

METHODS = "relu leaky_relu tanh sigmoid exp log sqrt square abs sin cos softmax log_softmax sum mean max min transpose"


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
        self._box, self._all = box, dict[str, tuple[Operation, list[str]]]()
        shape = () if box.scalar else (3, 2)
        others = {"": shape} if box.scalar else {"": shape, " with a row b": shape[1:]}
        pairs = product(OF_TWO.items(), others.items())
        tried = {f"{name}{more}": (one, [shape, other]) for (name, one), (more, other) in pairs}
        if not box.scalar:
            tried["(a @ b)"] = operator.matmul, [shape, (2, 4)]
        tried |= {name: (one, [shape]) for name, one in OF_ONE.items()}
        tried |= {f"(a.{name}())": (operator.methodcaller(name), [shape]) for name in METHODS.split()}
        rng = np.random.default_rng(0)
        for name, (operation, shapes) in tried.items():
            operands = [f"{letter} of {name}" for letter, _ in zip("ab", shapes, strict=False)]
            for operand, size in zip(operands, shapes, strict=True):
                drawn = np.asarray(rng.standard_normal(size))
                setattr(self, operand, np.abs(drawn) + 0.5 if name in POSITIVE else drawn)
            if self._goes_back(name, operation, operands):
                self._all[name] = operation, operands
            else:
                for operand in operands:
                    vars(self).pop(operand)
                    vars(self).pop(f"d{operand}", None)

    def _goes_back(self, name: str, operation: Operation, operands: list[str]) -> bool:
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

    def _run(self, operation: Operation, operands: list[str]) -> tuple[list[Any], Any]:
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
