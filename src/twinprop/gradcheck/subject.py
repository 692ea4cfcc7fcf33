"""The object under test: made from the command line, and run forward and backward in its own way.

What is asked of it is small, so that a student's code meets it with little change; `docs/gradcheck.md` says it in full.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.calling import TRAINING, calling_convention
from twinprop.gradcheck.faults import SubjectError, guarded_call
from twinprop.gradcheck.gradient_names import parameters_of
from twinprop.gradcheck.held import FloatArray, all_attributes, arrays_of, is_number
from twinprop.gradcheck.loading import load_attribute, parse_arguments


class Subject:
    """An object with `forward` and `backward`.

    Args:
        made: the object.
        title: as the report calls it.
        seed: for numbers that it draws from NumPy's global generator; the same before every forward.

    Attributes:
        parameters: the arrays that it holds and that are no gradients; float64 from now on.
        numbers: the plain numbers that it holds.
        constructed: names of all attributes that are there before the first forward.

    Raises:
        SubjectError: it has no `forward` or `backward`, or they take the wrong arguments.
    """

    def __init__(self, made: Any, title: str, seed: int) -> None:
        self.made, self.title, self.seed = made, title, seed
        self.call = calling_convention(made, title)
        self.parameters = parameters_of(made)
        self.numbers = list(arrays_of(made, is_number))
        self.constructed = {owner + name for owner, name, _ in all_attributes(made)}
        for parameter in self.parameters:
            if parameter.get().dtype != np.float64:
                parameter.set(parameter.get().astype(np.float64))

    @classmethod
    def load(cls, spec: str, words: Sequence[str], seed: int) -> Subject:
        """The object that a command line asks for.

        Raises:
            SubjectError: it cannot be made.
        """
        found = load_attribute(spec)
        args, keywords = parse_arguments(words)
        name = spec.rpartition(":")[2]
        title = f"{name}({', '.join([*map(repr, args), *(f'{key}={value!r}' for key, value in keywords.items())])})"
        if not callable(found):
            return cls(found, name, seed)
        np.random.seed(seed)
        random.seed(seed)
        try:
            made = guarded_call(title, found, *args, **keywords)
        except SubjectError as error:
            if isinstance(error.__cause__, TypeError) and not words:
                raise SubjectError(f"{error}\n  Give the arguments of its constructor: --args 4 3.") from error
            raise
        return cls(made, title, seed)

    @property
    def is_loss(self) -> bool:
        """Whether forward returns one number."""
        return self.call.is_loss

    @property
    def takes_y(self) -> bool:
        """Whether forward is given targets."""
        return self.call.takes_y

    def copied(self) -> Subject:
        """A copy to try things on, so that what it remembers is not in the way; itself where it cannot be copied."""
        try:
            return copy.deepcopy(self)
        except Exception:
            return self

    def forward(self, x: FloatArray, y: Any, training: bool = True) -> Any:
        """The loss as a number, or the output of a layer, for a copy of x; `training` is passed on to whoever takes it.

        Raises:
            SubjectError: forward raised, or what it returned is not what was asked for.
        """
        np.random.seed(self.seed)
        random.seed(self.seed)
        inputs = self.call.forward_arguments(x.copy(), y)
        shapes = " and y ".join(str(value.shape) for value in inputs)
        keywords = {TRAINING: training} if self.call.takes_training else {}
        out = guarded_call(f"{self.title}.forward, given x {shapes},", self.made.forward, *inputs, **keywords)
        return self.call.output(out)

    def depends_on_training(self, x: FloatArray, y: Any) -> bool:
        """Whether forward does something else with these inputs when it is not training."""
        if not self.call.takes_training:
            return False
        rehearsal = self.copied()
        try:
            return not np.array_equal(rehearsal.forward(x, y), rehearsal.forward(x, y, training=False))
        except SubjectError:
            return True

    def changes_input(self, x: FloatArray, y: Any) -> bool:
        """Whether forward changes its input in place."""
        given = x.copy()
        keywords = {TRAINING: True} if self.call.takes_training else {}
        self.made.forward(*self.call.forward_arguments(given, y), **keywords)
        return not np.array_equal(given, x)

    def backward(self, dy: Any, x: FloatArray, y: Any) -> Any:
        """What `backward` returns; gradients that a `zero_grad` would clear are cleared before.

        Raises:
            SubjectError: it raised.
        """
        if callable(getattr(self.made, "zero_grad", None)):
            guarded_call(f"{self.title}.zero_grad", self.made.zero_grad)
        inputs = self.call.backward_arguments(dy, x, y)
        try:
            return guarded_call(f"{self.title}.backward", self.made.backward, *inputs)
        except SubjectError as error:
            if any(word in str(error.__cause__) for word in ("matmul", "not aligned", "dot:")):
                raise SubjectError(f"{error}\n  Is a matrix the wrong way round, as W where W.T belongs?") from error
            raise
