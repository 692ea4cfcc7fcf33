"""Recurrent layers: one step for each element of a sequence, and backpropagation through time.

Sequences are (..., batch, time, features). What a step needs of its input is one product for all steps;
only what depends on the state before waits for its turn. `backward` walks the steps in reverse with ∂L/∂h
of the state, and gathers what belongs to the weights of all steps into one product again.
"""

from __future__ import annotations

from math import prod

from twinprop.arrays.namespace import Array, full, namespace
from twinprop.scratch.activations import sigmoid


class Recurrent:
    """What all cells share: a = W_ih x + b_ih for every step at once, and one step after the other.

    `gates` blocks of `hidden_size` rows stand one above the other in each weight, in PyTorch's order.

    Args:
        input_size: features of an element.
        hidden_size: units of the state.
    """

    gates = 1

    weight_ih_l0: Array
    weight_hh_l0: Array
    bias_ih_l0: Array
    bias_hh_l0: Array
    weight_ih_l0_grad: Array
    weight_hh_l0_grad: Array
    bias_ih_l0_grad: Array
    bias_hh_l0_grad: Array

    def __init__(self, input_size: int, hidden_size: int) -> None:
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size
        self.shapes = {
            "weight_ih_l0": (rows, input_size),
            "weight_hh_l0": (rows, hidden_size),
            "bias_ih_l0": (rows,),
            "bias_hh_l0": (rows,),
        }

    def output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Of a sample, given the shape of one that comes in."""
        return (shape[0], self.hidden_size)

    def multiply_adds(self, shape: tuple[int, ...]) -> int:
        """Multiply-adds for a sample."""
        return shape[0] * (prod(self.shapes["weight_ih_l0"]) + prod(self.shapes["weight_hh_l0"]))

    def step(self, t: int, a: Array, b: Array, h: Array) -> Array:
        """The state after element t, from a = W_ih x + b_ih, b = W_hh h + b_hh and the state h before it."""
        raise NotImplementedError

    def step_back(self, t: int, dh: Array) -> tuple[Array, Array, Array | float]:
        """∂L/∂a, ∂L/∂b, and what of ∂L/∂h reaches the state before by another way than b."""
        raise NotImplementedError

    def begin(self, start: Array) -> None:
        """Forget the sequence before; `start` is a state of zeros."""

    def forward(self, x: Array, training: bool = False) -> Array:
        self.x, xp = x, namespace(x)
        *_, batch, time, _ = x.shape
        flat = x.reshape(*x.shape[:-3], batch * time, -1)
        a = flat @ self.weight_ih_l0.mT + self.bias_ih_l0[..., None, :]
        a = a.reshape(*a.shape[:-2], batch, time, -1)
        h = full((*a.shape[:-2], self.hidden_size), 0, a)
        self.begin(h)
        states = [h]
        for t in range(time):
            b = h @ self.weight_hh_l0.mT + self.bias_hh_l0[..., None, :]
            h = self.step(t, a[..., t, :], b, h)
            states.append(h)
        self.before = xp.stack(states[:-1], -2)
        return xp.stack(states[1:], -2)

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        xp = namespace(dy)
        *rest, batch, time, _ = dy.shape
        da: list[Array] = [None] * time
        db: list[Array] = [None] * time
        dh = full((*rest, batch, self.hidden_size), 0, dy)
        self.begin(dh)
        for t in reversed(range(time)):
            # a state is an output, and what the next state is made of
            da[t], db[t], past = self.step_back(t, dh + dy[..., t, :])
            # b = W_hh h + b_hh  ⇒  ∂L/∂h = W_hhᵀ ∂L/∂b
            dh = db[t] @ self.weight_hh_l0 + past
        rows = [xp.stack(parts, -2).reshape(*rest, batch * time, -1) for parts in (da, db)]
        inputs = (self.x, self.before)
        for d, x, kind in zip(rows, inputs, ("ih", "hh"), strict=True):
            # a = W x + b, at every step with the same W and b  ⇒  ∂L/∂W = Σₜ ∂L/∂aₜ xₜᵀ and ∂L/∂b = Σₜ ∂L/∂aₜ
            flat = x.reshape(*x.shape[:-3], batch * time, -1)
            getattr(self, f"weight_{kind}_l0_grad")[...] = d.mT @ flat
            getattr(self, f"bias_{kind}_l0_grad")[...] = d.sum(-2)
        return (rows[0] @ self.weight_ih_l0).reshape(*rest, batch, time, -1) if need_dx else None


class RNN(Recurrent):
    """hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh)  (Elman 1990); PyTorch's nn.RNN."""

    def begin(self, start: Array) -> None:
        self.states = getattr(self, "states", {})

    def step(self, t: int, a: Array, b: Array, h: Array) -> Array:
        self.states[t] = namespace(a).tanh(a + b)
        return self.states[t]

    def step_back(self, t: int, dh: Array) -> tuple[Array, Array, Array | float]:
        # tanh'(z) = 1 − tanh²(z)
        da = dh * (1 - self.states[t] * self.states[t])
        return da, da, 0.0


class LSTM(Recurrent):
    """A cell state c that gates write, keep and read  (Hochreiter & Schmidhuber 1997); PyTorch's nn.LSTM.

    i, f, o = σ(·), g = tanh(·), cₜ = f cₜ₋₁ + i g, hₜ = o tanh cₜ
    """

    gates = 4

    def begin(self, start: Array) -> None:
        # forward begins with c = 0, backward with ∂L/∂c = 0
        self.c, self.kept = start, getattr(self, "kept", {})

    def step(self, t: int, a: Array, b: Array, h: Array) -> Array:
        xp, n = namespace(a), self.hidden_size
        z = a + b
        i, f, o = sigmoid(z[..., :n]), sigmoid(z[..., n : 2 * n]), sigmoid(z[..., 3 * n :])
        g = xp.tanh(z[..., 2 * n : 3 * n])
        before, self.c = self.c, f * self.c + i * g
        tanh_c = xp.tanh(self.c)
        self.kept[t] = i, f, g, o, before, tanh_c
        return o * tanh_c

    def step_back(self, t: int, dh: Array) -> tuple[Array, Array, Array | float]:
        i, f, g, o, before, tanh_c = self.kept[t]
        # h = o tanh c, and c is also what the next c is made of
        dc = self.c + dh * o * (1 - tanh_c * tanh_c)
        # c = f c₋₁ + i g; σ' = σ (1 − σ), tanh' = 1 − tanh²
        parts = dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g * g), dh * tanh_c * o * (1 - o)
        self.c = dc * f
        da = namespace(dh).concatenate(parts, -1)
        return da, da, 0.0


class GRU(Recurrent):
    """Gates that reset and update the state  (Cho et al. 2014); PyTorch's nn.GRU.

    r, z = σ(·), n = tanh(a_n + r b_n), hₜ = (1 − z) n + z hₜ₋₁
    """

    gates = 3

    def begin(self, start: Array) -> None:
        self.kept = getattr(self, "kept", {})

    def step(self, t: int, a: Array, b: Array, h: Array) -> Array:
        n = self.hidden_size
        gates = sigmoid(a[..., : 2 * n] + b[..., : 2 * n])
        r, z, b_new = gates[..., :n], gates[..., n:], b[..., 2 * n :]
        new = namespace(a).tanh(a[..., 2 * n :] + r * b_new)
        self.kept[t] = r, z, new, b_new, h
        return (1 - z) * new + z * h

    def step_back(self, t: int, dh: Array) -> tuple[Array, Array, Array | float]:
        xp = namespace(dh)
        r, z, new, b_new, h = self.kept[t]
        # h' = (1 − z) n + z h, and n = tanh(a_n + r b_n)
        dz = dh * (h - new) * z * (1 - z)
        dn = dh * (1 - z) * (1 - new * new)
        dr = dn * b_new * r * (1 - r)
        return xp.concatenate((dr, dz, dn), -1), xp.concatenate((dr, dz, dn * r), -1), dh * z
