"""What a script or a signature tells beside the class: a training, a loop's first turn, words, weights handed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import failed

from twinprop.gradcheck.check import check_class
from twinprop.gradcheck.report import report_text

TRAINS_WITHOUT_DATA = """
import numpy as np

class Codec:
    def __init__(self, down, up, middle):
        if up != down[::-1] or len(up) < 2:
            raise TypeError("what goes up has to come down")
        self.sizes = [*down, middle, *up]
        self.W = [0.5 * np.random.randn(a, b) for a, b in zip(self.sizes, self.sizes[1:])]

    def forward(self, x):
        self.seen = [x]
        for W in self.W:
            self.seen.append(np.tanh(self.seen[-1] @ W))
        return self.seen[-1]

    def backward(self, d):
        self.grads = [None] * len(self.W)
        for k in reversed(range(len(self.W))):
            d = d * (1 - self.seen[k + 1] ** 2)
            self.grads[k] = self.seen[k].T @ d
            d = d @ self.W[k].T
        return d

    def train(self):
        for images in open("images.bin", "rb"):
            self.backward(self.forward(images) - images)

if __name__ == "__main__":
    codec = Codec([64, 32], [32, 64], 16)
    codec.train()
"""

HANDS_OVER_ITS_WEIGHTS = """
import numpy as np

class Perceptrons:
    def __init__(self, inputs=4, hidden=5, outputs=3, eta=0.1, epochs=20):
        self.eta, self.epochs = eta, epochs
        self.w1 = 0.5 * np.random.randn(hidden, inputs + 1)
        self.w2 = 0.5 * np.random.randn(outputs, hidden + 1)

    def _with_ones(self, a):
        return np.vstack([np.ones(a.shape[1]), a])

    def _feedforward(self, X, w1, w2):
        a1 = self._with_ones(X.T)
        z2 = w1 @ a1
        a2 = self._with_ones(np.tanh(z2))
        a3 = 1 / (1 + np.exp(-(w2 @ a2)))
        return a1, z2, a2, a3

    def _slopes(self, a1, z2, a2, a3, Y, w2):
        d3 = a3 - Y.T
        d2 = (w2[:, 1:].T @ d3) * (1 - np.tanh(z2) ** 2)
        return d2 @ a1.T, d3 @ a2.T

    def predict(self, X):
        return self._feedforward(X, self.w1, self.w2)[-1].argmax(axis=0)

    def fit(self, X, Y):
        for _ in range(self.epochs):
            a1, z2, a2, a3 = self._feedforward(X, self.w1, self.w2)
            g1, g2 = self._slopes(a1, z2, a2, a3, Y, self.w2)
            self.w1 -= self.eta * g1
            self.w2 -= self.eta * g2
        return self
"""

NAMED_IN_A_LOOP = """
import numpy as np

def init_net(seed=0):
    np.random.seed(seed)
    values = {}
    for k, part in enumerate(plan):
        values[f"W{k}"] = 0.5 * np.random.randn(part["out"], part["in"])
        values[f"b{k}"] = 0.5 * np.random.randn(part["out"], 1)
    return values

def net_forward(X, values):
    memory, a = {}, X
    for k, part in enumerate(plan):
        memory[f"A{k}"] = a
        a = a @ values[f"W{k}"].T + values[f"b{k}"].T
        a = np.tanh(steep * a) if part["bend"] == "tanh" else a
        memory[f"B{k}"] = a
    return a, memory

def net_backward(Y_hat, Y, memory, values):
    grads, d = {}, (Y_hat - Y.reshape(Y_hat.shape)) / len(Y)
    for k in reversed(range(len(plan))):
        if plan[k]["bend"] == "tanh":
            d = d * steep * (1 - memory[f"B{k}"] ** 2)
        grads[f"dW{k}"] = d.T @ memory[f"A{k}"]
        grads[f"db{k}"] = d.sum(axis=0, keepdims=True).T
        d = d @ values[f"W{k}"]
    return grads

mode = "steep"
if mode == "steep":
    steep = 2
else:
    steep = missing
data = np.genfromtxt("nowhere.txt")
for bend in ["tanh", "none"]:
    plan = [{"in": 7, "out": 4, "bend": bend}, {"in": 4, "out": 2, "bend": bend}]
    train(data, plan)
"""

SIZES_AS_AN_ARRAY = """
import numpy as np

def initialize(num_hidden, sizes):
    theta = {}
    for k in range(1, num_hidden + 2):
        theta["W" + str(k)] = 0.5 * np.random.randn(sizes[k], sizes[k - 1])
        theta["b" + str(k)] = 0.1 * np.random.randn(sizes[k], 1)
    return theta

def feed_forward(X, theta, sizes):
    last, cache, H = sizes.shape[0] - 1, {"H0": X}, X
    for k in range(1, last + 1):
        A = theta["W" + str(k)] @ H + theta["b" + str(k)]
        H = np.tanh(A) if k < last else np.exp(A) / np.exp(A).sum(axis=0)
        cache["H" + str(k)] = H
    assert H.shape == (sizes[last], X.shape[1])
    return H, cache

def cost(Y, Y_hat, loss):
    if loss == "sq":
        return ((Y - Y_hat) ** 2).sum() / (2 * Y.shape[1])
    elif loss == "ce":
        return -(Y * np.log(Y_hat)).sum() / Y.shape[1]

def back_prop(X, Y, Y_hat, loss, cache, theta, sizes):
    last, n, grads = sizes.shape[0] - 1, X.shape[1], {}
    if loss == "sq":
        d = Y_hat * (Y_hat - Y - ((Y_hat - Y) * Y_hat).sum(axis=0))
    elif loss == "ce":
        d = Y_hat - Y
    for k in range(last, 0, -1):
        grads["dW" + str(k)] = d @ cache["H" + str(k - 1)].T / n
        grads["db" + str(k)] = d.sum(axis=1, keepdims=True) / n
        d = (theta["W" + str(k)].T @ d) * (1 - cache["H" + str(k - 1)] ** 2)
    return grads
"""

A_WORD_FOR_ITS_TRAINING = """
import numpy as np

class Net:
    def __init__(self, sizes):
        self.W = [0.5 * np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]

    def _cost(self, method, y, out, slope):
        if method == "MSE":
            return out - y if slope else ((out - y) ** 2).sum() / 2

    def forward_prop(self, x):
        layers = [x]
        for W in self.W:
            layers.append(np.tanh(layers[-1] @ W))
        return layers

    def _descend(self, method, y, layers, lr):
        d = self._cost(method, y, layers[-1], True) * (1 - layers[-1] ** 2)
        grads = []
        for k in reversed(range(len(self.W))):
            grads.insert(0, layers[k].T @ d)
            d = (d @ self.W[k].T) * (1 - layers[k] ** 2)
        self.W = [W - lr * g for W, g in zip(self.W, grads)]

    def fit(self, X_Data, Y_Data, method, lr, epochs):
        for _ in range(epochs):
            self._descend(method, Y_Data, self.forward_prop(X_Data), lr)
"""

LAYERS_LEARN_THEIR_SIZES = """
import numpy as np

class DenseLayer:
    def __init__(self, units, bend="tanh", input_dim=None):
        self.units, self.bend, self.input_dim = units, bend, input_dim
        self.weights = self.bias = None

    def initialize(self):
        self.weights = 0.5 * np.random.randn(self.input_dim, self.units)
        self.bias = np.zeros((1, self.units))

    def forward(self, x):
        self.x = x
        self.a = np.tanh(x @ self.weights + self.bias)
        return self.a

    def backward(self, d):
        d = d * (1 - self.a**2)
        self.dweights, self.dbias = self.x.T @ d, d.sum(axis=0, keepdims=True)
        return d @ self.weights.T

class Network:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d

class Model:
    def create(self, layers, size):
        layers[0].input_dim = size
        for before, layer in zip(layers, layers[1:]):
            layer.input_dim = before.units
        for layer in layers:
            layer.initialize()
        return Network(layers)
"""

KINDS = {
    "Codec": (TRAINS_WITHOUT_DATA, "d = d @ self.W[k].T", "d = -d @ self.W[k].T"),
    "Perceptrons": (HANDS_OVER_ITS_WEIGHTS, "return d2 @", "return -d2 @"),
    "net_backward": (NAMED_IN_A_LOOP, "d = d @ values", "d = -d @ values"),
    "back_prop": (SIZES_AS_AN_ARRAY, 'd = (theta["W"', 'd = -(theta["W"'),
    "Network": (LAYERS_LEARN_THEIR_SIZES, "= self.x.T @ d", "= -self.x.T @ d"),
    "Net": (A_WORD_FOR_ITS_TRAINING, "d = (d @", "d = -(d @"),
}


@pytest.mark.parametrize("name", KINDS)
def test_it_runs_as_its_author_runs_it(tmp_path: Path, name: str) -> None:
    code, right, wrong = KINDS[name]
    file, twin = tmp_path / "work.py", tmp_path / "twin.py"
    file.write_text(code)
    report = check_class(f"{file}:{name}")
    assert report.verdict in ("right", "right, but"), report_text(report)
    assert not failed(report)
    assert code.count(right) == 1
    twin.write_text(code.replace(right, wrong))
    assert failed(check_class(f"{twin}:{name}"))


@pytest.mark.slow
def test_the_other_word_of_a_backward_where_the_first_does_not_run(tmp_path: Path) -> None:
    file = tmp_path / "work.py"
    file.write_text(SIZES_AS_AN_ARRAY.replace("d = Y_hat * (", "d = CLASSES * ("))
    report = check_class(f"{file}:back_prop")
    assert not failed(report), report_text(report)
