"""The hand-written twin: one update, from a batch to new parameters, in plain sight."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import Array, Copies, like, namespace, to_numpy
from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.learners.build import initial_parameters
from twinprop.learners.rules import rules, runs
from twinprop.scratch.activations import Mixed
from twinprop.scratch.layers import Random
from twinprop.scratch.network import Network
from twinprop.training.learner import Learner
from twinprop.training.plan import Plan

PLANNED = 256
"""Steps whose learning rates are worked out at once."""


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
        self.configs, self.copies = list(configs), Copies()
        first = self.configs[0]
        descriptions = [config.model.layers(shape, classes) for config in self.configs]
        initial = [
            np.concatenate([value.ravel() for value in initial_parameters(layers, config.model, config.seed).values()])
            for layers, config in zip(descriptions, self.configs, strict=True)
        ]
        start = np.array(initial if len(initial) > 1 else initial[0], dtype=first.model.dtype)
        self.network = Network(descriptions[0], start if device == "cpu" else _tensor(start, device))
        for place, layers in enumerate(zip(*descriptions, strict=True)):
            parts = runs([(layer.kind, layer.arguments) for layer in layers])
            if len(parts) > 1 and not isinstance(self.network.layers[place], Random):
                kinds = [registry.load(registry.layer_twin(layers[part.start].kind).scratch) for part in parts]
                own = [kind(**layers[part.start].arguments) for kind, part in zip(kinds, parts, strict=True)]
                self.network.layers[place] = Mixed(parts, own)
        self.stacked = len(self.configs) > 1
        p = self.network.blocks[0]
        self.classes = like(np.eye(classes), p)
        self.loss = registry.load(registry.LOSSES[first.loss].scratch)()
        self.random = [layer for layer in self.network.layers if isinstance(layer, Random)]
        for place, layer in enumerate(self.network.layers):
            if isinstance(layer, Random):
                layer.seeds = tuple(config.seed for config in self.configs)
                layer.amount = self.per_member([layers[place].arguments[layer.key] for layers in descriptions], 2)
        norms = [config.train.max_grad_norm for config in self.configs]
        if any(norm is not None for norm in norms):
            # a network that does not clip, among others that do, clips at infinity
            norms = [inf if norm is None else norm for norm in norms]
        self.max_grad_norm = self.per_member(norms, 0)
        self.schedulers = [
            config.scheduler.bind(plan.intervals(config.scheduler.interval), config.optimizer.lr)
            for config in self.configs
        ]
        self.total_steps = plan.total_steps
        self.epochs = 0
        self.moving = any(scheduler.interval == "step" for scheduler in self.schedulers)
        self.stale = True
        self.rules = rules(self.configs, self.per_member)
        self.set_rates()
        for rule in self.rules:
            for slot in rule.optimizer.slots():
                rule.memory[slot] = [namespace(p).zeros_like(block[rule.part]) for block in self.network.blocks]
        # in a stack, a network without momentum has room for it, which its state leaves out
        self.own_slots = [
            None if scheduler.moves_momentum() else config.optimizer.slots()
            for scheduler, config in zip(self.schedulers, self.configs, strict=True)
        ]

    def per_member(self, values: Sequence[Any], axes: int) -> Any:
        """A value as it is where all networks share it, else an array with `axes` more axes of length 1."""
        if all(value == values[0] for value in values):
            return values[0]
        return like(np.reshape(np.array(values, float), (-1,) + (1,) * axes), self.network.blocks[0])

    def plan_rates(self) -> None:
        """Work out the rates of many steps at once: of all until a schedule that counts epochs moves on."""
        ahead = max(1, min(PLANNED, self.total_steps - self.steps)) if self.moving else 1
        self.first, self.stale = self.steps, False
        known: dict[str, tuple[Any, Any]] = {}
        columns = []
        for scheduler, config in zip(self.schedulers, self.configs, strict=True):
            times = range(self.steps, self.steps + ahead) if scheduler.interval == "step" else [self.epochs]
            key = f"{scheduler} {scheduler.state()} {config.optimizer}"
            if key not in known:
                own = getattr(config.optimizer, "momentum", getattr(config.optimizer, "betas", (0.0,)))
                momenta = [scheduler.momentum(t) for t in times]
                known[key] = (
                    [scheduler.lr(t, config.optimizer.lr) for t in times],
                    [np.ravel(own)[0] if value is None else value for value in momenta],
                )
            columns.append(known[key])
        # (steps, networks) each; a schedule that counts epochs gives the same at every step
        self.rates, self.momenta = (
            np.stack([np.broadcast_to(column[kind], ahead) for column in columns], axis=1) for kind in (0, 1)
        )
        p = self.network.blocks[0]
        self.device_rates, self.device_momenta = like(self.rates[..., None], p), like(self.momenta[..., None], p)

    def set_rates(self) -> None:
        """Give the optimizers the rates of the next update."""
        if self.stale or (self.moving and self.steps - self.first >= len(self.rates)):
            self.plan_rates()
        elif not self.moving:
            return
        now = self.steps - self.first if self.moving else 0
        self.used_rates = self.rates[now]
        for rule in self.rules:
            optimizer: Any = rule.optimizer
            optimizer.lr = rule.numbers(self.rates[now], self.device_rates[now])
            if any(scheduler.moves_momentum() for scheduler in self.schedulers):
                momentum = rule.numbers(self.momenta[now], self.device_momenta[now])
                if hasattr(optimizer, "betas"):
                    optimizer.betas = (momentum, optimizer.betas[1])
                elif hasattr(optimizer, "momentum"):
                    optimizer.momentum = momentum

    def step(self, x: Array, y: Array) -> tuple[Any, Any]:
        self.copies.forget()
        for layer in self.random:
            layer.step = self.steps
        if self.stacked and y.ndim == 1:
            x, y = x[None], y[None]  # one batch for all: torch.matmul wants as many axes in `out` as in its factors
        outputs = self.network.forward(x, training=True)
        loss = self.loss.forward(outputs, self.classes[y])
        self.network.backward(self.loss.backward())
        if self.max_grad_norm is not None:
            self.clip()
        self.set_rates()
        self.steps += 1
        for part, optimizer, memory in self.rules:
            for number, (p, g) in enumerate(zip(self.network.blocks, self.network.gradients, strict=True)):
                own = {slot: blocks[number] for slot, blocks in memory.items()}
                optimizer.update(p[part], g[part], own, self.steps)
        return loss, (outputs.argmax(-1) == y).sum(-1)

    def clip(self) -> None:
        """Scale each network's gradient so that its norm is at most max_grad_norm  (Pascanu et al. 2013)."""
        self.norm = self.gradient_norm()
        # g ← g · min(1, max_norm / (‖g‖ + 1e-6)), PyTorch's clip_grad_norm_
        scale = (self.max_grad_norm / (self.norm + 1e-6)).clip(None, 1)
        for g in self.network.gradients:
            g *= scale[..., None]

    def gradient_norm(self) -> Array:
        squares = [(g * g).sum(-1) for g in self.network.gradients]
        return namespace(self.network.blocks[0]).sqrt(sum(squares[1:], squares[0]))

    def predict(self, x: Array) -> Array:
        return self.network.forward(x[None] if self.stacked else x)

    def evaluate(self, x: Array, y: Array) -> tuple[Any, Any]:
        outputs = self.predict(x)
        return self.loss.forward(outputs, self.classes[y]), outputs.argmax(-1)

    def fetch(self, values: list[Any]) -> NDArray[Any]:
        if isinstance(self.network.blocks[0], np.ndarray):
            return np.array(values, np.float64).reshape(len(values), -1)
        stacked = namespace(self.network.blocks[0]).stack(values)
        return to_numpy(stacked).astype(np.float64).reshape(len(values), -1)

    def end_epoch(self) -> None:
        self.epochs += 1
        self.stale = True

    def observe(self, loss: NDArray[Any], accuracy: NDArray[Any]) -> None:
        for member, scheduler in enumerate(self.schedulers):
            scheduler.observe(float(loss[member]), float(accuracy[member]))
        self.stale = True

    def lr(self) -> NDArray[Any]:
        return np.array(self.used_rates)

    def grad_norm(self) -> NDArray[Any]:
        return self.fetch([self.norm if self.max_grad_norm is not None else self.gradient_norm()]).ravel()

    def _member(self, blocks: list[Array], place: Any) -> NDArray[Any]:
        """A copy of the vector of one network, from blocks of all."""
        return np.concatenate([self.copies.of(block)[place if self.stacked else ...] for block in blocks])

    def state_dict_of(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        vectors = state["parameters"], state.get("buffers")
        found: dict[str, NDArray[Any]] = {}
        for vector, places in zip(vectors, (self.network.places, self.network.buffer_places), strict=True):
            found |= {name: vector[place.part].reshape(place.shape) for name, place in places.items()}
        for name in self.network.buffer_places:
            owner, _, key = name.rpartition(".")
            if key == "running_var":  # every update is a batch
                found[f"{owner}.num_batches_tracked"] = np.array(state["steps"])
        # as torch orders them: layer by layer
        order = {layer: place for place, layer in enumerate(dict.fromkeys(name.rpartition(".")[0] for name in found))}
        return dict(sorted(found.items(), key=lambda item: order[item[0].rpartition(".")[0]]))

    def gradients(self, member: int) -> dict[str, NDArray[Any]]:
        gradients = self._member(self.network.gradients, member)
        return {name: gradients[place.part].reshape(place.shape) for name, place in self.network.places.items()}

    def state(self, member: int) -> dict[str, Any]:
        scheduler, slots = self.schedulers[member], self.own_slots[member]
        buffers = {"buffers": self._member([self.network.buffers], member)} if self.network.buffer_places else {}
        rule = next(rule for rule in self.rules if rule.holds(member))
        return {
            "parameters": self._member(self.network.blocks, member),
            "optimizer": {
                slot: self._member(blocks, rule.place(member))
                for slot, blocks in rule.memory.items()
                if slots is None or slot in slots
            },
            **buffers,
            "scheduler": scheduler.state(),
            "time": self.steps if scheduler.interval == "step" else self.epochs,
            "steps": self.steps,
        }

    def load_state(self, states: list[dict[str, Any]]) -> None:
        self.copies.forget()
        self._load(self.network.blocks, [state["parameters"] for state in states])
        if self.network.buffer_places:
            buffers = [state["buffers"] for state in states]
            self.network.buffers[...] = like(np.stack(buffers) if self.stacked else buffers[0], self.network.buffers)
        zeros = np.zeros_like(states[0]["parameters"])
        for rule in self.rules:
            own = states[rule.part] if self.stacked else states
            for slot, blocks in rule.memory.items():
                self._load(blocks, [state["optimizer"].get(slot, zeros) for state in own])
        for scheduler, state in zip(self.schedulers, states, strict=True):
            scheduler.load_state(state["scheduler"])
            if scheduler.interval == "epoch":
                self.epochs = state["time"]
        self.steps, self.stale = states[0]["steps"], True

    def _load(self, blocks: list[Array], vectors: list[NDArray[Any]]) -> None:
        """Fill blocks with the vectors of their networks."""
        values = like(np.stack(vectors) if self.stacked else vectors[0], blocks[0])
        for block, part in zip(blocks, self.network.split(values), strict=True):
            block[...] = part

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        """Take over parameters by name, each broadcast over the networks of a stack."""
        self.copies.forget()
        self.network.load_state_dict(parameters)

    def synchronize(self) -> None:
        p = self.network.blocks[0]
        if not isinstance(p, np.ndarray) and p.device.type == "cuda":
            namespace(p).cuda.synchronize(p.device)


def _tensor(values: np.ndarray[Any, Any], device: str) -> Array:
    import torch

    return torch.as_tensor(values, device=device)
