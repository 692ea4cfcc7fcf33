"""Many hand-written networks at once: the learner of one, with an axis of networks in front of every array.

The formulas are those of `scratch`, which never ask what is before their last two axes. What a stack adds stands here:
parameters in two blocks, a product for a batch that all networks read, several activations, and numbers per network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.blas import matmul, sum_rows
from twinprop.arrays.namespace import Array, HostCopies, like, namespace
from twinprop.config.schema import Config
from twinprop.learners.build import initial_vector, refuse_lacking, scratch_layer, to_torch
from twinprop.learners.parameter_groups import ParameterGroups
from twinprop.learners.per_member import clip_norms, consecutive, per_member
from twinprop.learners.rate_plan import RatePlan
from twinprop.learners.scratch import ScratchLearner, time_of
from twinprop.models.base import LayerSpec
from twinprop.scratch.activations import Activation
from twinprop.scratch.dropout import Random
from twinprop.scratch.layer import Layer
from twinprop.scratch.layers import Linear
from twinprop.scratch.network import Network, views
from twinprop.task import CLASSIFICATION, Task
from twinprop.training.plan import Plan

LARGE_BATCH = 32
"""Samples from which one product for all networks is faster than one for each: measured, 1.6 times at 64, 0.8 at 16."""


class StackLinear(Linear):
    """`Linear`, which multiplies one batch (1, batch, in) by the weights of all networks at once, where that pays."""

    def shares(self, x: Array) -> bool:
        """Whether x is one batch for several networks, and large enough to gain from one product."""
        return bool(x.ndim == 3 and x.shape[0] == 1 < self.weight.shape[0] and x.shape[-2] >= LARGE_BATCH)

    def forward(self, x: Array, training: bool = False) -> Array:
        if not self.shares(x):
            return super().forward(x, training)
        self.x = x
        # the weights of all networks, one above the other, times the batch that all of them read
        y = matmul(self.weight.reshape(-1, x.shape[-1]), x[0].mT).reshape(*self.bias.shape, -1).mT
        y += self.bias[..., None, :]
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        if not self.shares(self.x):
            return super().backward(dy, need_dx)
        rows = dy.mT.reshape(-1, dy.shape[-2])
        matmul(rows, self.x[0], out=self.weight_grad.reshape(-1, self.x.shape[-1]))
        sum_rows(dy, out=self.bias_grad)
        return (self.weight.mT @ dy.mT).mT if need_dx else None


class Mixed(Activation):
    """The activations of a stack whose networks have different ones: each works on its slice of the stack.

    Args:
        parts: slices of the axis of networks.
        activations: one for each slice.
    """

    def __init__(self, parts: Sequence[slice], activations: Sequence[Layer]) -> None:
        self.parts, self.activations = parts, activations
        self.rises = all(isinstance(each, Activation) and each.rises for each in activations)

    def forward(self, z: Array, training: bool = False) -> Array:
        a = namespace(z).empty_like(z)
        for part, activation in zip(self.parts, self.activations, strict=True):
            a[part] = activation.forward(z[part], training)
        return a

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        dz = namespace(da).empty_like(da)
        for part, activation in zip(self.parts, self.activations, strict=True):
            dz[part] = activation.backward(da[part])
        return dz


class StackNetwork(Network):
    """A `Network` whose parameters (networks, P) lie in two blocks: the weight of the first layer, and all the rest.

    So the first layer's weights are one matrix for all networks, which is one product where they read the same batch.

    Args:
        layers: as in `Network`.
        parameters: (networks, P), in the order of the layers.
        seeds: one for each network.
    """

    def __init__(self, layers: Mapping[str, Layer], parameters: Array, seeds: tuple[int, ...]) -> None:
        super().__init__(layers, parameters=parameters)
        for layer in self.random:
            layer.seeds = seeds

    def allocate(self, parameters: Array) -> None:
        self.first = prod(next(iter(self.shapes.values())))
        self.parts = self.split(parameters)
        self.gradient_blocks = [namespace(part).zeros_like(part) for part in self.parts]
        start = 0
        for name, shape in self.shapes.items():
            block = 0 if start < self.first else 1
            part = slice(start - block * self.first, start - block * self.first + prod(shape))
            self.lend(name, self.parts[block][..., part], self.gradient_blocks[block][..., part])
            start += prod(shape)

    @property
    def gradient_parts(self) -> list[Array]:
        return self.gradient_blocks

    def split(self, vectors: Array) -> list[Array]:
        """Vectors (networks, P) in two contiguous blocks."""
        xp = namespace(vectors)
        parts = vectors[..., : self.first], vectors[..., self.first :]
        return [xp.ascontiguousarray(part) if hasattr(xp, "ascontiguousarray") else part.contiguous() for part in parts]

    def load(self, blocks: list[Array], vectors: Sequence[NDArray[Any]]) -> None:
        """Fill two blocks with the vectors (P,) of their networks."""
        for block, values in zip(blocks, self.split(like(np.stack(vectors), blocks[0])), strict=True):
            block[...] = values


class ScratchStack(ScratchLearner):
    """Networks that differ in numbers (seed, rates, schedules), activations and rules of update.

    Args:
        configs: one configuration for each network.
        shape: of a sample, without the batch axis.
        outputs: how many there are: one for each class.
        plan: the length of the training.
        device: `cpu` for NumPy arrays, else a torch device.
        task: what is learnt.
    """

    network: StackNetwork
    optimizer: ParameterGroups

    def __init__(
        self,
        configs: Sequence[Config],
        shape: tuple[int, ...],
        outputs: int,
        plan: Plan,
        device: str = "cpu",
        task: Task = CLASSIFICATION,
    ) -> None:
        descriptions = [config.model.layers(shape, outputs) for config in configs]
        for layers in descriptions:
            refuse_lacking(layers, "scratch")
        values = np.array(
            [initial_vector(layers, c.model, c.seed) for layers, c in zip(descriptions, configs, strict=True)],
            dtype=configs[0].model.dtype,
        )
        start = values if device == "cpu" else to_torch(values, device)
        self.network = StackNetwork(stack_layers(descriptions, start), start, tuple(c.seed for c in configs))
        self.set_loss([config.loss for config in configs], outputs, task, self.network.parts[0])
        self.max_grad_norm = clip_norms(configs, self.reference)
        self.optimizer = ParameterGroups(configs, self.reference)
        self.rates = RatePlan(configs, plan, self.reference)
        self.copies = HostCopies()
        self.set_rate()
        self.optimizer.init_state(self.network.parts)

    def compute(self, x: Array, y: Array) -> tuple[Any, tuple[Any, ...], Any]:
        if y.ndim == 1:
            x, y = x[None], y[None]  # one batch for all: torch.matmul wants as many axes in `out` as in its factors
        return super().compute(x, y)

    def update(self, found: Any) -> None:
        self.copies.clear()
        super().update(found)

    def set_rate(self) -> None:
        rates = self.rates.next(self.steps)
        if rates is not None:
            self.rate = rates[0]
            self.optimizer.set_rates(*rates)

    def predict(self, x: Array) -> Array:
        return self.network.forward(x[None])

    def end_epoch(self) -> None:
        self.rates.end_epoch()

    def observe(self, loss: NDArray[Any], score: NDArray[Any]) -> None:
        self.rates.observe(loss, score)

    def lr(self) -> NDArray[Any]:
        return np.array(self.rate)

    def vector(self, blocks: Sequence[Array], place: int) -> NDArray[Any]:
        """A copy of one network's vector, from blocks of all."""
        return np.concatenate([self.copies.get(block)[place] for block in blocks])

    def gradients(self, member: int = 0) -> dict[str, NDArray[Any]]:
        return views(self.vector(self.network.gradient_parts, member), self.network.shapes)

    def state(self, member: int = 0) -> dict[str, Any]:
        group, place, names = self.optimizer.of(member)
        buffers = {"buffers": self.vector([self.network.buffers], member)} if self.network.buffer_shapes() else {}
        return {
            "parameters": self.vector(self.network.parts, member),
            "optimizer": {name: self.vector(group.state[name], place) for name in names},
            **buffers,
            **time_of(self.rates.schedulers[member], self.steps, self.rates.epochs),
        }

    def load_state(self, states: list[dict[str, Any]]) -> None:
        self.copies.clear()
        self.network.load(self.network.parts, [state["parameters"] for state in states])
        if self.network.buffer_shapes():
            self.network.buffers[...] = like(np.stack([state["buffers"] for state in states]), self.reference)
        zeros = np.zeros_like(states[0]["parameters"])
        for group in self.optimizer.groups:
            for name, blocks in group.state.items():
                self.network.load(blocks, [state["optimizer"].get(name, zeros) for state in states[group.networks]])
        for scheduler, state in zip(self.rates.schedulers, states, strict=True):
            scheduler.load_state(state["scheduler"])
            if scheduler.interval == "epoch":
                self.rates.epochs = state["time"]
        self.steps = self.network.steps = states[0]["steps"]
        self.rates.outdated = True

    def load_parameters(self, parameters: dict[str, Any]) -> None:
        self.copies.clear()
        super().load_parameters(parameters)


def stack_layers(descriptions: Sequence[list[LayerSpec]], reference: Array) -> dict[str, Layer]:
    """The layers of a stack by their names, from those of each of its networks."""
    layers: dict[str, Layer] = {}
    for specs in zip(*descriptions, strict=True):
        parts = consecutive([(spec.kind, spec.arguments) for spec in specs])
        first = scratch_layer(specs[0])
        if isinstance(first, Random):
            setattr(first, first.rate, per_member([spec.arguments[first.rate] for spec in specs], 2, reference))
        elif isinstance(first, Linear) and not any(layer.shapes for layer in layers.values()):
            first = StackLinear(**specs[0].arguments)  # behind the first weights every network has outputs of its own
        elif len(parts) > 1:
            first = Mixed(parts, [scratch_layer(specs[part.start]) for part in parts])
        layers[specs[0].name] = first
    return layers
