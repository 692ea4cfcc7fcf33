"""The hand-written twin: one update, from a batch to new parameters, in plain sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, like, namespace, to_numpy
from twinprop.config.schema import Config
from twinprop.learners.build import scratch_network
from twinprop.learners.losses import scratch_loss
from twinprop.scratch.losses import Loss
from twinprop.scratch.network import Network, views
from twinprop.scratch.optimizers import clip_grad_norm, grad_norm
from twinprop.task import CLASSIFICATION, Classification, Task
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan


class ScratchLearner(Learner):
    """One hand-written network with its optimizer and schedule.

    Args:
        configs: the configuration of the network, in a list of one.
        shape: of a sample, without the batch axis.
        outputs: how many there are: one for each class.
        plan: the length of the training.
        device: `cpu` for NumPy arrays, else a torch device.
        task: what is learnt.
    """

    network: Network
    optimizer: Any
    rate: Any

    def __init__(
        self,
        configs: Sequence[Config],
        shape: tuple[int, ...],
        outputs: int,
        plan: Plan,
        device: str = "cpu",
        task: Task = CLASSIFICATION,
    ) -> None:
        (config,) = configs
        self.network = scratch_network(config.model.layers(shape, outputs), config.model, config.seed, device)
        self.set_loss([config.loss], outputs, task, self.network.parameters)
        self.max_grad_norm = config.train.max_grad_norm
        self.base_lr, self.optimizer = config.optimizer.lr, replace(config.optimizer)
        self.scheduler = config.scheduler.bind(plan.intervals(config.scheduler.interval), self.base_lr)
        self.epochs = 0
        self.set_rate()
        self.optimizer.init_state(self.network.parameters)

    def set_loss(self, losses: Sequence[Loss], outputs: int, task: Task, reference: Array) -> None:
        """Take the losses of the networks, and what their targets are."""
        self.task, self.reference = task, reference
        self.one_hot = like(np.eye(outputs), reference)
        self.loss = scratch_loss(losses, reference)
        weight = getattr(self.loss, "weight", None)
        if weight is not None:
            self.class_weights = weight[:, 0] if weight.ndim > 1 else weight

    def targets(self, y: Array) -> Array:
        """Targets (..., batch) as rows like those of the outputs: classes one-hot, a number as a row of one."""
        if not isinstance(self.task, Classification):
            return y[..., None]
        # columns, turned, lie in memory as outputs do
        return self.one_hot[:, y].mT if y.ndim == 1 else self.one_hot[y]

    def compute(self, x: Array, y: Array) -> tuple[Any, tuple[Any, ...], Any]:
        outputs = self.network.forward(x, training=True)
        loss = self.loss.forward(outputs, self.targets(y))
        self.network.backward(self.loss.backward())
        clip = self.max_grad_norm
        norm = None if clip is None else clip_grad_norm(self.network.gradient_parts, clip)
        return loss, self.task.sums(outputs, y), norm

    def update(self, found: Any) -> None:
        self.norm = found
        self.set_rate()
        self.optimizer.step(self.network)
        self.steps = self.network.steps

    def set_rate(self) -> None:
        """Give the optimizer the learning rate, and the momentum if it moves, of the next update."""
        t = self.steps if self.scheduler.interval == "step" else self.epochs
        self.optimizer.lr = self.rate = self.scheduler.lr(t, self.base_lr)
        if self.scheduler.moves_momentum():
            self.optimizer.scheduled_momentum = self.scheduler.momentum(t)

    def predict(self, x: Array) -> Array:
        return self.network.forward(x)

    def evaluate(self, x: Array, y: Array) -> tuple[Any, Any]:
        outputs = self.predict(x)
        return self.loss.forward(outputs, self.targets(y)), outputs

    def fetch(self, values: list[Any]) -> NDArray[Any]:
        if isinstance(self.reference, np.ndarray):
            return np.array(values, np.float64).reshape(len(values), -1)
        stacked = namespace(self.reference).stack(values)
        return to_numpy(stacked).astype(np.float64).reshape(len(values), -1)

    def end_epoch(self) -> None:
        self.epochs += 1

    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        self.scheduler.observe(float(loss[0]), float(score[0]))

    def lr(self) -> NDArray[Any]:
        return np.array([float(self.rate)])

    def grad_norm(self) -> NDArray[Any]:
        norm = self.norm if self.max_grad_norm is not None else grad_norm(self.network.gradient_parts)
        return self.fetch([norm]).ravel()

    def gradients(self, member: int = 0) -> dict[str, NDArray[Any]]:
        return views(to_numpy(self.network.gradients), self.network.shapes)

    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        return self.network.unpack(state["parameters"], state.get("buffers", np.zeros(0)), state["steps"])

    def state(self, member: int = 0) -> dict[str, Any]:
        buffers = {"buffers": to_numpy(self.network.buffers).copy()} if self.network.buffer_shapes() else {}
        return {
            "parameters": to_numpy(self.network.parameters).copy(),
            "optimizer": {name: to_numpy(value).copy() for name, value in self.optimizer.state.items()},
            **buffers,
            **time_of(self.scheduler, self.steps, self.epochs),
        }

    def load_state(self, states: list[dict[str, Any]]) -> None:
        (state,) = states
        p = self.network.parameters
        p[...] = like(state["parameters"], p)
        if "buffers" in state:
            self.network.buffers[...] = like(state["buffers"], p)
        for name, value in self.optimizer.state.items():
            value[...] = like(state["optimizer"].get(name, np.zeros(p.shape)), p)
        self.scheduler.load_state(state["scheduler"])
        if self.scheduler.interval == "epoch":
            self.epochs = state["time"]
        self.steps = self.network.steps = self.optimizer.steps = state["steps"]

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters by name, each for all networks where there are several."""
        self.network.load_state_dict(parameters)

    def synchronize(self) -> None:
        if not isinstance(self.reference, np.ndarray) and self.reference.device.type == "cuda":
            namespace(self.reference).cuda.synchronize(self.reference.device)


def time_of(scheduler: Any, steps: int, epochs: int) -> dict[str, Any]:
    """What a state says of time: the schedule's memory, what it counts, and the updates."""
    return {
        "scheduler": scheduler.state(),
        "time": steps if scheduler.interval == "step" else epochs,
        "steps": steps,
    }
