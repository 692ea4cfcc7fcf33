"""Optimizers: the rule by which a gradient moves the parameters.

An optimizer is its hyperparameters and one rule, `update`, which works in place on all parameters of
a network as one vector p (..., P) with gradient g. Names and meaning are those of torch.optim. A
hyperparameter is a number, or an array (..., 1) with one number for each network of a stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from twinprop.arrays.blas import subtract
from twinprop.arrays.namespace import Array, namespace
from twinprop.fields import number

State = dict[str, Array]


def used(value: Any) -> bool:
    """False for the number 0, which lets a rule skip a term; an array is always used."""
    return not isinstance(value, int | float) or value != 0


@dataclass
class Optimizer:
    """The keys that all optimizers share."""

    name: str
    lr: float = number(0.1, gt=0)

    def slots(self) -> tuple[str, ...]:
        """Names of the vectors that `update` remembers between steps; they start at 0."""
        return ()

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        """Do update number t = 1, 2, ... to p in place."""
        raise NotImplementedError

    def stackable(self) -> Optimizer:
        """The same optimizer for a stack, whose rule runs with every term that any of its networks needs."""
        return self

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the optimizer."""
        yield from ()


@dataclass
class SGD(Optimizer):
    """Gradient descent with momentum  (Sutskever et al. 2013, in PyTorch's form)."""

    name: str = "sgd"
    momentum: float = number(0.0, ge=0)
    dampening: float = number(0.0)
    weight_decay: float = number(0.0, ge=0)
    nesterov: bool = False

    def slots(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if used(self.momentum) else ()

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            # the penalty λ/2 ‖p‖² has the gradient λ p
            g = g + self.weight_decay * p
        if used(self.momentum):
            # v ← μ v + (1 − dampening) g, except that the first v is g itself
            v = state["momentum_buffer"]
            v[...] = g if t == 1 else self.momentum * v + (1 - self.dampening) * g
            g = g + self.momentum * v if self.nesterov else v
        # p ← p − lr · g
        subtract(p, self.lr, g)

    def stackable(self) -> SGD:
        # with μ = 0 the rule above is v ← (1 − dampening) g, where a network without momentum takes g
        return self if used(self.momentum) else replace(self, dampening=0.0)

    def problems(self) -> Iterator[str]:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            yield "optimizer.nesterov=true: needs optimizer.momentum above 0 and optimizer.dampening=0."


@dataclass
class Adam(Optimizer):
    """Adaptive moments  (Kingma & Ba 2015); with `amsgrad`, Reddi et al. 2018."""

    name: str = "adam"
    lr: float = number(0.001, gt=0)
    betas: tuple[float, float] = number((0.9, 0.999), ge=0, lt=1)
    eps: float = number(1e-8, ge=0)
    weight_decay: float = number(0.0, ge=0)
    amsgrad: bool = False

    def slots(self) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if self.amsgrad else ()))

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        self.step(p, g + self.weight_decay * p if used(self.weight_decay) else g, state, t)

    def step(self, p: Array, g: Array, state: State, t: int) -> None:
        """Adam's own rule, without weight decay."""
        xp, (beta1, beta2) = namespace(p), self.betas
        m, v = state["exp_avg"], state["exp_avg_sq"]
        # m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g²; dividing by 1 − βᵗ corrects their start at 0
        m += (1 - beta1) * (g - m)
        v *= beta2
        v += (1 - beta2) * (g * g)
        if self.amsgrad:
            # the largest v so far, so that the steps never grow again
            largest = state["max_exp_avg_sq"]
            largest[...] = v = xp.maximum(largest, v)
        # p ← p − lr · m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
        p -= self.lr / (1 - beta1**t) * m / (xp.sqrt(v) / (1 - beta2**t) ** 0.5 + self.eps)


@dataclass
class AdamW(Adam):
    """Adam with weight decay apart from the gradient  (Loshchilov & Hutter 2019)."""

    name: str = "adamw"
    weight_decay: float = number(0.01, ge=0)

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            # p ← p − lr · λ p, which no moment sees
            p *= 1 - self.lr * self.weight_decay
        self.step(p, g, state, t)


@dataclass
class RMSprop(Optimizer):
    """Steps scaled by a running root mean square of the gradient  (Tieleman & Hinton 2012)."""

    name: str = "rmsprop"
    lr: float = number(0.01, gt=0)
    alpha: float = number(0.99, ge=0)
    eps: float = number(1e-8, ge=0)
    weight_decay: float = number(0.0, ge=0)
    momentum: float = number(0.0, ge=0)
    centered: bool = False

    def slots(self) -> tuple[str, ...]:
        return (
            "square_avg",
            *(("grad_avg",) if self.centered else ()),
            *(("momentum_buffer",) if used(self.momentum) else ()),
        )

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            g = g + self.weight_decay * p
        # s ← α s + (1 − α) g²; centred, the variance s − ḡ² takes its place
        s = state["square_avg"]
        s *= self.alpha
        s += (1 - self.alpha) * (g * g)
        if self.centered:
            mean = state["grad_avg"]
            mean += (1 - self.alpha) * (g - mean)
            s = s - mean * mean
        step = g / (namespace(p).sqrt(s) + self.eps)
        if used(self.momentum):
            # b ← μ b + g / (√s + ε)
            b = state["momentum_buffer"]
            b *= self.momentum
            b += step
            step = b
        p -= self.lr * step


@dataclass
class Adagrad(Optimizer):
    """Steps scaled by the root of the sum of all squared gradients so far  (Duchi et al. 2011)."""

    name: str = "adagrad"
    lr: float = number(0.01, gt=0)
    lr_decay: float = number(0.0, ge=0)
    weight_decay: float = number(0.0, ge=0)
    initial_accumulator_value: float = number(0.0, ge=0)
    eps: float = number(1e-10, ge=0)

    def slots(self) -> tuple[str, ...]:
        return ("sum",)

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            g = g + self.weight_decay * p
        total = state["sum"]
        if t == 1:
            total += self.initial_accumulator_value
        # s ← s + g² and p ← p − lr / (1 + (t − 1) · decay) · g / (√s + ε)
        total += g * g
        p -= self.lr / (1 + (t - 1) * self.lr_decay) * g / (namespace(p).sqrt(total) + self.eps)
