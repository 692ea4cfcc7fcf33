"""What the training loop asks of a network and its optimizer, whoever wrote them.

A learner trains one network, or several that share their shapes. Its results have the axis of
networks in front, (members,); a single network has members = 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from twinprop.arrays.namespace import Array
from twinprop.task import CLASSIFICATION, Task


class Learner(ABC):
    """One or more networks with their optimizer and schedule."""

    steps = 0
    """Updates done so far."""

    evaluation_batch: int | None = None
    """Samples that are evaluated at once; None for the usual number."""

    captured: Callable[[Learner, Array, Array], tuple[Any, tuple[Any, ...], Any]] | None = None
    """What does the work of `compute` in its place, where the device can repeat it."""

    task: Task = CLASSIFICATION
    """What is learnt, which says what is counted."""

    class_weights: Array | None = None
    """Weights by which the loss takes its mean over samples, (classes,) or (members, classes); None without."""

    def step(self, x: Array, y: Array) -> tuple[Any, tuple[Any, ...]]:
        """Do one update on a batch; return its mean loss and the task's sums over it, such as how many are right.

        They stay on the device until `fetch` is asked for them, so that nothing waits.

        Args:
            x: (batch, ...), or (members, batch, ...) where members see different samples.
            y: classes, int64, or numbers, (batch,) or (members, batch).
        """
        self.release()
        loss, sums, found = self.compute(x, y) if self.captured is None else self.captured(self, x, y)
        self.update(found)
        return loss, sums

    def release(self) -> None:  # noqa: B027
        """Let go of the last gradients, so that the next may lie in their memory, which is near."""

    @abstractmethod
    def compute(self, x: Array, y: Array) -> tuple[Any, tuple[Any, ...], Any]:
        """Go forward and backward, and clip; return what `step` returns, and what `update` wants to know.

        Of this the device sees nothing but arrays: no number moves from update to update except by `Counters`.
        """

    @abstractmethod
    def update(self, found: Any) -> None:
        """Move the parameters by the gradients that `compute` found, at the rate that is due."""

    @abstractmethod
    def predict(self, x: Array) -> Array:
        """The network's outputs, (..., batch, outputs), with dropout off."""

    @abstractmethod
    def evaluate(self, x: Array, y: Array) -> tuple[Any, Any]:
        """Mean loss on a batch and the network's outputs, (..., batch, outputs), with dropout off."""

    def mass(self, y: Array) -> Any:
        """What a batch counts in a mean over several: its samples, or the sum of their weights for each network."""
        return y.shape[-1] if self.class_weights is None else self.class_weights[..., y].sum(-1)

    @abstractmethod
    def fetch(self, values: list[Any]) -> NDArray[Any]:
        """Results of `step` or `evaluate` as a float64 array (len(values), members)."""

    @abstractmethod
    def end_epoch(self) -> None:
        """Let schedules that count epochs move on."""

    @abstractmethod
    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        """Show schedules the validation results of an evaluation, (members,) each: the loss, and the watched score."""

    @abstractmethod
    def lr(self) -> NDArray[Any]:
        """Learning rates of the last update, (members,)."""

    @abstractmethod
    def grad_norm(self) -> NDArray[Any]:
        """Norm of the last gradient before clipping, (members,)."""

    @abstractmethod
    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        """The parameters of a `state`, and running averages if there are any, by their names in the state dict.

        They are views: what is written into them is in the state.
        """

    @abstractmethod
    def gradients(self, member: int) -> dict[str, NDArray[Any]]:
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
    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters, and running averages, by their names in the state dict."""

    @abstractmethod
    def synchronize(self) -> None:
        """Wait until the device has done all that it was given."""
