"""A network is a row of layers over one vector of parameters.

All parameters lie in one array (P,), and all gradients in another; layers hold views of them. So an
optimizer updates a network with one expression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, as_samples, full, like, namespace, to_numpy
from twinprop.arrays.random import INIT, generator
from twinprop.scratch.dropout import Random
from twinprop.scratch.init import Float, Initializer
from twinprop.scratch.layer import Layer
from twinprop.scratch.pool_first import pool_first

MOST_NAMED = 10
"""Layers of a network that are all named where it is printed."""


class Network:
    """Forward through the layers, and backward through them in reverse.

    Args:
        layers: in the order of the way forward. Names in the state dict are "0", "1", ..., as nn.Sequential gives
            them, or the keys of a dictionary.
        seed: of the initial weights, and of what dropout and noise draw.
        init: how weights are drawn, such as `kaiming_uniform`; None is PyTorch's own way.
        dtype: `float64`, or `float32`, which is faster.
        parameters: initial values in place of drawn ones, (..., P), in the order of the layers: a NumPy array or a
            torch tensor, on whose device the network works then.

    Attributes:
        parameters: (..., P).
        gradients: (..., P), which `backward` fills.
        shapes: shape of each parameter by its name.
        steps: updates done so far.
        sample_shape: where it is set, x is (n, *sample_shape), but may lie flat or have other axes of length 1.
    """

    sample_shape: tuple[int, ...] | None = None

    def __init__(
        self,
        layers: Sequence[Layer] | Mapping[str, Layer],
        seed: int = 0,
        init: Initializer | None = None,
        dtype: str = "float64",
        parameters: Array | None = None,
    ) -> None:
        self.named = dict(layers) if isinstance(layers, Mapping) else {str(n): each for n, each in enumerate(layers)}
        self.layers = list(self.named.values())
        self.shapes = {f"{name}.{key}": s for name, layer in self.named.items() for key, s in layer.shapes.items()}
        if parameters is None:
            drawn = initial_parameters(self.named, seed, init)
            parameters = np.concatenate([np.zeros(0), *(value.ravel() for value in drawn.values())]).astype(dtype)
        self.allocate(parameters)
        self.lend_buffers(parameters)
        self.dtype = parameters.dtype if isinstance(parameters, np.ndarray) else None
        self.random = [layer for layer in self.layers if isinstance(layer, Random)]
        for number, random in enumerate(self.random, start=1):
            random.seeds, random.index = (seed,), number if random.index is None else random.index
        self.steps = 0
        self.way = pool_first(self.layers)
        # below the first layer with parameters nobody needs a gradient
        first = next((number for number, layer in enumerate(self.way) if layer.shapes), len(self.way))
        self.way_back = [(layer, number > first) for number, layer in enumerate(self.way) if number >= first][::-1]

    def allocate(self, parameters: Array) -> None:
        """Lay out parameters and gradients, and lend each layer its own."""
        self.parameters, self.gradients = parameters, namespace(parameters).zeros_like(parameters)
        start = 0
        for name, shape in self.shapes.items():
            part = slice(start, start := start + prod(shape))
            self.lend(name, self.parameters[..., part], self.gradients[..., part])

    def lend(self, name: str, parameter: Array, gradient: Array) -> None:
        """Give a layer its views of a parameter and of its gradient, (..., n) each."""
        owner, _, key = name.rpartition(".")
        shape = (*parameter.shape[:-1], *self.shapes[name])
        setattr(self.named[owner], key, parameter.reshape(shape))
        setattr(self.named[owner], f"{key}_grad", gradient.reshape(shape))

    def lend_buffers(self, parameters: Array) -> None:
        """Lay out what layers keep beside parameters, as one array (..., B), and lend each its own."""
        kept = [(layer, key, value) for layer in self.layers for key, value in layer.buffers.items()]
        self.buffers = full((*parameters.shape[:-1], sum(value.size for *_, value in kept)), 0, parameters)
        start = 0
        for layer, key, value in kept:
            view = self.buffers[..., start : (start := start + value.size)]
            view[...] = like(value, parameters)
            setattr(layer, key, view)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Outputs (..., batch, classes) for x (..., batch, features)."""
        if self.dtype is not None:
            x = np.asarray(to_numpy(x) if hasattr(x, "detach") else x, self.dtype)
        if self.sample_shape is not None:
            x = as_samples(x, self.sample_shape)
        if training:
            for random in self.random:
                random.step = self.steps
        for layer in self.way:
            x = layer.forward(x, training)
        return x

    def backward(self, dy: Array) -> None:
        """Fill `gradients` from ∂L/∂outputs: the chain rule, one layer at a time."""
        for layer, need_dx in self.way_back:
            dy = layer.backward(dy, need_dx)

    @property
    def gradient_parts(self) -> list[Array]:
        """The gradients, as the parts (..., n) that they lie in."""
        return [self.gradients]

    def buffer_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each buffer by its name, in the order in which they lie in `buffers`."""
        return {f"{name}.{key}": v.shape for name, layer in self.named.items() for key, v in layer.buffers.items()}

    def state_dict(self) -> dict[str, Any]:
        """Copies of parameters and buffers by their names in torch."""
        return self.unpack(to_numpy(self.parameters).copy(), to_numpy(self.buffers).copy(), self.steps)

    def unpack(self, parameters: Array, buffers: Array, steps: int) -> dict[str, Any]:
        """One network's parameters (P,) and buffers (B,) by their names in torch, layer by layer."""
        return layer_by_layer(views(parameters, self.shapes) | views(buffers, self.buffer_shapes()), steps)

    def load_state_dict(self, values: Mapping[str, Any]) -> None:
        """Take over parameters and buffers by their names in torch, each for all networks where there are several.

        Raises:
            ValueError: a name is not there, or a shape is another.
        """
        known = self.shapes | self.buffer_shapes()
        for name, value in values.items():
            if name.endswith(".num_batches_tracked"):
                continue  # no layer needs to know it
            if name not in known:
                raise ValueError(f"{name}: there is no such parameter; expected {', '.join(known)}")
            if np.shape(value) != known[name]:
                raise ValueError(f"{name}: expected {known[name]}, got {np.shape(value)}")
            own = self.find(name)
            own[...] = like(np.asarray(value), own)

    def find(self, name: str) -> Array:
        """A parameter or buffer by its name."""
        owner, _, key = name.rpartition(".")
        return getattr(self.named[owner], key)

    def __repr__(self) -> str:
        names = [type(layer).__name__ for layer in self.layers]
        if len(names) > MOST_NAMED:
            names[3:-2] = [f"... {len(names) - 5} more ..."]
        return f"Network({', '.join(names)}; {sum(map(prod, self.shapes.values())):,} parameters)"


def initial_parameters(layers: Mapping[str, Layer], seed: int, init: Initializer | None = None) -> dict[str, Float]:
    """Every parameter of a network by its name, in the order of the layers, which draw from one generator in turn."""
    rng = generator(seed, INIT)
    return {
        f"{name}.{key}": value
        for name, layer in layers.items()
        for key, value in layer.initial_parameters(rng, init).items()
    }


def views(vector: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """The parts of a vector (n,) by name, each in its shape."""
    found, start = {}, 0
    for name, shape in shapes.items():
        found[name] = vector[start : (start := start + prod(shape))].reshape(shape)
    return found


def layer_by_layer(values: Mapping[str, Any], steps: int) -> dict[str, Any]:
    """Parameters and buffers by name as torch.nn has them: those of a layer side by side, batches counted."""
    # every update is a batch
    counts = {
        f"{name.removesuffix('running_var')}num_batches_tracked" for name in values if name.endswith("running_var")
    }
    found = {**values, **{name: np.array(steps) for name in sorted(counts)}}
    order = {layer: place for place, layer in enumerate(dict.fromkeys(name.rpartition(".")[0] for name in found))}
    return dict(sorted(found.items(), key=lambda item: order[item[0].rpartition(".")[0]]))
