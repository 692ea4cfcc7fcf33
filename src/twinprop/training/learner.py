"""What the training loop asks of a network and its optimizer, whoever wrote them.

A learner trains one network, or several that share their shapes. Its results have the axis of
networks in front, (members,); a single network has members = 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from twinprop.config.schema import Config
from twinprop.scratch.arrays import Array

Numbers = np.ndarray[Any, Any]


class Plan(NamedTuple):
    """How long a training is: what schedules are bound to."""

    epochs: int
    steps_per_epoch: int
    total_steps: int

    @classmethod
    def of(cls, config: Config, train_samples: int) -> Plan:
        batch = config.train.batch_size
        if isinstance(batch, str):
            per_epoch = 1
        else:
            per_epoch = train_samples // batch if config.train.drop_last else -(-train_samples // batch)
        total = config.train.steps or config.train.epochs * per_epoch
        return cls(-(-total // per_epoch), per_epoch, total)

    def intervals(self, interval: str) -> int:
        return self.total_steps if interval == "step" else self.epochs


class Learner(ABC):
    """One or more networks with their optimizer and schedule."""

    steps = 0
    """Updates done so far."""

    evaluation_batch: int | None = None
    """Samples that are evaluated at once; None for the usual number."""

    @abstractmethod
    def step(self, x: Array, y: Array) -> tuple[Any, Any]:
        """Do one update on a batch; return its mean loss and its number of correct predictions.

        Both stay on the device until `numbers` is asked for them, so that nothing waits.

        Args:
            x: (batch, ...), or (members, batch, ...) where members see different samples.
            y: classes, int64, (batch,) or (members, batch).
        """

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's outputs, (..., batch, classes), with dropout off."""

    @abstractmethod
    def evaluate(self, x: Array, y: Array) -> tuple[Any, Any]:
        """Mean loss on a batch and the predicted class of each sample, (..., batch), with dropout off."""

    @abstractmethod
    def numbers(self, values: list[Any]) -> Numbers:
        """Results of `step` or `evaluate` as a float64 array (len(values), members)."""

    @abstractmethod
    def end_epoch(self) -> None:
        """Let schedules that count epochs move on."""

    @abstractmethod
    def observe(self, loss: Numbers, accuracy: Numbers) -> None:
        """Show schedules the validation results of an evaluation, (members,) each."""

    @abstractmethod
    def lr(self) -> Numbers:
        """Learning rates of the last update, (members,)."""

    @abstractmethod
    def grad_norm(self) -> Numbers:
        """Norm of the last gradient before clipping, (members,)."""

    @abstractmethod
    def named(self, state: dict[str, Any]) -> dict[str, Numbers]:
        """The parameters of a `state`, and running averages if there are any, by their names in the state dict."""

    @abstractmethod
    def gradients(self, member: int) -> dict[str, Numbers]:
        """The last gradients of one network, by name."""

    @abstractmethod
    def state(self, member: int) -> dict[str, Any]:
        """Everything that the next update of one network depends on, as plain arrays and numbers: a copy.

        It is the same whether the network trains alone or in a stack.
        """

    @abstractmethod
    def load_state(self, states: list[dict[str, Any]]) -> None:
        """Continue from what `state` handed out, one for each network."""

    @abstractmethod
    def finish(self) -> None:
        """Wait until the device has done all that it was given."""
