"""A network is a row of layers over one vector of parameters.

All parameters lie in one array (..., P), and all gradients in another; layers hold views of them. So
an optimizer updates a network, or a stack of networks, with one expression.
"""

from __future__ import annotations

from math import prod
from typing import Any

from twinprop import registry
from twinprop.models.base import Layer
from twinprop.scratch.arrays import Array, namespace


class Network:
    """Forward through the layers, and backward through them in reverse.

    Args:
        description: the layers, as a model describes them.
        parameters: (..., P), filled with the initial values in the order of `slices`.
    """

    def __init__(self, description: list[Layer], parameters: Array) -> None:
        self.layers: list[Any] = [registry.load(layer.twin().scratch)(**layer.arguments) for layer in description]
        self.parameters, self.gradients = parameters, namespace(parameters).zeros_like(parameters)
        self.places: dict[str, tuple[slice, tuple[int, ...]]] = {}
        start = 0
        for (name, _, _), layer in zip(description, self.layers, strict=True):
            for key, shape in layer.shapes.items():
                part = slice(start, start := start + prod(shape))
                self.places[f"{name}.{key}"] = part, shape
                setattr(layer, key, parameters[..., part].reshape(*parameters.shape[:-1], *shape))
                setattr(layer, f"{key}_grad", self.gradients[..., part].reshape(*parameters.shape[:-1], *shape))
        # below the first layer with parameters nobody needs a gradient
        self.first = next(number for number, layer in enumerate(self.layers) if layer.shapes)

    def forward(self, x: Array, training: bool = False) -> Array:
        """(..., batch, features) to (..., batch, classes)."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dy: Array) -> None:
        """Fill `gradients` from ∂L/∂outputs: the chain rule, one layer at a time."""
        for number, layer in reversed(list(enumerate(self.layers))[self.first :]):
            dy = layer.backward(dy, need_dx=number > self.first)
