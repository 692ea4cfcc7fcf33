"""Kinds met in public repositories, in words of our own: each is right, and wrong with one mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

OPTIONAL_DATA = """
import numpy as np
from sklearn.model_selection import train_test_split


class Regressor:
    def __init__(self, features=4):
        self.w, self.b, self.lr, self.size = 0.1 * np.random.randn(features, 1), np.zeros(1), 0.05, None

    def predict(self, X):
        return X @ self.w + self.b

    def slopes(self, X, Y):
        errors = [X[i] @ self.w + self.b - Y[i] for i in range(self.size)]
        return sum(X[i][:, None] * errors[i] for i in range(self.size)) / self.size, sum(errors) / self.size

    def gradient_descent(self, weight_grads, bias_grads):
        self.w -= self.lr * weight_grads
        self.b -= self.lr * bias_grads

    def fit(self, batch_size, epochs, X=None, Y=None, X_train=None, Y_train=None):
        self.size = batch_size
        if X is not None:
            X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size=0.2)
        for epoch in range(epochs):
            self.gradient_descent(*self.slopes(X_train[:batch_size], Y_train[:batch_size]))
"""
UNSAID = """
from squash import squash


class Unit:
    def __init__(self):
        self.w = np.array([random.uniform(-1, 1) for _ in range(3)])

    def forward(self, x):
        self.x, self.a = x, squash(x @ self.w)
        return self.a

    def backward(self, dy):
        d = dy * (1 - self.a ** 2)
        self.dw = self.x.T @ d
        return np.outer(d, self.w)
"""
LEFT_BY_LAYER = """
import numpy as np


class Columns:
    def __init__(self, sizes=(4, 5, 1)):
        self.W = {i: 0.5 * np.random.randn(sizes[i], sizes[i - 1]) for i in (1, 2)}
        self.A, self.dW = {}, {}

    def forward_prop(self, X):
        self.A[0] = X
        self.A[1] = np.tanh(self.W[1] @ X)
        self.A[2] = 1 / (1 + np.exp(-self.W[2] @ self.A[1]))

    def cost_function(self, y, m, lambd):
        p = self.A[2]
        penalty = lambd / (2 * m) * sum(np.sum(w ** 2) for w in self.W.values())
        self.J = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / m + penalty

    def backward_prop(self, y, m, lambd):
        d = self.A[2] - y
        self.dW[2] = d @ self.A[1].T / m + lambd / m * self.W[2]
        d = self.W[2].T @ d * (1 - self.A[1] ** 2)
        self.dW[1] = d @ self.A[0].T / m + lambd / m * self.W[1]
"""
SET_BEFORE = """
import numpy as np


class SoftmaxLoss:
    def set_labels(self, labels):
        self.labels = labels

    def forward(self, scores):
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(scores))
        self.slope = p.copy()
        self.slope[rows, self.labels] -= 1
        self.slope /= len(scores)
        return -np.log(p[rows, self.labels]).mean()

    def backward(self, upstream=1):
        return self.slope
"""
LISTS = """
import math


class Lists:
    def __init__(self, n_inputs, n_hidden, n_outputs):
        self.n_inputs, self.n_hidden, self.n_outputs = n_inputs, n_hidden, n_outputs

    def calculate_loss(self, yh, y):
        return sum(-y[i] * math.log(p) for i, p in enumerate(yh))

    def forward(self, x, y, w1, b1, w2, b2):
        h = [math.tanh(b1[j] + sum(w1[i][j] * x[i] for i in range(self.n_inputs))) for j in range(self.n_hidden)]
        z = [b2[j] + sum(w2[i][j] * h[i] for i in range(self.n_hidden)) for j in range(self.n_outputs)]
        total = sum(math.exp(one) for one in z)
        return h, [math.exp(one) / total for one in z]

    def backward(self, x, y, yh, w1, w2, h):
        d = [yh[j] - y[j] for j in range(self.n_outputs)]
        dw2 = [[d[j] * h[i] for j in range(self.n_outputs)] for i in range(self.n_hidden)]
        k = [(1 - h[i] ** 2) * sum(d[j] * w2[i][j] for j in range(self.n_outputs)) for i in range(self.n_hidden)]
        dw1 = [[k[j] * x[i] for j in range(self.n_hidden)] for i in range(self.n_inputs)]
        return dw1, k, dw2, d
"""
HANDED_WEIGHTS = """
import numpy as np


class Softmax:
    def __init__(self):
        self.batch_size, self.lr = 128, 1e-3

    def get_loss_and_grad(self, W, X, y, reg=0.1):
        p = np.exp(X @ W)
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(X))
        loss = -np.log(p[rows, y]).sum() + 0.5 * reg * np.sum(W ** 2)
        p[rows, y] -= 1
        dW = X.T @ p + reg * W
        return loss, dW
"""
ONE_OUTPUT = """
import numpy as np


class Logistic:
    def __init__(self):
        self.weights = None

    @classmethod
    def _cost_gradient(cls, x, y, theta, lamda):
        h = 1 / (1 + np.exp(-x.dot(theta)))
        cost = y.T.dot(np.log(h)) + (1 - y).T.dot(np.log(1 - h)) - lamda / 2 * np.sum(theta ** 2)
        cost = cost[0][0]
        gradient = x.T.dot(y - h) - lamda * theta
        return cost, gradient
"""
BY_WORDS = """
import numpy as np


def init_params(sizes):
    return {f"W{i}": 0.5 * np.random.randn(sizes[i], sizes[i - 1]) for i in range(1, len(sizes))}


def forward_prop(X, params, activations):
    cache = {"A0": X}
    for i in range(1, len(params) + 1):
        z = params[f"W{i}"] @ cache[f"A{i - 1}"]
        if activations[i - 1] == "tanh":
            cache[f"A{i}"] = np.tanh(z)
        elif activations[i - 1] == "softmax":
            e = np.exp(z - z.max(axis=0))
            cache[f"A{i}"] = e / e.sum(axis=0)
    return cache[f"A{len(params)}"], cache


def backward_prop(X, Y, params, cache, activations):
    grads, n = {}, len(params)
    d = (cache[f"A{n}"] - Y) / X.shape[1]
    for i in range(n, 0, -1):
        grads[f"dW{i}"] = d @ cache[f"A{i - 1}"].T
        d = params[f"W{i}"].T @ d * (1 - cache[f"A{i - 1}"] ** 2)
    return grads


def predict_one(sample_index, X, params, activations):
    return np.argmax(forward_prop(X[:, sample_index, None], params, activations)[0])
"""
IN_A_FUNCTION = """
import numpy as np


def descend(X, y, w, b, lr):
    error = X @ w + b - y
    d_w, d_b = X.T @ error, error.sum(axis=0)
    return w - lr * d_w, b - lr * d_b


def train(X_train, y_train, epochs, lr):
    w, b = np.zeros((X_train.shape[1], y_train.shape[1])), np.zeros(y_train.shape[1])
    for i in range(1, epochs + 1):
        w, b = descend(X_train, y_train, w, b, lr)
    return w, b
"""
OWN_OPTIMIZER = """
import numpy as np


class SGD:
    def __init__(self, lr=0.1):
        self.lr = lr

    def update(self, w, dw):
        w -= self.lr * dw


class Line:
    def __init__(self, optimizer, features=4):
        if not isinstance(optimizer, SGD):
            raise ValueError(optimizer)
        self.optimizer, self.w, self.c = optimizer, 0.5 * np.random.randn(features), 0.5 * np.random.randn(features)

    def predict(self, x):
        return x @ self.w + x ** 2 @ self.c

    def fit(self, x, y, epochs):
        steps = range(epochs)
        for step in steps:
            error = (self.predict(x) - y) / len(x)
            self.optimizer.update(self.w, x.T @ error)
            self.optimizer.update(self.c, (x ** 2).T @ error)
"""
CARRIES_ON = """
import numpy as np


class Carrying:
    def __init__(self, features=4, hidden=5):
        self.W, self.U = 0.5 * np.random.randn(hidden, features), 0.5 * np.random.randn(hidden, hidden)
        self.V, self.h, self.kept = 0.5 * np.random.randn(features, hidden), np.zeros(hidden), []

    def __call__(self, x):
        probs = []
        for one in x:
            self.h = np.tanh(self.W @ one + self.U @ self.h)
            self.kept.append(self.h)
            e = np.exp(self.V @ self.h)
            probs.append(e / e.sum())
        return self.h, np.array(probs)

    def bptt(self, output_probs, targets, x, lr):
        d = output_probs
        d[range(len(x)), targets] -= 1
        dW, dU, dV, later = np.zeros_like(self.W), np.zeros_like(self.U), np.zeros_like(self.V), 0
        for t in range(len(x) - 1, -1, -1):
            dV += np.outer(d[t], self.kept[t])
            raw = (self.V.T @ d[t] + later) * (1 - self.kept[t] ** 2)
            dW += np.outer(raw, x[t])
            dU += np.outer(raw, self.kept[t - 1]) if t else 0
            later = self.U.T @ raw
        self.W -= lr * dW
        self.U -= lr * dU
        self.V -= lr * dV
        self.kept.clear()
        self.h = np.zeros_like(self.h)
"""
PASSED_ON = """
import numpy as np


class Sigmoid:
    def forward(self, z):
        return 1 / (1 + np.exp(-z))

    def backward(self, grad):
        return grad


class BinaryCrossEntropy:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.mean(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p), axis=1))

    def backward(self):
        return (self.p - self.y) / len(self.y)
"""
TURNED = """
import numpy as np


class Tied:
    def __init__(self, n=6, h=4):
        self.W = 0.5 * np.random.randn(n, h)
        self.decoder = self.W.T

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.W)
        return self.h @ self.decoder

    def backward(self, dy):
        d = dy @ self.W * (1 - self.h ** 2)
        self.dW = self.x.T @ d + dy.T @ self.h
        return d @ self.W.T
"""
STEPS = """
import numpy as np


def start(features, hidden):
    return {"U": 0.5 * np.random.randn(hidden, features), "V": 0.5 * np.random.randn(1, hidden)}


def forward(params, xs):
    h, y = {-1: 0}, {}
    for t, x in enumerate(xs):
        h[t] = np.tanh(params["U"] @ x + h[t - 1])
        y[t] = params["V"] @ h[t]
    return y, h


def loss(ys, targets):
    return sum(np.sum((ys[t] - targets[t]) ** 2) for t in range(len(targets))) / 2


def backward(params, xs, ys, hs, targets):
    grads, later = {name: np.zeros(one.shape) for name, one in params.items()}, 0
    for t in range(len(xs) - 1, -1, -1):
        e = ys[t] - targets[t]
        grads["V"] += e @ hs[t].T
        d = (params["V"].T @ e + later) * (1 - hs[t] ** 2)
        grads["U"] += d @ xs[t].T
        later = d
    return grads


if __name__ == "__main__":
    params = start(2, 5)
    wave = [np.random.randn(2, 7) for t in range(5)]
    ys, hs = forward(params, wave)
    print(loss(ys, [one[:1] for one in wave]))
    backward(params, wave, ys, hs, [one[:1] for one in wave])
"""
KEPT_BEFORE = """
import numpy as np


class Graph:
    def __init__(self, features, hidden):
        self.A, self.W = np.eye(6) / 2 + 0.1 * np.tri(6), 0.5 * np.random.randn(features, hidden)

    def forward(self, X):
        self.AX = self.A @ X
        e = np.exp(self.AX @ self.W)
        self.P = e / e.sum(axis=1, keepdims=True)
        return self.P

    def loss(self, labels, nodes):
        return -np.log(self.P[nodes, labels[nodes]]).mean()

    def backward(self, labels, nodes):
        d = np.zeros_like(self.P)
        d[nodes] = self.P[nodes]
        d[nodes, labels[nodes]] -= 1
        self.dW = self.AX.T @ d / len(nodes)


if __name__ == "__main__":
    graph = Graph(6, 3)
    graph.forward(np.eye(6))
    labels, nodes = np.array([0, 1, 2, 0, 1, 2]), np.array([1, 4])
    print(graph.loss(labels, nodes))
    graph.backward(labels, nodes)
"""
OF_A_VECTOR = """
from math import exp

hours, counts = [0, 1, 2, 3, 4, 5], [0.1, 0.3, 0.5, 0.9, 1.3, 1.6]


def loss(p):
    top, rate, middle = p
    return sum((top / (1 + exp(-rate * (t - middle))) - n) ** 2 for t, n in zip(hours, counts)) / len(hours)


def gradient(p):
    top, rate, middle = p
    slopes = [0.0, 0.0, 0.0]
    for t, n in zip(hours, counts):
        s = 1 / (1 + exp(-rate * (t - middle)))
        e = 2 * (top * s - n) / len(hours)
        slopes[0] += e * s
        slopes[1] += e * top * s * (1 - s) * (t - middle)
        slopes[2] += -e * top * s * (1 - s) * rate
    return slopes
"""
PASSED_AROUND = """
import numpy as np


class Deep:
    def __init__(self):
        self.costs = []

    def initialize_parameters(self):
        dims = self.layer_dims
        return {f"W{i}": 0.5 * np.random.randn(dims[i], dims[i - 1]) for i in range(1, len(dims))}

    def forward_prop(self, parameters, X):
        kept = {"A0": X}
        for i in range(1, len(self.layer_dims)):
            z = parameters[f"W{i}"] @ kept[f"A{i - 1}"]
            kept[f"A{i}"] = 1 / (1 + np.exp(-z))
        return kept

    def cost(self, p, Y):
        return -np.sum(Y * np.log(p) + (1 - Y) * np.log(1 - p)) / Y.shape[1]

    def backward_prop(self, parameters, kept, Y):
        grads, n = {}, len(self.layer_dims) - 1
        d = (kept[f"A{n}"] - Y) / Y.shape[1]
        for i in range(n, 0, -1):
            grads[f"dW{i}"] = d @ kept[f"A{i - 1}"].T
            d = parameters[f"W{i}"].T @ d * kept[f"A{i - 1}"] * (1 - kept[f"A{i - 1}"])
        return grads

    def train(self, X, Y, layer_dims, epochs=100, lr=0.1):
        self.layer_dims = [len(X), *layer_dims]
        parameters = self.initialize_parameters()
        for epoch in range(epochs):
            kept = self.forward_prop(parameters, X)
            self.costs.append(self.cost(kept[f"A{len(layer_dims)}"], Y))
            for name, slope in self.backward_prop(parameters, kept, Y).items():
                parameters[name[1:]] -= lr * slope
"""
NEURONS = """
from math import tanh
from random import random


def initialize_network(n_inputs, n_hidden, n_outputs):
    sizes = (n_inputs, n_hidden, n_outputs)
    return [
        [{"weights": [random() - 0.5 for _ in range(before + 1)]} for _ in range(units)]
        for before, units in zip(sizes, sizes[1:])
    ]


def forward_propagate(network, row):
    inputs = row
    for layer in network:
        for neuron in layer:
            weights = neuron["weights"]
            neuron["output"] = tanh(weights[-1] + sum(w * x for w, x in zip(weights[:-1], inputs)))
        inputs = [neuron["output"] for neuron in layer]
    return inputs


def backward_propagate_error(network, expected):
    for i in reversed(range(len(network))):
        for j, neuron in enumerate(network[i]):
            if i == len(network) - 1:
                error = neuron["output"] - expected[j]
            else:
                error = sum(other["weights"][j] * other["delta"] for other in network[i + 1])
            neuron["delta"] = error * (1 - neuron["output"] ** 2)


def update_weights(network, row, l_rate):
    for i, layer in enumerate(network):
        inputs = row[:-1] if i == 0 else [neuron["output"] for neuron in network[i - 1]]
        for neuron in layer:
            for j in range(len(inputs)):
                neuron["weights"][j] -= l_rate * neuron["delta"] * inputs[j]
            neuron["weights"][-1] -= l_rate * neuron["delta"]
"""
SQUASH = "def squash(x):\n    return np.tanh(x)\n"

OF_TWO_OUTPUTS = """
import numpy as np


class Cell:
    def __init__(self, n=4, hidden=6):
        self.W = np.random.randn(n, hidden) * 0.3
        self.U = np.random.randn(hidden, hidden) * 0.3

    def forward(self, x, h_prev, c_prev):
        f = 1 / (1 + np.exp(-(x @ self.W + h_prev @ self.U)))
        c = f * c_prev + np.tanh(h_prev)
        return np.tanh(c), c, (x, h_prev, c_prev, f, c)

    def backward(self, dh, dc, cache):
        x, h_prev, c_prev, f, c = cache
        d = dh * (1 - np.tanh(c) ** 2) + dc
        df = d * c_prev * f * (1 - f)
        self.dW, self.dU = x.T @ df, h_prev.T @ df
        return df @ self.W.T, df @ self.U.T + d * (1 - np.tanh(h_prev) ** 2), d * f
"""

CASES = {
    "data that may be given": (OPTIONAL_DATA, ":Regressor", "sum(errors) / self.size", "sum(errors)"),
    "names that nothing imports": (UNSAID, ":Unit", "(1 - self.a ** 2)", "(1 - self.a)"),
    "what is left in entries by number": (LEFT_BY_LAYER, ":Columns", "+ lambd / m * self.W[1]", "+ lambd * self.W[1]"),
    "targets that a method sets": (SET_BEFORE, ":SoftmaxLoss", "self.slope /= len(scores)\n", "\n"),
    "lists as weights": (LISTS, ":Lists", "(1 - h[i] ** 2)", "(1 - h[i])"),
    "weights handed to the loss": (HANDED_WEIGHTS, ":Softmax", "X.T @ p + reg * W", "X.T @ p"),
    "a loss of one output": (ONE_OUTPUT, ":Logistic", "x.T.dot(y - h)", "x.T.dot(y - h) / len(x)"),
    "a word for each layer": (BY_WORDS, "", ' * (1 - cache[f"A{i - 1}"] ** 2)', ""),
    "a loop in a function": (IN_A_FUNCTION, "", "lr * d_b", "lr * d_b / len(d_b)"),
    "an optimizer of its own": (OWN_OPTIMIZER, ":Line", "(x ** 2).T @ error", "x.T @ error"),
    "a state that goes on": (CARRIES_ON, ":Carrying", "later = self.U.T @ raw", "later = self.U @ raw"),
    "a decoder that is a view": (TURNED, ":Tied", " + dy.T @ self.h", ""),
    "steps of a demo": (STEPS, ":backward", "later = d\n", "later = 0\n"),
    "what forward keeps in a demo": (KEPT_BEFORE, ":Graph", "self.AX.T @ d", "self.AX @ d[:, :3].repeat(1, 0)[:6]"),
    "a course in a class": (PASSED_AROUND, ":Deep", '* (1 - kept[f"A{i - 1}"])', ""),
    "neurons in lists and dicts": (NEURONS, ":backward_propagate_error", '* other["delta"]', '* other["output"]'),
    "a gradient that nothing reads": (OF_TWO_OUTPUTS, ":Cell", " + dc\n", "\n"),
    "a loss of one vector": (OF_A_VECTOR, ":gradient", "(t - middle)\n        slopes[2]", "t\n        slopes[2]"),
}


@pytest.mark.parametrize(("code", "name", "right", "wrong"), CASES.values(), ids=CASES)
def test_right_and_wrong(tmp_path: Path, code: str, name: str, right: str, wrong: str) -> None:
    (tmp_path / "squash.py").write_text(SQUASH)
    assert code.count(right) == 1, right
    for text, expected in ((code, True), (code.replace(right, wrong), False)):
        file = tmp_path / f"{'right' if expected else 'wrong'}.py"
        file.write_text(text)
        report = check_class(f"{file}{name}")
        assert report.right == expected, report_text(report)
        assert expected or failed(report)


def test_a_sigmoid_that_passes_on_is_right_with_its_loss_alone(tmp_path: Path) -> None:
    file = tmp_path / "pair.py"
    file.write_text(PASSED_ON)
    report = check_class(f"{file}:Sigmoid")
    assert report.verdict == "right, but"
    assert "together with BinaryCrossEntropy" in report_text(report)
    file.write_text(PASSED_ON.replace("(self.p - self.y) /", "(self.p - self.y) / (self.p * (1 - self.p)) /"))
    assert not check_class(f"{file}:Sigmoid").right


def test_a_network_is_checked_with_its_own_loss_though_that_is_of_one_output(tmp_path: Path) -> None:
    code = LEFT_BY_LAYER.replace("sizes=(4, 5, 1)", "n_x, n_h, n_y").replace("sizes[i], sizes[i - 1]", "*shape")
    code = code.replace("for i in (1, 2)}", "for i, shape in ((1, (n_h, n_x)), (2, (n_y, n_h)))}")
    code = code.replace("self.J = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / m + penalty", COST)
    file = tmp_path / "columns.py"
    file.write_text(code)
    report = check_class(f"{file}:Columns")
    assert report.right, report_text(report)
    assert "y (1, 5)" in report.given
    assert not report.assumed_loss


COST = "return float(-np.squeeze(y @ np.log(p).T + (1 - y) @ np.log(1 - p).T) / m + penalty)"
