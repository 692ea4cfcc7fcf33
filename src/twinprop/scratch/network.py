"""A network is a row of layers over one vector of parameters.

All parameters lie in one array (P,), and all gradients in another; layers hold views of them. So an
optimizer updates a network with one expression. A stack of networks has them in two blocks, (networks, n)
each: the weight of the first layer and all the rest. So the first layer's weights are one matrix for all
networks, which is one product where they read the same batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np

from twinprop.arrays.namespace import Array, full, like, namespace
from twinprop.config import registry
from twinprop.models.base import LayerSpec


class Place(NamedTuple):
    """Where a parameter is: in the vector of all, in which block, and where there."""

    part: slice
    block: int
    own: slice
    shape: tuple[int, ...]


class Network:
    """Forward through the layers, and backward through them in reverse.

    Args:
        description: the layers, as a model describes them.
        parameters: (P,) or (networks, P), with the initial values in the order of the layers.
    """

    def __init__(self, description: list[LayerSpec], parameters: Array) -> None:
        self.layers: list[Any] = [
            registry.load(registry.layer_twin(layer.kind).scratch)(**layer.arguments) for layer in description
        ]
        # below the first layer with parameters nobody needs a gradient
        self.first = next(number for number, layer in enumerate(self.layers) if layer.shapes)
        first = prod(next(iter(self.layers[self.first].shapes.values())))
        self.edges = [0, parameters.shape[-1]] if parameters.ndim == 1 else [0, first, parameters.shape[-1]]
        self.blocks = self.split(parameters)
        self.gradients = [namespace(block).zeros_like(block) for block in self.blocks]
        self.buffers, self.buffer_places = self.running(description, parameters)
        self.places: dict[str, Place] = {}
        start = 0
        for (name, _, _), layer in zip(description, self.layers, strict=True):
            for key, shape in layer.shapes.items():
                part = slice(start, start := start + prod(shape))
                block = 0 if part.stop <= self.edges[1] else 1
                own = slice(part.start - self.edges[block], part.stop - self.edges[block])
                self.places[f"{name}.{key}"] = Place(part, block, own, shape)
                for attribute, blocks in ((key, self.blocks), (f"{key}_grad", self.gradients)):
                    view = blocks[block][..., own]
                    setattr(layer, attribute, view.reshape(*view.shape[:-1], *shape))

    def running(self, description: list[LayerSpec], parameters: Array) -> tuple[Array, dict[str, Place]]:
        """Averages that layers keep while training, (..., B), and where each is; means start at 0, variances at 1."""
        start, places = 0, {}
        for (name, _, _), layer in zip(description, self.layers, strict=True):
            for key, shape in getattr(layer, "buffers", {}).items():
                part = slice(start, start := start + prod(shape))
                places[f"{name}.{key}"] = Place(part, 0, part, shape)
        vector = full((*parameters.shape[:-1], start), 0, parameters)
        for name, place in places.items():
            owner, _, key = name.rpartition(".")
            number = next(number for number, layer in enumerate(description) if layer.name == owner)
            view = vector[..., place.part]
            view[...] = 1.0 if key == "running_var" else 0.0
            setattr(self.layers[number], key, view)
        return vector, places

    def split(self, vectors: Array) -> list[Array]:
        """(..., P) in contiguous blocks."""
        if len(self.edges) == 2:
            return [vectors]
        xp = namespace(vectors)
        parts = (vectors[..., start:stop] for start, stop in zip(self.edges[:-1], self.edges[1:], strict=True))
        return [xp.ascontiguousarray(part) if hasattr(xp, "ascontiguousarray") else part.contiguous() for part in parts]

    def load_state_dict(self, parameters: Mapping[str, Any]) -> None:
        """Take over parameters and running averages by their names in torch, each for all networks of a stack."""
        for name, value in parameters.items():
            if name.endswith(".num_batches_tracked"):
                continue  # no layer needs to know it
            values = like(np.asarray(value), self.blocks[0]).reshape(-1)
            if name in self.buffer_places:
                self.buffers[..., self.buffer_places[name].part] = values
            else:
                place = self.places[name]
                self.blocks[place.block][..., place.own] = values

    def forward(self, x: Array, training: bool = False) -> Array:
        """(..., batch, features) to (..., batch, classes)."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dy: Array) -> None:
        """Fill `gradients` from ∂L/∂outputs: the chain rule, one layer at a time."""
        for number, layer in reversed(list(enumerate(self.layers))[self.first :]):
            dy = layer.backward(dy, need_dx=number > self.first)
