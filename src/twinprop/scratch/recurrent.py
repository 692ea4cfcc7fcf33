"""Recurrent layers: one step for each element of a sequence, and backpropagation through time.

Sequences are (..., batch, time, features). In memory the batch comes last, so that each gate of a step is one block,
and the input, the state and a 1 for the bias lie one above the other: a step is one product with [W_ih W_hh b].
`backward` walks the steps in reverse with ∂L/∂h of the state; what belongs to the weights is one product of all steps.
"""

from __future__ import annotations

from math import prod
from typing import Any

from twinprop.arrays.blas import add_product
from twinprop.arrays.namespace import Array, empty, full, namespace
from twinprop.scratch.layer import Layer


def blocks(x: Array, count: int) -> list[Array]:
    """The `count` blocks of rows of x (..., rows, columns), one for each gate, as views."""
    rows = x.shape[-2] // count
    return [x[..., start : start + rows, :] for start in range(0, count * rows, rows)]


def to_sigmoid(tanh_half: Array) -> None:
    """σ(z) = (1 + tanh(z/2)) / 2, in place, from tanh(z/2): so one tanh does for all gates."""
    tanh_half += 1
    tanh_half /= 2


def tanh_slope(a: Array, out: Array | None = None) -> Array:
    """tanh' = 1 − tanh², from a = tanh z."""
    xp = namespace(a)
    slope = xp.multiply(a, a, out=out)
    return xp.subtract(1, slope, out=slope)


class Recurrent(Layer):
    """What all cells share: the product of each step, and one step after the other.

    Each weight has `gates` blocks of `hidden_size` rows, one above the other in PyTorch's order.

    Args:
        input_size: features of an element.
        hidden_size: units of the state.
    """

    scales: tuple[float, ...] = (1,)
    """For each block of rows of the product: 1/2 where a sigmoid wants half of it, else 1."""
    gates = 1

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

    def joined(self) -> Array:
        """[W_ih W_hh b] (..., rows, input_size + hidden_size + 1), with b = b_ih + b_hh."""
        bias = self.bias_ih_l0 + self.bias_hh_l0
        return namespace(bias).concatenate((self.weight_ih_l0, self.weight_hh_l0, bias[..., None]), -1)

    def spread(self, gradient: Array) -> None:
        """Give the parameters their parts of ∂L/∂`joined()`."""
        self.weight_ih_l0_grad[...] = gradient[..., : self.input_size]
        self.weight_hh_l0_grad[...] = gradient[..., self.input_size : -1]
        self.bias_ih_l0_grad[...] = self.bias_hh_l0_grad[...] = gradient[..., -1]

    def cell(self, z: Array, before: Array, h: Array, c: Array) -> tuple[Array, Any]:
        """Fill the next state h; return the next c, and what `cell_backward` will need.

        Args:
            z: `scaled(joined())` times the input, the state before and 1, (..., rows, batch); may be overwritten.
            before, h: the state before the step and after it, (..., hidden_size, batch).
            c: what an LSTM remembers beside h, the same shape; 0 at first.
        """
        raise NotImplementedError

    def cell_backward(self, kept: Any, dh: Array, dc: Array) -> tuple[Array, Array | None, Array]:
        """∂L/∂z (..., rows, batch), of a z that is not scaled; what reaches the h before by another way; the next dc.

        Args:
            kept: what `cell` returned.
            dh: ∂L/∂h after the step.
            dc: ∂L/∂c after the step, which may be overwritten.
        """
        raise NotImplementedError

    def scaled(self, weight: Array) -> Array:
        """A copy of a weight whose blocks of rows are multiplied by `scales`."""
        weight = weight + 0
        for block, scale in zip(blocks(weight, len(self.scales)), self.scales, strict=True):
            block *= scale
        return weight

    def forward(self, x: Array, training: bool = False) -> Array:
        if x.ndim < 3 or x.shape[-1] != self.input_size:
            self.refuse(f"(batch, time, {self.input_size})", x)
        self.weight, xp = self.joined(), namespace(x)
        *_, batch, time, _ = x.shape
        *networks, _, columns = self.weight.shape
        # at each time the input, the state before it, and 1
        self.inputs = empty((*networks, time + 1, columns, batch), self.weight)
        states = self.inputs[..., self.input_size : -1, :]
        self.inputs[..., -1, :] = 1
        states[..., 0, :, :] = 0
        weight, c = self.scaled(self.weight), full((*networks, self.hidden_size, batch), 0, self.weight)
        self.kept: list[Any] = []
        for t in range(time):
            self.inputs[..., t, : self.input_size, :] = x[..., t, :].mT
            z = weight @ self.inputs[..., t, :, :]
            c, kept = self.cell(z, states[..., t, :, :], states[..., t + 1, :, :], c)
            self.kept.append(kept)
        return xp.moveaxis(states[..., 1:, :, :], -1, -3)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp = namespace(dy)
        dy = xp.moveaxis(dy, -3, -1)
        *networks, time, hidden, batch = dy.shape
        first = 0 if need_dx else self.input_size
        back = self.weight[..., first:-1].mT
        gradient = xp.zeros_like(self.weight)
        dx = empty((*networks, time, self.input_size, batch), dy) if need_dx else None
        dh, dc = dy[..., -1, :, :], full((*networks, hidden, batch), 0, dy)
        for t in reversed(range(time)):
            dz, direct, dc = self.cell_backward(self.kept[t], dh, dc)
            # z = W inputs, at every step with the same W  ⇒  ∂L/∂W = Σₜ ∂L/∂zₜ inputsₜᵀ and ∂L/∂inputsₜ = Wᵀ ∂L/∂zₜ
            add_product(gradient, dz, self.inputs[..., t, :, :].mT)
            below = back @ dz
            if dx is not None:
                dx[..., t, :, :] = below[..., : self.input_size, :]
            if t:
                # h is an output, and what the next state is made of
                dh = below[..., self.input_size - first :, :]
                dh += dy[..., t - 1, :, :]
                if direct is not None:
                    dh += direct
        self.spread(gradient)
        return None if dx is None else xp.moveaxis(dx, -1, -3)


class RNN(Recurrent):
    """hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh)  (Elman 1990); PyTorch's nn.RNN."""

    def cell(self, z: Array, before: Array, h: Array, c: Array) -> tuple[Array, Any]:
        namespace(z).tanh(z, out=h)
        return c, h

    def cell_backward(self, kept: Any, dh: Array, dc: Array) -> tuple[Array, Array | None, Array]:
        # tanh'(z) = 1 − tanh²(z)
        dz = tanh_slope(kept)
        dz *= dh
        return dz, None, dc


class LSTM(Recurrent):
    """A cell state c that gates write, keep and read  (Hochreiter & Schmidhuber 1997); PyTorch's nn.LSTM.

    i, f, o = σ(·), g = tanh(·), cₜ = f cₜ₋₁ + i g, hₜ = o tanh cₜ
    """

    gates = 4
    scales = (1 / 2, 1 / 2, 1, 1 / 2)

    def cell(self, z: Array, before: Array, h: Array, c: Array) -> tuple[Array, Any]:
        xp = namespace(z)
        i, f, g, o = blocks(xp.tanh(z, out=z), 4)
        to_sigmoid(z[..., : 2 * self.hidden_size, :])
        to_sigmoid(o)
        after = f * c
        after += i * g
        tanh_c = xp.tanh(after)
        xp.multiply(o, tanh_c, out=h)
        return after, (z, c, tanh_c)

    def cell_backward(self, kept: Any, dh: Array, dc: Array) -> tuple[Array, Array | None, Array]:
        z, before, tanh_c = kept
        i, f, g, o = blocks(z, 4)
        # h = o tanh c, and c is also what the next c is made of
        through_h = tanh_slope(tanh_c)
        through_h *= o
        through_h *= dh
        dc += through_h
        # c = f c₋₁ + i g, and σ' = σ (1 − σ)
        dz = 1 - z
        dz *= z
        d_i, d_f, d_g, d_o = blocks(dz, 4)
        tanh_slope(g, out=d_g)
        for each, factor, above in ((d_i, g, dc), (d_f, before, dc), (d_g, i, dc), (d_o, tanh_c, dh)):
            each *= factor
            each *= above
        dc *= f
        return dz, None, dc


class GRU(Recurrent):
    """Gates that reset and update the state  (Cho et al. 2014); PyTorch's nn.GRU.

    r, u = σ(·), n = tanh(a + r b), hₜ = (1 − u) n + u hₜ₋₁, where a is of the input and b of the state
    """

    gates = 3
    scales = (1 / 2, 1 / 2, 1, 1)

    def joined(self) -> Array:
        # a and b have rows of their own, with 0 for what they do not see
        rows, columns = 2 * self.hidden_size, self.input_size
        weight = full((*self.bias_ih_l0.shape[:-1], 2 * rows, columns + self.hidden_size + 1), 0, self.bias_ih_l0)
        weight[..., : -self.hidden_size, :columns] = self.weight_ih_l0
        weight[..., : -self.hidden_size, -1] = self.bias_ih_l0
        weight[..., :rows, columns:-1] = self.weight_hh_l0[..., :rows, :]
        weight[..., :rows, -1] += self.bias_hh_l0[..., :rows]
        weight[..., -self.hidden_size :, columns:-1] = self.weight_hh_l0[..., rows:, :]
        weight[..., -self.hidden_size :, -1] = self.bias_hh_l0[..., rows:]
        return weight

    def spread(self, gradient: Array) -> None:
        rows, columns = 2 * self.hidden_size, self.input_size
        self.weight_ih_l0_grad[...] = gradient[..., : -self.hidden_size, :columns]
        self.bias_ih_l0_grad[...] = gradient[..., : -self.hidden_size, -1]
        self.weight_hh_l0_grad[..., :rows, :] = gradient[..., :rows, columns:-1]
        self.bias_hh_l0_grad[..., :rows] = gradient[..., :rows, -1]
        self.weight_hh_l0_grad[..., rows:, :] = gradient[..., -self.hidden_size :, columns:-1]
        self.bias_hh_l0_grad[..., rows:] = gradient[..., -self.hidden_size :, -1]

    def cell(self, z: Array, before: Array, h: Array, c: Array) -> tuple[Array, Any]:
        xp, r_u = namespace(z), z[..., : 2 * self.hidden_size, :]
        to_sigmoid(xp.tanh(r_u, out=r_u))
        r, u, n, b = blocks(z, 4)
        n += r * b
        xp.tanh(n, out=n)
        # n + u (h₋₁ − n)
        xp.subtract(before, n, out=h)
        h *= u
        h += n
        return c, (z, before)

    def cell_backward(self, kept: Any, dh: Array, dc: Array) -> tuple[Array, Array | None, Array]:
        z, before = kept
        r, u, n, b = blocks(z, 4)
        # σ' = σ (1 − σ)
        dz = 1 - z
        d_r, d_u, d_a, d_b = blocks(dz, 4)
        # h = (1 − u) n + u h₋₁ and n = tanh(a + r b)
        tanh_slope(n, out=d_a)
        d_a *= d_u
        d_a *= dh
        namespace(dh).multiply(d_a, r, out=d_b)
        d_r *= d_b
        d_r *= b
        direct = dh * u
        d_u *= direct
        d_u *= before - n
        return dz, direct, dc
