"""The hand-written twin: one update, from a batch to new parameters, in plain sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from math import inf
from typing import Any

import numpy as np

from twinprop import registry
from twinprop.config.schema import Config
from twinprop.scratch.arrays import Array, like, namespace, to_numpy
from twinprop.scratch.init import initial_parameters
from twinprop.scratch.layers import Dropout
from twinprop.scratch.network import Network
from twinprop.scratch.optimizers import Optimizer
from twinprop.training.learner import Learner, Numbers, Plan


class ScratchLearner(Learner):
    """One network, or a stack of networks that differ in numbers only (seed, rates, schedules).

    Args:
        configs: one configuration for each network.
        shape: of a sample, without the batch axis.
        classes: number of classes.
        plan: the length of the training.
        device: `cpu` for NumPy arrays, else a torch device.
    """

    def __init__(
        self, configs: Sequence[Config], shape: tuple[int, ...], classes: int, plan: Plan, device: str = "cpu"
    ) -> None:
        self.configs = list(configs)
        first = self.configs[0]
        descriptions = [config.model.layers(shape, classes) for config in self.configs]
        initial = [
            np.concatenate([value.ravel() for value in initial_parameters(layers, config.model, config.seed).values()])
            for layers, config in zip(descriptions, self.configs, strict=True)
        ]
        start = np.array(initial if len(initial) > 1 else initial[0], dtype=first.model.dtype)
        self.network = Network(descriptions[0], start if device == "cpu" else _tensor(start, device))
        self.stacked = len(self.configs) > 1
        p = self.network.parameters
        self.classes = like(np.eye(classes), p)
        self.loss = registry.load(registry.LOSSES[first.loss].scratch)()
        self.dropouts = [layer for layer in self.network.layers if isinstance(layer, Dropout)]
        for layer in self.dropouts:
            layer.seeds = tuple(config.seed for config in self.configs)
            layer.p = self.per_member([config.model.dropout for config in self.configs], axes=2)
        norms = [config.train.max_grad_norm for config in self.configs]
        if any(norm is not None for norm in norms):
            # a network that does not clip, among others that do, clips at infinity
            norms = [inf if norm is None else norm for norm in norms]
        self.max_grad_norm = self.per_member(norms, axes=0)
        self.schedulers = [
            config.scheduler.bind(plan.intervals(config.scheduler.interval), config.optimizer.lr)
            for config in self.configs
        ]
        self.optimizer = self.stack_optimizers()
        self.time = 0
        self.schedule()
        slots = self.optimizer.slots()
        self.memory = {slot: namespace(p).zeros_like(p) for slot in slots}
        # in a stack, a network without momentum has room for it, which its state leaves out
        self.own_slots = [
            slots if scheduler.moves_momentum() else config.optimizer.slots()
            for scheduler, config in zip(self.schedulers, self.configs, strict=True)
        ]

    def per_member(self, values: Sequence[Any], axes: int) -> Any:
        """A value as it is where all networks share it, else an array with `axes` more axes of length 1."""
        if all(value == values[0] for value in values):
            return values[0]
        return like(np.reshape(np.array(values, float), (-1,) + (1,) * axes), self.network.parameters)

    def stack_optimizers(self) -> Optimizer:
        """One optimizer whose numbers are arrays where the networks' differ."""
        optimizers = [
            config.optimizer if scheduler.moves_momentum() else config.optimizer.stackable()
            for scheduler, config in zip(self.schedulers, self.configs, strict=True)
        ]
        stacked: dict[str, Any] = {}
        for item in fields(optimizers[0]):
            values = [getattr(optimizer, item.name) for optimizer in optimizers]
            if isinstance(values[0], tuple):
                stacked[item.name] = tuple(self.per_member(column, axes=1) for column in zip(*values, strict=True))
            else:
                stacked[item.name] = self.per_member(values, axes=1)
        return replace(optimizers[0], **stacked)

    def schedule(self) -> None:
        """Set the rates of the next update from the schedules."""
        self.rates = [
            scheduler.lr(self.time, config.optimizer.lr)
            for scheduler, config in zip(self.schedulers, self.configs, strict=True)
        ]
        self.optimizer.lr = self.per_member(self.rates, axes=1)
        momenta = [scheduler.momentum(self.time) for scheduler in self.schedulers]
        if momenta[0] is not None:
            momentum = self.per_member(momenta, axes=1)
            if hasattr(self.optimizer, "betas"):
                self.optimizer.betas = (momentum, self.optimizer.betas[1])
            else:
                self.optimizer.momentum = momentum  # type: ignore[attr-defined]

    def step(self, x: Array, y: Array) -> tuple[Any, Any]:
        for layer in self.dropouts:
            layer.step = self.steps
        if self.stacked and y.ndim == 1:
            x, y = x[None], y[None]  # one batch for all: torch.matmul wants as many axes in `out` as in its factors
        outputs = self.network.forward(x, training=True)
        loss = self.loss.forward(outputs, self.classes[y])
        self.network.backward(self.loss.backward())
        if self.max_grad_norm is not None:
            self.clip()
        self.steps += 1
        self.optimizer.update(self.network.parameters, self.network.gradients, self.memory, self.steps)
        self.used_rates = self.rates
        if self.schedulers[0].interval == "step":
            self.time += 1
            self.schedule()
        return loss, (outputs.argmax(-1) == y).sum(-1)

    def clip(self) -> None:
        """Scale each network's gradient so that its norm is at most max_grad_norm  (Pascanu et al. 2013)."""
        self.norm = self.gradient_norm()
        g = self.network.gradients
        # g ← g · min(1, max_norm / (‖g‖ + 1e-6)), PyTorch's clip_grad_norm_
        scale = (self.max_grad_norm / (self.norm + 1e-6)).clip(None, 1)
        g *= scale[..., None]

    def gradient_norm(self) -> Array:
        g = self.network.gradients
        return namespace(g).sqrt((g * g).sum(-1))

    def predict(self, x: Array) -> Array:
        return self.network.forward(x[None] if self.stacked else x)

    def evaluate(self, x: Array, y: Array) -> tuple[Any, Any]:
        outputs = self.predict(x)
        return self.loss.forward(outputs, self.classes[y]), (outputs.argmax(-1) == y).sum(-1)

    def numbers(self, values: list[Any]) -> Numbers:
        if isinstance(self.network.parameters, np.ndarray):
            return np.array(values, np.float64).reshape(len(values), -1)
        stacked = namespace(self.network.parameters).stack(values)
        return to_numpy(stacked).astype(np.float64).reshape(len(values), -1)

    def end_epoch(self) -> None:
        if self.schedulers[0].interval == "epoch":
            self.time += 1
            self.schedule()

    def observe(self, loss: Numbers, accuracy: Numbers) -> None:
        for member, scheduler in enumerate(self.schedulers):
            scheduler.observe(float(loss[member]), float(accuracy[member]))
        self.schedule()

    def lr(self) -> Numbers:
        return np.array(self.used_rates)

    def grad_norm(self) -> Numbers:
        return self.numbers([self.norm if self.max_grad_norm is not None else self.gradient_norm()]).ravel()

    def _member(self, array: Array, member: int) -> Numbers:
        return to_numpy(array[member] if self.stacked else array)

    def named(self, parameters: Any) -> dict[str, Numbers]:
        return {name: parameters[part].reshape(shape) for name, (part, shape) in self.network.places.items()}

    def gradients(self, member: int) -> dict[str, Numbers]:
        return self.named(self._member(self.network.gradients, member))

    def state(self, member: int) -> dict[str, Any]:
        return {
            "parameters": self._member(self.network.parameters, member).copy(),
            "optimizer": {slot: self._member(self.memory[slot], member).copy() for slot in self.own_slots[member]},
            "scheduler": self.schedulers[member].state(),
            "time": self.time,
            "steps": self.steps,
        }

    def load_state(self, states: list[dict[str, Any]]) -> None:
        self.network.parameters[...] = self._stack([state["parameters"] for state in states])
        for slot, value in self.memory.items():
            zeros = np.zeros_like(states[0]["parameters"])
            value[...] = self._stack([state["optimizer"].get(slot, zeros) for state in states])
        for scheduler, state in zip(self.schedulers, states, strict=True):
            scheduler.load_state(state["scheduler"])
        self.time, self.steps = states[0]["time"], states[0]["steps"]
        self.schedule()

    def _stack(self, arrays: list[Numbers]) -> Array:
        return like(np.stack(arrays) if self.stacked else arrays[0], self.network.parameters)

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters by name, each broadcast over the networks of a stack."""
        for name, value in parameters.items():
            part, shape = self.network.places[name]
            values = like(np.asarray(value), self.network.parameters).reshape(shape)
            self.network.parameters[..., part] = values.reshape(-1)

    def finish(self) -> None:
        p = self.network.parameters
        if not isinstance(p, np.ndarray) and p.device.type == "cuda":
            namespace(p).cuda.synchronize(p.device)


def _tensor(values: np.ndarray[Any, Any], device: str) -> Array:
    import torch

    return torch.as_tensor(values, device=device)
