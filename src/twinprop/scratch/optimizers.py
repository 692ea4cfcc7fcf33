"""Optimizers: the rule by which a gradient moves the parameters.

An optimizer is its hyperparameters and one rule, `update`, which works in place on all parameters of
a network as one vector p (..., P) with gradient g. Names and meaning are those of torch.optim. A
hyperparameter is a number, or an array (..., 1) with one number for each network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twinprop.arrays.blas import subtract
from twinprop.arrays.namespace import Array, namespace
from twinprop.fields import number

if TYPE_CHECKING:
    from twinprop.scratch.network import Network

State = dict[str, Array]


def used(value: Any) -> bool:
    """False for the number 0, which lets a rule skip a term; an array is always used."""
    return not isinstance(value, int | float) or value != 0


@dataclass(kw_only=True)
class Optimizer:
    """What all optimizers share.

    Attributes:
        state: the vectors that `update` remembers between steps, by name.
        steps: updates done so far.
    """

    name: str
    lr: float = number(0.1, gt=0)

    def __post_init__(self) -> None:
        # set here and not as fields, for what an optimizer remembers is no key of the configuration
        self.state: State = {}
        self.steps = 0

    def step(self, network: Network) -> None:
        """Update the parameters of a network from its gradients."""
        if self.steps == 0 and not self.state:
            self.init_state(network.parameters)
        network.steps += 1
        self.steps += 1
        self.update(network.parameters, network.gradients, self.state, self.steps)

    def init_state(self, p: Array) -> None:
        """Remember zeros, for parameters p (..., P)."""
        self.state = {name: namespace(p).zeros_like(p) for name in self.state_names()}

    def state_names(self) -> tuple[str, ...]:
        """Names of the vectors in `state`, which start at 0."""
        return ()

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        """Do update number t = 1, 2, ... to p in place."""
        raise NotImplementedError

    @property
    def scheduled_momentum(self) -> Any:
        """What a schedule of momenta moves: the momentum, or Adam's β₁; None where there is neither."""
        return getattr(self, "momentum", None)

    @scheduled_momentum.setter
    def scheduled_momentum(self, value: Any) -> None:
        self.momentum = value

    def stackable(self) -> Optimizer:
        """The same optimizer, with every term that another needs whose numbers are others."""
        return self

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the optimizer."""
        yield from ()


@dataclass(kw_only=True)
class SGD(Optimizer):
    """Gradient descent with momentum  (Sutskever et al. 2013, in PyTorch's form)."""

    name: str = "sgd"
    momentum: float = number(0.0, ge=0)
    dampening: float = number(0.0)
    weight_decay: float = number(0.0, ge=0)
    nesterov: bool = False

    def state_names(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if used(self.momentum) else ()

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            # the penalty λ/2 ‖p‖² has the gradient λ p
            g = g + self.weight_decay * p
        if used(self.momentum):
            # v ← μ v + (1 − dampening) g, except that the first v is g itself
            v = state["momentum_buffer"]
            if t == 1:
                v[...] = g
            else:
                v *= self.momentum
                v += (1 - self.dampening) * g if used(self.dampening) else g
            g = g + self.momentum * v if self.nesterov else v
        # p ← p − lr · g
        subtract(p, self.lr, g)

    def stackable(self) -> SGD:
        # with μ = 0 the rule above is v ← (1 − dampening) g, where a network without momentum takes g
        return self if used(self.momentum) else replace(self, dampening=0.0)

    def problems(self) -> Iterator[str]:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            yield "optimizer.nesterov=true: needs optimizer.momentum above 0 and optimizer.dampening=0."


@dataclass(kw_only=True)
class Adam(Optimizer):
    """Adaptive moments  (Kingma & Ba 2015); with `amsgrad`, Reddi et al. 2018."""

    name: str = "adam"
    lr: float = number(0.001, gt=0)
    betas: tuple[float, float] = number((0.9, 0.999), ge=0, lt=1)
    eps: float = number(1e-8, ge=0)
    weight_decay: float = number(0.0, ge=0)
    amsgrad: bool = False

    def state_names(self) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if self.amsgrad else ()))

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        self.adapt(p, g + self.weight_decay * p if used(self.weight_decay) else g, state, t)

    @property
    def scheduled_momentum(self) -> Any:
        return self.betas[0]

    @scheduled_momentum.setter
    def scheduled_momentum(self, value: Any) -> None:
        self.betas = (value, self.betas[1])

    def adapt(self, p: Array, g: Array, state: State, t: int) -> None:
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


@dataclass(kw_only=True)
class AdamW(Adam):
    """Adam with weight decay apart from the gradient  (Loshchilov & Hutter 2019)."""

    name: str = "adamw"
    weight_decay: float = number(0.01, ge=0)

    def update(self, p: Array, g: Array, state: State, t: int) -> None:
        if used(self.weight_decay):
            # p ← p − lr · λ p, which no moment sees
            p *= 1 - self.lr * self.weight_decay
        self.adapt(p, g, state, t)


@dataclass(kw_only=True)
class RMSprop(Optimizer):
    """Steps scaled by a running root mean square of the gradient  (Tieleman & Hinton 2012)."""

    name: str = "rmsprop"
    lr: float = number(0.01, gt=0)
    alpha: float = number(0.99, ge=0)
    eps: float = number(1e-8, ge=0)
    weight_decay: float = number(0.0, ge=0)
    momentum: float = number(0.0, ge=0)
    centered: bool = False

    def state_names(self) -> tuple[str, ...]:
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


@dataclass(kw_only=True)
class Adagrad(Optimizer):
    """Steps scaled by the root of the sum of all squared gradients so far  (Duchi et al. 2011)."""

    name: str = "adagrad"
    lr: float = number(0.01, gt=0)
    lr_decay: float = number(0.0, ge=0)
    weight_decay: float = number(0.0, ge=0)
    initial_accumulator_value: float = number(0.0, ge=0)
    eps: float = number(1e-10, ge=0)

    def state_names(self) -> tuple[str, ...]:
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


def clip_grad_norm(gradients: Sequence[Array], max_norm: Any) -> Array:
    """Scale each network's gradient in place so that its norm is at most `max_norm`  (Pascanu et al. 2013).

    Args:
        gradients: parts of the gradient, (..., n) each.
        max_norm: a number, or (...) with one for each network.

    Returns:
        The norms before, (...).
    """
    norm = grad_norm(gradients)
    # g ← g · min(1, max_norm / (‖g‖ + 1e-6)), PyTorch's clip_grad_norm_
    scale = (max_norm / (norm + 1e-6)).clip(None, 1)
    for g in gradients:
        g *= scale[..., None]
    return norm


def grad_norm(gradients: Sequence[Array]) -> Array:
    """‖g‖ of each network, (...), from parts of the gradient, (..., n) each."""
    squares = [(g * g).sum(-1) for g in gradients]
    return namespace(squares[0]).sqrt(sum(squares[1:], squares[0]))
