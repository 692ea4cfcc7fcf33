"""Layers of a stack in PyTorch: functions of tensors with an axis of networks in front.

Layers that see that axis stand here, and `vectorized` for all others with parameters; what has none works on any
leading axes as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from twinprop.config.schema import Config
from twinprop.models.base import LayerSpec
from twinprop.scratch.dropout import dropout_scale, noise

Forward = Callable[[Tensor, bool], Tensor]
"""A layer for all networks: (networks or 1, batch, ...) to (networks, batch, ...), and whether it is training."""


class Stack(Protocol):
    """What a layer needs to know of its stack."""

    configs: list[Config]
    buffers: dict[str, Tensor]
    steps: int

    def numbers(self, layers: list[LayerSpec], argument: str) -> Any:
        """An argument of a layer: one number, or (networks, 1, 1)."""


def linear(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """y = x Wᵀ + b with W (networks, out, in); where all networks read the same x, it is one matrix product."""
    weight, bias = own["weight"], own["bias"]
    count, out, features = weight.shape

    def forward(x: Tensor, training: bool) -> Tensor:
        if len(x) == 1 < count:
            y = x[0] @ weight.view(count * out, features).T + bias.view(-1)
            return y.view(len(y), count, out).transpose(0, 1)
        # y turned, so that ∂L/∂W lies in memory as W does, and needs no copy to be added to it
        return torch.baddbmm(bias[:, :, None], weight, x.mT).mT

    return forward


def dropout(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Dropout with the masks that each network would draw alone."""
    p = stack.numbers(layers, "p")
    seeds, index = tuple(config.seed for config in stack.configs), layers[0].arguments["index"]
    return lambda x, training: x * dropout_scale(x, p, seeds, stack.steps, index) if training else x


def normal_noise(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Noise as each network would have it alone."""
    std = stack.numbers(layers, "std")
    seeds, index = tuple(config.seed for config in stack.configs), layers[0].arguments["index"]
    return lambda x, training: x + noise(x, std, seeds, stack.steps, index) if training else x


def channels(x: Tensor) -> Tensor:
    """(networks, batch, channels, ...) as (batch, networks · channels, ...): the networks as groups of channels."""
    return x.transpose(0, 1).flatten(1, 2)


def conv2d(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Every network convolves its own channels; where all read the same images, it is one convolution."""
    weight, bias, padding = own["weight"], own["bias"], layers[0].arguments["padding"]
    count = len(weight)

    def forward(x: Tensor, training: bool) -> Tensor:
        shared = len(x) == 1 < count
        groups = 1 if shared else count
        y = functional.conv2d(channels(x), weight.flatten(0, 1), bias.flatten(), padding=padding, groups=groups)
        return y.view(len(y), count, -1, *y.shape[2:]).transpose(0, 1)

    return forward


def max_pool2d(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """nn.MaxPool2d, which takes one axis before the channels."""
    module = nn.MaxPool2d(**layers[0].arguments)
    return lambda x, training: torch.unflatten(module(x.flatten(0, 1)), 0, x.shape[:2])


def batch_norm(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """Every feature of every network has its own statistics, as the features of one wide network have."""
    weight, bias = own["weight"], own["bias"]
    shape = weight.shape
    mean, variance = torch.zeros_like(weight).detach(), torch.ones_like(weight).detach()
    stack.buffers |= {f"{layers[0].name}.running_mean": mean, f"{layers[0].name}.running_var": variance}

    def forward(x: Tensor, training: bool) -> Tensor:
        running = mean.view(-1), variance.view(-1)
        y = functional.batch_norm(channels(x), *running, weight.flatten(), bias.flatten(), training)
        return y.view(len(y), *shape, *y.shape[2:]).transpose(0, 1)

    return forward


def rnn_step(a: Tensor, b: Tensor, h: Tensor) -> tuple[Tensor]:
    """nn.RNN's next state, from a = W_ih x + b_ih, b = W_hh h + b_hh and the state before."""
    return (torch.tanh(a + b),)


def lstm_step(a: Tensor, b: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """nn.LSTM's next states, h and c."""
    i, f, g, o = (a + b).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def gru_step(a: Tensor, b: Tensor, h: Tensor) -> tuple[Tensor]:
    """nn.GRU's next state."""
    (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
    z, n = torch.sigmoid(a_z + b_z), torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n)
    return ((1 - z) * n + z * h,)


STEPS: dict[str, tuple[Callable[..., tuple[Tensor, ...]], int]] = {
    "rnn": (rnn_step, 1),
    "lstm": (lstm_step, 2),
    "gru": (gru_step, 1),
}
"""A step of each cell, and how many states it has; the first is the output."""


def recurrent(stack: Stack, layers: list[LayerSpec], own: dict[str, Tensor]) -> Forward:
    """A cell for all networks, one step after the other."""
    step, states = STEPS[layers[0].kind]
    w_in, w_state, b_in, b_state = (own[f"{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))

    def forward(x: Tensor, training: bool) -> Tensor:
        x = x.expand(len(w_in), *x.shape[1:])
        inputs = (x @ w_in.mT[:, None] + b_in[:, None, None]).unbind(2)
        state, outputs = (x.new_zeros(*x.shape[:2], w_state.shape[-1]),) * states, []
        for a in inputs:
            state = step(a, torch.baddbmm(b_state[:, None], state[0], w_state.mT), *state)
            outputs.append(state[0])
        return torch.stack(outputs, 2)

    return forward


def vectorized(module: nn.Module, own: dict[str, Tensor]) -> Forward:
    """Any other module with parameters, called for all networks at once.  (torch.vmap)

    Raises:
        TypeError: it keeps buffers, which would be those of all networks.
    """
    if list(module.buffers()):
        raise TypeError(f"{type(module).__name__} keeps buffers, so it cannot be stacked; train alone")
    count = len(next(iter(own.values())))
    call = torch.vmap(lambda parameters, x: torch.func.functional_call(module, parameters, (x,)))

    def forward(x: Tensor, training: bool) -> Tensor:
        y: Tensor = call(own, x.expand(count, *x.shape[1:]))
        return y

    return forward


STACKED: dict[str, Callable[[Stack, list[LayerSpec], dict[str, Tensor]], Forward]] = {
    "linear": linear,
    "dropout": dropout,
    "noise": normal_noise,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "batch_norm1d": batch_norm,
    "batch_norm2d": batch_norm,
    "rnn": recurrent,
    "lstm": recurrent,
    "gru": recurrent,
}
