"""Which of the arrays and numbers that an object holds are its parameters, as its runs tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.gradcheck.faults import SubjectError
from twinprop.gradcheck.gradient_names import gradient_in, gradient_of
from twinprop.gradcheck.inputs import Inputs
from twinprop.gradcheck.subject import Subject
from twinprop.gradcheck.trial import Trial


def adopt_plain_numbers(subject: Subject, inputs: Inputs) -> None:
    """Take a plain number for a parameter where backward leaves its gradient, as of a bias that starts as 0."""
    rehearsal = subject.copied()
    if rehearsal is subject or not subject.numbers:
        return
    out = rehearsal.forward(inputs.x, inputs.y)
    before = [gradient_of(number) for number in rehearsal.numbers]
    returned = rehearsal.backward(np.ones_like(out), inputs.x, inputs.y)
    for number, twin, old in zip(subject.numbers, rehearsal.numbers, before, strict=True):
        gradient = gradient_of(twin) or gradient_in(returned, twin)
        if gradient is None or (old is not None and old[1] is gradient[1]):
            continue
        value = float(number.get())
        twin.set(np.array(value + 0.1))
        try:
            if np.array_equal(rehearsal.forward(inputs.x, inputs.y), out):
                continue
        except SubjectError:  # the number is a size
            continue
        finally:
            twin.set(number.get())
        # a number becomes a vector where its first update would make it one
        shape = np.shape(gradient[1])
        vector = np.size(gradient[1]) == 1 or (len(shape) == 1 and shape != (inputs.count,))
        number.set(np.full(shape if vector else (), value))
        subject.parameters.append(number)


def fill_zeros(trial: Trial, rng: np.random.Generator) -> None:
    """Small random numbers for parameters that are all 0: with zeros many derivatives vanish, right or wrong."""
    for parameter in trial.parameters:
        if not parameter.get().any():
            parameter.set(np.array(0.1 * rng.standard_normal(parameter.get().shape)))
    trial.out = trial.subject.forward(trial.x, trial.inputs.y)


def keep_used_parameters(trial: Trial, gradients: dict[str, tuple[str, Any]]) -> dict[str, tuple[str, Any]]:
    """Leave only parameters in the trial, and return their gradients: work arrays are none, nor is a velocity.

    What the output does not depend on is a parameter where it has a gradient of its own: forward forgets it. The
    velocity of W has that of W.
    """
    used = [parameter.name for parameter in trial.parameters if trial.output_depends_on(parameter)]
    taken = [gradients[name][1] for name in used if name in gradients]
    own = [name for name, (_, value) in gradients.items() if not any(np.array_equal(value, other) for other in taken)]
    trial.parameters = [parameter for parameter in trial.parameters if parameter.name in {*used, *own}]
    trial.subject.parameters = trial.parameters
    names = [parameter.name for parameter in trial.parameters]
    trial.updated = [name for name in names if name in trial.updated]
    return {name: gradients[name] for name in [*names, "x"] if name in gradients}
