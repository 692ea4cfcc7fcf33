"""A subject with its inputs: one run gives the gradients of backward, and small changes give the slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twinprop.gradcheck.differences import Index, Slopes, measure_slopes, sample_entries
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.gradient_names import gradient_in, gradient_of
from twinprop.gradcheck.held import ArrayRef, FloatArray, is_float_array
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.subject import Subject

ENTRIES = 400
"""Entries of each gradient that are measured; small sizes are measured whole."""


class Trial:
    """A subject with its inputs.

    The number that is differentiated is the loss; for a layer it is Σ y ⊙ dy with random dy, whose derivative by x is
    what `backward(dy)` has to return.

    Attributes:
        parameters: of the subject, but for those that are called constants.
        out: what forward returns.
        dy: random numbers in the shape of the output; None for a loss.
        updated: names of parameters that backward has changed.

    Raises:
        SubjectError: the subject raised, or broke the contract.
    """

    def __init__(self, subject: Subject, inputs: Inputs, seed: int, constants: Sequence[str] = ()) -> None:
        self.subject, self.inputs, self.seed = subject, inputs, seed
        self.parameters = [parameter for parameter in subject.parameters if parameter.name not in constants]
        self.x = inputs.x.copy()
        self.out = subject.forward(self.x, inputs.y)
        # forward may put something else into a work array
        self.parameters = [parameter for parameter in self.parameters if is_float_array(parameter.get())]
        rng = np.random.default_rng(seed + 1)
        self.dy: Any = None if subject.is_loss else rng.standard_normal(self.out.shape)
        self.updated: list[str] = []
        again = subject.forward(self.x, inputs.y)
        if not np.array_equal(self.out, again):
            raise SubjectError(
                f"{subject.title}.forward gives other numbers for the same input each time, and only the derivative of "
                "a fixed function can be checked. Draw random numbers by np.random.rand and the like, which are "
                "seeded before each forward; and let forward change nothing that the next forward depends on."
            )

    def value(self) -> float:
        """The number that is differentiated."""
        out = self.subject.forward(self.x, self.inputs.y)
        return float(out if self.dy is None else (out * self.dy).sum())

    def magnitude(self) -> float:
        """The size of the numbers whose sum it is."""
        return float(abs(self.out) if self.dy is None else np.abs(self.out * self.dy).sum())

    def backward(self) -> Any:
        return self.subject.backward(self.dy, self.x, self.inputs.y)

    def gradients(self, change: Any = None) -> dict[str, tuple[str, Any]]:
        """Gradients by what they are of, with their names; `change()` is called between forward and backward."""
        before = [(parameter, parameter.get(), parameter.get().copy()) for parameter in self.parameters]
        self.subject.forward(self.x, self.inputs.y)
        if change is not None:
            change()
        kept = [(parameter, np.array(parameter.get())) for parameter in self.parameters]
        returned = self.backward()
        if isinstance(returned, tuple | list):
            raise SubjectError(
                f"{self.subject.title}.backward returned a {type(returned).__name__}. Return dx alone, and keep the "
                "gradient of a parameter W as self.dW; or return a dict of gradients."
            )
        moved = [parameter.name for parameter, old in kept if not np.array_equal(parameter.get(), old)]
        found: dict[str, tuple[str, Any]] = {}
        for parameter in self.parameters:
            gradient = gradient_of(parameter) or gradient_in(returned, parameter)
            if gradient is not None:
                found[parameter.name] = gradient[0], self.copied_gradient(*gradient)
        if isinstance(returned, np.ndarray) or (self.dy is not None and not isinstance(returned, dict)):
            found["x"] = "dx", self.copied_gradient("dx", returned)
        for parameter, array, old in before:
            array[...] = old
            parameter.set(array)
        self.updated += [name for name in moved if name not in self.updated]
        return found

    def copied_gradient(self, name: str, value: Any) -> Any:
        """A copy of a gradient; None where it is None."""
        if value is None or (isinstance(value, np.ndarray | np.generic | float | int) and np.isrealobj(value)):
            return None if value is None else np.array(value, float)
        raise SubjectError(
            f"{self.subject.title}: {name} is a {type(value).__name__}; a gradient is an array of numbers."
        )

    def output_depends_on(self, parameter: ArrayRef) -> bool:
        """Whether the output changes with an array, as it does with a parameter and not with a work array."""
        array = parameter.get()
        old = array.copy()
        array[...] = old + 1 + np.abs(old)
        try:
            return not np.array_equal(self.subject.forward(self.x, self.inputs.y), self.out)
        except SubjectError:
            return True
        finally:
            array[...] = old
            parameter.set(array)

    def measure(self, array: FloatArray, most: int = ENTRIES, larger: float = 1.0) -> dict[Index, Slopes]:
        """Slopes of the value at the entries of a parameter, or of x."""
        middle, magnitude = self.value(), self.magnitude()
        where = sample_entries(array.shape, most, self.seed)
        return {index: measure_slopes(self.value, array, index, middle, magnitude, larger) for index in where}
