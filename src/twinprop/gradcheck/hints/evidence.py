"""All that hints are drawn from: the gradients, those of one sample alone, and what answers to a changed weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from twinprop.gradcheck.comparison import compare, largest
from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.held import ArrayRef, FloatArray, arrays_of, attributes_of
from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import Trial

MOST_ENTRIES = 2000
"""A gradient with more entries is not measured again for one sample."""


class Evidence:
    """All that is known about a class: its gradients, and how it behaves when something is changed.

    Args:
        trial: the class with its inputs.
        gradients: what was found, with difference quotients.
        second: the gradients of a second call.

    Attributes:
        parameters: by their names.
        samples: in the batch.
        wrong: the gradients that do not pass.
        alone: of wrong gradients, the gradient and the difference quotients for the first sample alone.
        caches: the arrays that forward kept for that sample.
    """

    def __init__(self, trial: Trial, gradients: list[Gradient], second: dict[str, tuple[str, Any]]) -> None:
        self.trial, self.gradients, self.second = trial, gradients, second
        self.parameters = {parameter.name: parameter for parameter in trial.parameters}
        self.samples = trial.inputs.count
        self.wrong = [gradient for gradient in gradients if not gradient.passed and gradient.value is not None]
        self.alone: dict[str, tuple[FloatArray, FloatArray]] = {}
        self.caches: list[FloatArray] = []
        if self.wrong:
            self.run_one_sample()

    @property
    def is_layer(self) -> bool:
        """Whether it has an output in place of a loss."""
        return self.trial.dy is not None

    @property
    def batch_axis(self) -> int:
        """0 where samples are rows, 1 where they are columns."""
        return abs(self.trial.inputs.axis)

    def run_one_sample(self) -> None:
        """Gradients and quotients for the first sample alone, where nothing is summed, and what forward kept."""
        trial = self.trial
        try:
            alone = Trial(trial.subject, trial.inputs.first(), trial.seed)
            found = alone.gradients()
            self.caches = self.kept_by_forward()
            for gradient in self.wrong:
                value = found.get(gradient.of, ("", None))[1]
                array = alone.x if gradient.of == "x" else self.parameters[gradient.of].get()
                fits = isinstance(value, np.ndarray) and (value.size == 1 or value.shape == array.shape)
                if fits and array.size <= MOST_ENTRIES:
                    measured = alone.measure(array)
                    scale = largest([entry.central[1] for entry in measured.values()])
                    claimed = value if value.shape == array.shape else np.zeros(array.shape)
                    self.alone[gradient.of] = value, compare(claimed, measured, scale).numeric
        except SubjectError:
            pass  # a class need not take a single sample
        finally:
            trial.subject.forward(trial.x, trial.inputs.y)

    def kept_by_forward(self) -> list[FloatArray]:
        """Copies of the arrays that the object holds now, and that are no parameters."""
        trial = self.trial
        before = {id(parameter.get()) for parameter in trial.parameters}
        held = [ref.get() for ref in arrays_of(trial.subject.made)]
        held += [
            part for value in attributes_of(trial.subject.made).values() if isinstance(value, tuple) for part in value
        ]
        arrays = [array for array in held if isinstance(array, np.ndarray) and id(array) not in before]
        return [array.copy() for array in arrays]

    def one_sample(self, gradient: Gradient) -> tuple[FloatArray, FloatArray] | None:
        """A gradient and its difference quotients for the first sample alone; None where they are not known."""
        return self.alone.get(gradient.of)

    def rerun(self, weight: ArrayRef, change: Callable[[FloatArray], FloatArray]) -> dict[str, Any]:
        """Gradients when a parameter is changed between forward and backward."""

        def swap() -> None:
            weight.get()[...] = change(weight.get().copy())

        try:
            return {of: value for of, (_, value) in self.trial.gradients(swap).items()}
        except SubjectError:
            return {}

    def weights_after(self, of: str) -> Iterator[ArrayRef]:
        """Weights between a parameter and the output, as far as the order of attributes tells."""
        names = list(self.parameters)
        start = -1 if of == "x" else names.index(of)
        for name in names[start + 1 :]:
            if self.parameters[name].get().ndim == 2 and min(self.parameters[name].get().shape) > 1:
                yield self.parameters[name]
