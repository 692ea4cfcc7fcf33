"""Initial weights: how the entries of a matrix are drawn, in float64.

An initialiser takes a generator and the shape of a weight, (out, in) or (out, in, height, width). Which of its
parameters are weights, and how the others start, is for the layer to say (`Layer.initial_parameters`).
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Initializer = Callable[[np.random.Generator, tuple[int, ...]], Float]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out): how many inputs reach one unit, and how many units one input reaches."""
    return prod(shape[1:]), shape[0] * prod(shape[2:])


def uniform(rng: np.random.Generator, shape: tuple[int, ...], bound: float) -> Float:
    """Uniform within ±bound."""
    return rng.uniform(-bound, bound, shape)


def normal(rng: np.random.Generator, shape: tuple[int, ...], std: float = 0.01) -> Float:
    """Normal with standard deviation `std`."""
    return rng.normal(0.0, std, shape)


def kaiming_uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Uniform within √(6/fan_in), so with variance 2/fan_in  (He et al. 2015)."""
    return uniform(rng, shape, sqrt(6 / fans(shape)[0]))


def kaiming_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Normal with variance 2/fan_in  (He et al. 2015)."""
    return normal(rng, shape, sqrt(2 / fans(shape)[0]))


def xavier_uniform(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Uniform within √(6/(fan_in + fan_out))  (Glorot & Bengio 2010)."""
    return uniform(rng, shape, sqrt(6 / sum(fans(shape))))


def xavier_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Normal with variance 2/(fan_in + fan_out)  (Glorot & Bengio 2010)."""
    return normal(rng, shape, sqrt(2 / sum(fans(shape))))


def fan_in_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Normal with variance 1/fan_in  (LeCun et al. 1998)."""
    return normal(rng, shape, sqrt(1 / fans(shape)[0]))


def vgg(rng: np.random.Generator, shape: tuple[int, ...]) -> Float:
    """Convolutions normal with variance 2/fan_out  (He et al. 2015), other weights as xavier_normal."""
    if len(shape) > 2:
        return normal(rng, shape, sqrt(2 / fans(shape)[1]))
    return xavier_normal(rng, shape)
