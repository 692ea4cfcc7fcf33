"""Activations: one function each, and its derivative in one line.

`forward` maps z to a = f(z). `backward` takes ∂L/∂a and returns ∂L/∂z = f'(z) · ∂L/∂a. Shapes never
change. Each keeps whichever of z and a makes the derivative cheapest.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from twinprop.arrays.erf import erf
from twinprop.arrays.namespace import Array, largest, like, namespace, positive
from twinprop.scratch.layer import Layer


class Activation(Layer):
    """A layer without parameters, which keeps the shape of what comes in."""

    rises = False
    """Whether f(z) is a function of each z alone that never falls, so that the largest f(z) is f of the largest z."""


class Identity(Activation):
    """f(z) = z"""

    rises = True

    def forward(self, z: Array, training: bool = False) -> Array:
        return z

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        return da


class ReLU(Activation):
    """f(z) = max(z, 0)"""

    rises = True

    def forward(self, z: Array, training: bool = False) -> Array:
        self.a = positive(z)
        return self.a

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = 1 where z > 0, else 0; at the kink we take 0, as PyTorch does
        return da * (self.a > 0)


class LeakyReLU(Activation):
    """f(z) = z for z > 0, else s·z, with the slope s = `negative_slope`"""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope, self.rises = negative_slope, negative_slope >= 0

    def forward(self, z: Array, training: bool = False) -> Array:
        # a sum of products: to choose by signs, which no processor can predict, takes several times as long
        positive = like(z > 0, z)
        self.slope = positive + self.negative_slope * (1 - positive)
        return z * self.slope

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = 1 where z > 0, else s
        return da * self.slope


class Tanh(Activation):
    """f(z) = tanh z"""

    rises = True

    def forward(self, z: Array, training: bool = False) -> Array:
        self.a = namespace(z).tanh(z)
        return self.a

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # tanh'(z) = 1 − tanh²(z)
        return da * (1 - self.a * self.a)


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ). Where the exponential overflows to ∞, this is 0, as it should be."""
    with np.errstate(over="ignore"):
        return 1 / (1 + namespace(z).exp(-z))


class Sigmoid(Activation):
    """f(z) = σ(z)"""

    rises = True

    def forward(self, z: Array, training: bool = False) -> Array:
        self.a = sigmoid(z)
        return self.a

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # σ'(z) = σ(z) (1 − σ(z))
        return da * self.a * (1 - self.a)


class ELU(Activation):
    """f(z) = z for z > 0, else eᶻ − 1  (Clevert et al. 2016, α = 1)"""

    rises = True

    def forward(self, z: Array, training: bool = False) -> Array:
        self.a = z.clip(0) + namespace(z).expm1(z.clip(None, 0))
        return self.a

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = 1 where z > 0, else eᶻ = f(z) + 1
        return da * (self.a.clip(None, 0) + 1)


class GELU(Activation):
    """f(z) = z Φ(z), with Φ the normal distribution function  (Hendrycks & Gimpel 2016)"""

    def forward(self, z: Array, training: bool = False) -> Array:
        self.z = z
        self.cdf = (1 + erf(z / sqrt(2))) / 2
        return z * self.cdf

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = Φ(z) + z φ(z), with the density φ(z) = e^(−z²/2) / √(2π)
        density = namespace(da).exp(-self.z * self.z / 2) / sqrt(2 * pi)
        return da * (self.cdf + self.z * density)


class SiLU(Activation):
    """f(z) = z σ(z)  (Elfwing et al. 2018)"""

    def forward(self, z: Array, training: bool = False) -> Array:
        self.z, self.s = z, sigmoid(z)
        return z * self.s

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = σ(z) + z σ(z) (1 − σ(z))
        return da * (self.s + self.z * self.s * (1 - self.s))


class Softplus(Activation):
    """f(z) = log(1 + eᶻ), and z itself above 20, where the two agree to 2e-9 (PyTorch's threshold)"""

    rises = True
    threshold = 20.0

    def forward(self, z: Array, training: bool = False) -> Array:
        xp = namespace(z)
        self.z = z
        return xp.where(z > self.threshold, z, z.clip(0) + xp.log1p(xp.exp(-abs(z))))

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # f'(z) = σ(z), and 1 above the threshold
        return namespace(da).where(self.z > self.threshold, da, da * sigmoid(self.z))


def softmax(z: Array) -> Array:
    """pᵢ = eᶻⁱ / Σⱼ eᶻʲ over the last axis; shifted by the largest z, so that nothing overflows."""
    xp = namespace(z)
    e = xp.exp(z - largest(z))
    return e / e.sum(-1, keepdims=True)


class Softmax(Activation):
    """f(z) = softmax z over the features: the only activation here whose outputs see one another"""

    def forward(self, z: Array, training: bool = False) -> Array:
        self.p = softmax(z)
        return self.p

    def backward(self, da: Array, need_dx: bool = True) -> Array:
        # ∂pᵢ/∂zⱼ = pᵢ (δᵢⱼ − pⱼ)  ⇒  ∂L/∂z = p ⊙ (∂L/∂p − Σⱼ pⱼ ∂L/∂pⱼ)
        return self.p * (da - (self.p * da).sum(-1, keepdims=True))
