"""Recurrent layers whose gradients come step by step, cells of one step, names nearly right, numbers made late."""

import numpy as np


class StepwiseRNN:
    """Its gradients stand for each time step, until they are summed in its update."""

    def __init__(self, inputs, units):
        rng = np.random.default_rng(0)
        self.U = rng.normal(0, 0.5, (inputs, units))
        self.R = rng.normal(0, 0.5, (units, units))
        self.b = np.zeros(units)

    def forward(self, x):
        self.x, self.h = x, [np.zeros((x.shape[1], self.R.shape[0]))]
        for x_t in x:
            self.h.append(np.tanh(x_t @ self.U + self.h[-1] @ self.R + self.b))
        return self.h[-1]

    def backward(self, d_last):
        steps = len(self.x)
        self.dU, self.dR, self.db = (np.zeros((steps, *one.shape)) for one in (self.U, self.R, self.b))
        d = d_last
        for t in reversed(range(steps)):
            d = d * (1 - self.h[t + 1] ** 2)
            self.dU[t] = self.x[t].T @ d
            self.dR[t] = self.state_before(t).T @ d
            self.db[t] = d.sum(axis=0)
            d = d @ self.R.T

    def state_before(self, t):
        return self.h[t]

    def update(self, lr):
        self.U -= lr * self.dU.sum(axis=0)
        self.R -= lr * self.dR.sum(axis=0)
        self.b -= lr * self.db.sum(axis=0)


class StepwiseRNNOneOff(StepwiseRNN):
    def state_before(self, t):
        return self.h[t + 1]


class StepwiseRNNDict(StepwiseRNN):
    """Its gradients come back in a dict, and are summed there."""

    def backward(self, d_last):
        super().backward(d_last)
        self.grads = {"dU": self.dU, "dR": self.dR, "db": self.db}
        del self.dU, self.dR, self.db
        return self.grads

    def apply_gradients(self, lr):
        for name in self.grads:
            self.grads[name] = self.grads[name].sum(axis=0)
        for name in ("U", "R", "b"):
            setattr(self, name, getattr(self, name) - lr * self.grads["d" + name])

    update = None


class UnsummedRNN(StepwiseRNN):
    """Nothing sums its gradients."""

    update = None


class ColumnCell:
    """A step of one sample: state and input stand one below the other, and a bias is not summed."""

    def __init__(self, inputs, units):
        rng = np.random.default_rng(0)
        self.units = units
        self.W_gate = rng.normal(0, 0.5, (units, units + inputs))
        self.b_gate = np.zeros((units, 1))
        self.W_new = rng.normal(0, 0.5, (units, units + inputs))
        self.b_new = np.zeros((units, 1))
        self.input_size = inputs

    def forward(self, current, prev_hidden_state, prev_cell_state):
        self.both = np.vstack((prev_hidden_state, current))
        self.old = prev_cell_state
        self.gate = 1 / (1 + np.exp(-(self.W_gate @ self.both + self.b_gate)))
        self.new = np.tanh(self.W_new @ self.both + self.b_new)
        self.cell = self.gate * self.old + (1 - self.gate) * self.new
        return np.tanh(self.cell), self.cell

    def backward(self, d_hidden, d_cell):
        d = d_cell + d_hidden * (1 - np.tanh(self.cell) ** 2)
        d_gate = d * (self.old - self.new) * self.gate * (1 - self.gate)
        d_new = d * (1 - self.gate) * (1 - self.new**2)
        self.dW_gate, self.db_gate = d_gate @ self.both.T, d_gate
        self.dW_new, self.db_new = d_new @ self.both.T, d_new
        d_both = self.W_gate.T @ d_gate + self.W_new.T @ d_new
        d_prev_hidden_state, d_current = d_both[: self.units], d_both[self.units :]
        d_prev_cell_state = self.to_cell(d)
        return d_prev_hidden_state, d_current, d_prev_cell_state

    def to_cell(self, d):
        return d * self.gate


class ColumnCellWrongGate(ColumnCell):
    def to_cell(self, d):
        return d * (1 - self.gate)


class SummedColumnCell(ColumnCell):
    """The same for any number of samples, of which each is a column."""

    def backward(self, d_hidden, d_cell):
        returned = super().backward(d_hidden, d_cell)
        self.db_gate, self.db_new = (one.sum(axis=1, keepdims=True) for one in (self.db_gate, self.db_new))
        return returned


class TanhWithInput:
    def forward(self, inputs):
        self.output = np.tanh(inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output**2)


class OwnActivation:
    """A column of numbers over time, with an activation that keeps a gradient of its own; backward returns none."""

    def __init__(self, units):
        self.W = 0.5 * np.random.default_rng(0).standard_normal((units, 1))
        self.activation = TanhWithInput()

    def forward(self, x):
        self.x, self.y = x, np.zeros((len(x), 1))
        for t in range(len(x)):
            self.activation.forward(self.W * x[t])
            self.y[t] = self.activation.output.sum()
        return self.y

    def backward(self, dvalues):
        self.dW = np.zeros_like(self.W)
        for t in range(len(self.x)):
            self.activation.forward(self.W * self.x[t])
            self.activation.backward(dvalues[t] * np.ones_like(self.W))
            self.dW += self.activation.dinputs * self.x[t]


class Misspelt:
    """Its methods are nearly called forward and backward."""

    def __init__(self, inputs, outputs):
        self.W = 0.5 * np.random.default_rng(0).standard_normal((inputs, outputs))

    def forwad(self, x):
        self.x = x
        return x @ self.W

    def backword(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.turned()

    def turned(self):
        return self.W.T


class MisspeltWrong(Misspelt):
    def turned(self):
        return 2 * self.W.T


class LateScale:
    """Its numbers are made by the first forward, and one is read out of an array of one number."""

    def __init__(self):
        self.params, self.cache = {}, {}

    def forward_propagate(self, x, save_cache=False):
        if "w" not in self.params:
            self.params["w"], self.params["b"] = np.full(x.shape[1], 0.7), np.full((1, 1), 0.1)
        if save_cache:
            self.cache["x"] = x
        return x * self.params["w"] + float(self.params["b"])

    def back_propagate(self, dy):
        self.grads = {"dw": (dy * self.cache["x"]).sum(axis=0), "db": np.full((1, 1), self.total(dy))}
        return dy * self.params["w"]

    def total(self, dy):
        return dy.sum()


class LateScaleWrong(LateScale):
    def total(self, dy):
        return dy.mean()
