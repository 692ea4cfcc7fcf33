"""Recurrent layers: one step for each element of a sequence, and backpropagation through time.

Sequences are (..., batch, time, features). What a step needs of its input is one product for all steps;
only what depends on the state before waits for its turn. `backward` walks the steps in reverse with ∂L/∂h
of the state, and gathers what belongs to the weights of all steps into one product again.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from twinprop.arrays.namespace import Array, full, namespace, split
from twinprop.scratch.activations import logistic
from twinprop.scratch.layer import Layer

State = tuple[Array, ...]
"""What goes from step to step: h, and in an LSTM also c."""

Function = Callable[[Array], Array]


class Recurrent(Layer):
    """What all cells share: a = W_ih x + b_ih for every step at once, and one step after the other.

    Each weight has `gates` blocks of `hidden_size` rows, one above the other in PyTorch's order.

    Args:
        input_size: features of an element.
        hidden_size: units of the state.
    """

    gates = 1
    states = 1

    def __init__(self, input_size: int, hidden_size: int) -> None:
        self.input_size, self.hidden_size = input_size, hidden_size
        rows = self.gates * hidden_size
        self.shapes = {
            "weight_ih_l0": (rows, input_size),
            "weight_hh_l0": (rows, hidden_size),
            "bias_ih_l0": (rows,),
            "bias_hh_l0": (rows,),
        }

    def fan_in(self) -> int:
        """PyTorch draws all parameters of a cell within 1/√hidden_size."""
        return self.hidden_size

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Output shape for one sample, (time, hidden_size)."""
        return (shape[0], self.hidden_size)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for one sample: both weights are used once at each step."""
        return shape[0] * (prod(self.shapes["weight_ih_l0"]) + prod(self.shapes["weight_hh_l0"]))

    @staticmethod
    def cell(a: Array, b: Array, state: State, sigmoid: Function, tanh: Function) -> tuple[State, Any]:
        """The next state, and what `cell_backward` will need.

        Args:
            a: W_ih x + b_ih, (..., batch, gates · hidden_size).
            b: W_hh h + b_hh, the same shape.
            state: before the step, (..., batch, hidden_size) each.
            sigmoid: the function, which PyTorch has its own of.
            tanh: the function.
        """
        raise NotImplementedError

    def cell_backward(self, kept: Any, d: State) -> tuple[Array, Array, State]:
        """∂L/∂a, ∂L/∂b, and what of ∂L/∂state, which is d, reaches the state before by another way than b."""
        raise NotImplementedError

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 3 or x.shape[-1] != self.input_size:
            self.refuse(f"(batch, time, {self.input_size})", x)
        self.x, xp = x, namespace(x)
        *_, batch, time, _ = x.shape
        flat = x.reshape(*x.shape[:-3], batch * time, -1)
        a = flat @ self.weight_ih_l0.mT + self.bias_ih_l0[..., None, :]
        a = a.reshape(*a.shape[:-2], batch, time, -1)
        state = (full((*a.shape[:-2], self.hidden_size), 0, a),) * self.states
        weight, bias = self.weight_hh_l0.mT, self.bias_hh_l0[..., None, :]
        h, self.kept = [state[0]], []
        with np.errstate(over="ignore"):  # of the sigmoid's exponential: once, for it takes as long as a small product
            for t in range(time):
                state, kept = self.cell(a[..., t, :], h[t] @ weight + bias, state, logistic, xp.tanh)
                h.append(state[0])
                self.kept.append(kept)
        self.before = xp.stack(h[:-1], -2)
        return xp.stack(h[1:], -2)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp = namespace(dy)
        *rest, batch, time, _ = dy.shape
        da: list[Array] = [None] * time
        db: list[Array] = [None] * time
        d = (full((*rest, batch, self.hidden_size), 0, dy),) * self.states
        for t in reversed(range(time)):
            # h is an output, and what the next state is made of
            da[t], db[t], past = self.cell_backward(self.kept[t], (d[0] + dy[..., t, :], *d[1:]))
            # b = W_hh h + b_hh  ⇒  ∂L/∂h = W_hhᵀ ∂L/∂b
            dh = db[t] @ self.weight_hh_l0
            d = (dh if past[0] is None else dh + past[0], *past[1:])
        rows = [xp.stack(parts, -2).reshape(*rest, batch * time, -1) for parts in (da, db)]
        inputs = (self.x, self.before)
        for rows_of, x, kind in zip(rows, inputs, ("ih", "hh"), strict=True):
            # a = W x + b, at every step with the same W and b  ⇒  ∂L/∂W = Σₜ ∂L/∂aₜ xₜᵀ and ∂L/∂b = Σₜ ∂L/∂aₜ
            flat = x.reshape(*x.shape[:-3], batch * time, -1)
            getattr(self, f"weight_{kind}_l0_grad")[...] = rows_of.mT @ flat
            getattr(self, f"bias_{kind}_l0_grad")[...] = rows_of.sum(-2)
        return (rows[0] @ self.weight_ih_l0).reshape(*rest, batch, time, -1) if need_dx else None


class RNN(Recurrent):
    """hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh)  (Elman 1990); PyTorch's nn.RNN."""

    @staticmethod
    def cell(a: Array, b: Array, state: State, sigmoid: Function, tanh: Function) -> tuple[State, Any]:
        h = tanh(a + b)
        return (h,), h

    def cell_backward(self, kept: Any, d: State) -> tuple[Array, Array, State]:
        # tanh'(z) = 1 − tanh²(z)
        h, (dh,) = kept, d
        da = dh * (1 - h * h)
        return da, da, (None,)


class LSTM(Recurrent):
    """A cell state c that gates write, keep and read  (Hochreiter & Schmidhuber 1997); PyTorch's nn.LSTM.

    i, f, o = σ(·), g = tanh(·), cₜ = f cₜ₋₁ + i g, hₜ = o tanh cₜ
    """

    gates = 4
    states = 2

    @staticmethod
    def cell(a: Array, b: Array, state: State, sigmoid: Function, tanh: Function) -> tuple[State, Any]:
        before = state[1]
        i, f, g, o = split(a + b, *[before.shape[-1]] * 4)
        i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
        c = f * before + i * g
        tanh_c = tanh(c)
        return (o * tanh_c, c), (i, f, g, o, before, tanh_c)

    def cell_backward(self, kept: Any, d: State) -> tuple[Array, Array, State]:
        (i, f, g, o, before, tanh_c), (dh, dc) = kept, d
        # h = o tanh c, and c is also what the next c is made of
        dc = dc + dh * o * (1 - tanh_c * tanh_c)
        # c = f c₋₁ + i g; σ' = σ (1 − σ), tanh' = 1 − tanh²
        parts = dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g * g), dh * tanh_c * o * (1 - o)
        da = namespace(dh).concatenate(parts, -1)
        return da, da, (None, dc * f)


class GRU(Recurrent):
    """Gates that reset and update the state  (Cho et al. 2014); PyTorch's nn.GRU.

    r, z = σ(·), n = tanh(a_n + r b_n), hₜ = (1 − z) n + z hₜ₋₁
    """

    gates = 3

    @staticmethod
    def cell(a: Array, b: Array, state: State, sigmoid: Function, tanh: Function) -> tuple[State, Any]:
        (h,) = state
        size = h.shape[-1]
        (a_rz, a_n), (b_rz, b_n) = split(a, 2 * size, size), split(b, 2 * size, size)
        r, z = split(sigmoid(a_rz + b_rz), size, size)
        n = tanh(a_n + r * b_n)
        return ((1 - z) * n + z * h,), (r, z, n, b_n, h)

    def cell_backward(self, kept: Any, d: State) -> tuple[Array, Array, State]:
        (r, z, n, b_n, h), (dh,) = kept, d
        # h' = (1 − z) n + z h, and n = tanh(a_n + r b_n)
        dz = dh * (h - n) * z * (1 - z)
        dn = dh * (1 - z) * (1 - n * n)
        dr = dn * b_n * r * (1 - r)
        xp = namespace(dh)
        return xp.concatenate((dr, dz, dn), -1), xp.concatenate((dr, dz, dn * r), -1), (dh * z,)
