"""What is inside a network: what its first layer looks for, how large each layer's outputs and gradients are, what it
would say after each element of a sequence.

All of it from a network by hand and its state dict, whichever twin trains it. A block is a layer with a matrix and what
follows up to the next one: what it hands on is what the next matrix reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.learners.build import refuse_lacking, scratch_layers
from twinprop.models.base import LayerSpec
from twinprop.scratch.network import Network
from twinprop.scratch.recurrent import Recurrent

SMALLEST_IMAGE = 4
"""Pixels: what has fewer in a direction is a sequence and not an image."""

CHANNELS = (1, 3)
"""Of an image that can be shown: grey, or red, green and blue."""


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether samples of a shape are images that can be shown."""
    return len(shape) >= 2 and min(shape[-2:]) >= SMALLEST_IMAGE and (len(shape) == 2 or shape[0] in CHANNELS)


def by_hand(specs: Sequence[LayerSpec], state: Mapping[str, Any], dtype: str) -> Network:
    """The network by hand, with the parameters of a state dict.

    Raises:
        ConfigError: it has a layer that PyTorch alone has.
    """
    refuse_lacking(specs, "scratch")
    layers = scratch_layers(specs)
    count = sum(prod(shape) for layer in layers.values() for shape in layer.shapes.values())
    network = Network(layers, parameters=np.zeros(count, dtype))
    network.load_state_dict(state)
    return network


def as_probabilities(outputs: NDArray[Any], loss: str) -> NDArray[Any]:
    """Outputs (n, classes) as probabilities, where the network was trained on cross entropy; else as they are."""
    if loss != "cross_entropy":
        return outputs
    e = np.exp(outputs - outputs.max(-1, keepdims=True))
    return np.asarray(e / e.sum(-1, keepdims=True))


def first_weights(state: Mapping[str, Any], shape: tuple[int, ...]) -> NDArray[Any] | None:
    """What the units of the first layer multiply an image by, (units, height, width) or (units, 3, height, width).

    Of a convolution these are its filters; else each is of the image's shape. None where they are no images.

    Args:
        state: the network's state dict.
        shape: of a sample.
    """
    weight = next((value for value in map(np.asarray, state.values()) if value.ndim > 1), None)
    if weight is None:
        return None
    if weight.ndim == 4 and weight.shape[1] in CHANNELS:
        return weight[:, 0] if weight.shape[1] == 1 else weight
    if weight.ndim == 2 and is_image(shape) and weight.shape[1] == np.prod(shape):
        return weight.reshape(-1, *(shape[1:] if len(shape) == 3 and shape[0] == 1 else shape))
    return None


def with_matrix(network: Network, name: str) -> bool:
    """Whether a layer has a matrix, and begins a block."""
    return any(len(shape) > 1 for shape in network.named[name].shapes.values())


def activation_sizes(network: Network, x: NDArray[Any]) -> dict[str, float]:
    """The root mean square of what each block hands on, by the name of its first layer.

    Args:
        network: by hand.
        x: samples, (n, *shape).
    """
    found: dict[str, float] = {}
    block = ""
    for name, layer in network.named.items():
        x = layer.forward(x)
        block = name if with_matrix(network, name) else block
        if block:
            found[block] = rms([x])
    return found


def gradient_sizes(gradients: Mapping[str, Any]) -> dict[str, float]:
    """The root mean square of the gradients of each block's matrices, by the name of its first layer.

    Args:
        gradients: of parameters by their names, in the order of the network.
    """
    matrices: dict[str, list[Any]] = {}
    for name, value in gradients.items():
        if np.ndim(value) > 1:
            matrices.setdefault(name.rpartition(".")[0], []).append(value)
    return {layer: rms(values) for layer, values in matrices.items()}


def rms(arrays: Iterable[Any]) -> float:
    """√(mean of the squares) over some arrays."""
    flat = [np.ravel(each) for each in arrays]
    # squares of small gradients would be below float32's smallest number
    scale = max((float(np.abs(each).max(initial=0.0)) for each in flat), default=0.0)
    if not scale or not np.isfinite(scale):
        return scale
    scaled = [each / scale for each in flat]
    return scale * float(np.sqrt(sum(float(each @ each) for each in scaled) / sum(each.size for each in scaled)))


def by_position(network: Network, x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any] | None:
    """The accuracy of what a recurrent network would say if its sequence ended after each element, (elements,).

    The last layer's state after every element goes the way that after the last one goes. None of other networks.

    Args:
        network: by hand.
        x: sequences, (n, *shape).
        y: their classes, (n,).
    """
    names = list(network.named)
    recurrent = [name for name in names if isinstance(network.named[name], Recurrent)]
    if not recurrent or names.index(recurrent[-1]) + 1 >= len(names):
        return None
    last = names.index(recurrent[-1])
    for layer in network.layers[: last + 1]:
        x = layer.forward(x)
    for layer in network.layers[last + 1 :]:
        # one sequence of one element for each state
        x = layer.forward(x.reshape(-1, 1, x.shape[-1]) if layer is network.layers[last + 1] else x)
    return np.asarray((x.argmax(-1).reshape(len(y), -1) == y[:, None]).mean(0))
