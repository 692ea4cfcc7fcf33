"""What hints are drawn from: the class with its inputs, its gradients, and which of them are wrong."""

from __future__ import annotations

import numpy as np

from twinprop.gradcheck.report import Gradient
from twinprop.gradcheck.trial import Trial


class Evidence:
    """All that is known about a class.

    Args:
        trial: the class with its inputs.
        gradients: what was found, with difference quotients.

    Attributes:
        samples: in the batch.
        numbers: of outputs, or of targets, in the batch.
    """

    def __init__(self, trial: Trial, gradients: list[Gradient]) -> None:
        self.trial, self.gradients = trial, gradients
        self.samples = trial.inputs.count
        y = trial.inputs.y
        self.numbers = int(np.size(trial.inputs.x if y is None or np.ndim(y) < 2 else y))

    @property
    def is_layer(self) -> bool:
        """Whether it has an output in place of a loss."""
        return self.trial.dy is not None
