"""Initial weights, drawn once in float64 with NumPy and given to both twins.

Each initialiser takes a generator, the shape (out, in) of a weight, and the model's keys, and
returns the weight and the bias. Biases start at 0, except in PyTorch's own scheme.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt
from typing import Any

import numpy as np

from twinprop.models.base import ModelConfig

Float = np.ndarray[Any, np.dtype[np.float64]]
Pair = tuple[Float, Float]
Initialiser = Callable[[np.random.Generator, tuple[int, ...], ModelConfig], Pair]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out): how many inputs reach one unit, and how many units one input reaches."""
    return prod(shape[1:]), shape[0] * prod(shape[2:])


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], bound: float) -> Pair:
    return rng.uniform(-bound, bound, shape), np.zeros(shape[0])


def _normal(rng: np.random.Generator, shape: tuple[int, ...], std: float) -> Pair:
    return rng.normal(0.0, std, shape), np.zeros(shape[0])


def torch_default(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """nn.Linear's own: weights and biases uniform within 1/√fan_in."""
    bound = 1 / sqrt(fans(shape)[0])
    return rng.uniform(-bound, bound, shape), rng.uniform(-bound, bound, shape[0])


def kaiming_uniform(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Uniform within √(6/fan_in), so with variance 2/fan_in  (He et al. 2015)."""
    return _uniform(rng, shape, sqrt(6 / fans(shape)[0]))


def kaiming_normal(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Normal with variance 2/fan_in  (He et al. 2015)."""
    return _normal(rng, shape, sqrt(2 / fans(shape)[0]))


def xavier_uniform(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Uniform within √(6/(fan_in + fan_out))  (Glorot & Bengio 2010)."""
    return _uniform(rng, shape, sqrt(6 / sum(fans(shape))))


def xavier_normal(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Normal with variance 2/(fan_in + fan_out)  (Glorot & Bengio 2010)."""
    return _normal(rng, shape, sqrt(2 / sum(fans(shape))))


def normal(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Normal with standard deviation `model.init_std`."""
    return _normal(rng, shape, model.init_std)


def fan_in_normal(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Normal with variance 1/fan_in  (LeCun et al. 1998)."""
    return _normal(rng, shape, sqrt(1 / fans(shape)[0]))


def vgg(rng: np.random.Generator, shape: tuple[int, ...], model: ModelConfig) -> Pair:
    """Convolutions normal with variance 2/fan_out  (He et al. 2015), other weights as xavier_normal."""
    if len(shape) > 2:
        return _normal(rng, shape, sqrt(2 / fans(shape)[1]))
    return xavier_normal(rng, shape, model)


def recurrent(
    rng: np.random.Generator, shapes: dict[str, tuple[int, ...]], model: ModelConfig, initialise: Initialiser
) -> dict[str, Float]:
    """The parameters of a recurrent layer: each matrix by the initialiser, biases 0; PyTorch's own within 1/√hidden."""
    if initialise is torch_default:
        bound = 1 / sqrt(shapes["weight_hh_l0"][1])
        return {name: rng.uniform(-bound, bound, shape) for name, shape in shapes.items()}
    return {
        name: initialise(rng, shape, model)[0] if len(shape) > 1 else np.zeros(shape) for name, shape in shapes.items()
    }
