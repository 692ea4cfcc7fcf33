"""Small code in which one mistake is put: that is told, with its line; without it, all is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.kit.students import check_code, failed

from twinprop.gradcheck.report import report_text

TRIPLET = """
import numpy as np


class Triplet:
    def __init__(self, n_in=4, n_out=3):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, anchor, other, same):
        self.kept = anchor, other, same
        d = (anchor - other) @ self.W
        self.d = d
        return np.mean(same * (d ** 2).sum(axis=1))

    def backward(self):
        anchor, other, same = self.kept
        return {"W": 2 * (anchor - other).T @ (same[:, None] * self.d) / len(same)}
"""
VAE = """
import numpy as np
from collections import namedtuple

Slopes = namedtuple("Slopes", "dmu dlogvar")


class Divergence:
    def forward(self, mu, logvar, noise):
        self.kept = mu, logvar, noise
        z = mu + np.exp(logvar / 2) * noise
        return 0.5 * np.sum(z ** 2) + 0.5 * np.sum(np.exp(logvar) - logvar)

    def backward(self):
        mu, logvar, noise = self.kept
        dz = mu + np.exp(logvar / 2) * noise
        return Slopes(dz, 0.5 * dz * np.exp(logvar / 2) * noise + 0.5 * (np.exp(logvar) - 1))
"""
WORDS = """
import numpy as np


class Palabras:
    def __init__(self, n=7, d=3):
        self.entrada, self.salida = np.random.randn(n, d), np.random.randn(n, d)

    def perdida(self, centro, negativos):
        self.centro, self.negativos = centro, np.asarray(negativos)
        self.p = 1 / (1 + np.exp(self.salida[self.negativos] @ self.entrada[centro]))
        return -np.log(self.p).sum()

    def gradientes(self):
        de, ds = np.zeros_like(self.entrada), np.zeros_like(self.salida)
        de[self.centro] = (1 - self.p) @ self.salida[self.negativos]
        for k, e in zip(self.negativos, 1 - self.p):
            ds[k] += e * self.entrada[self.centro]
        return {"entrada": de, "salida": ds}
"""
HELD = """
import numpy as np


class Quadratic:
    @staticmethod
    def fn(a, y):
        return 0.5 * np.sum((a - y) ** 2)

    @staticmethod
    def delta(z, a, y):
        return (a - y) * slope(z)


def squash(z):
    return 1 / (1 + np.exp(-z))


def slope(z):
    return squash(z) * (1 - squash(z))


class Net:
    def __init__(self, sizes, cost=Quadratic):
        self.cost = cost
        self.biases = [np.random.randn(o, 1) for o in sizes[1:]]
        self.weights = [np.random.randn(o, i) for i, o in zip(sizes, sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = squash(w @ a + b)
        return a

    def backprop(self, x, y):
        a, kept, zs = x, [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ a + b)
            a = squash(zs[-1])
            kept.append(a)
        nabla_b, nabla_w = [0] * len(zs), [0] * len(zs)
        d = self.cost.delta(zs[-1], kept[-1], y)
        for at in range(1, len(zs) + 1):
            if at > 1:
                d = (self.weights[-at + 1].T @ d) * slope(zs[-at])
            nabla_b[-at], nabla_w[-at] = d, d @ kept[-at - 1].T
        return nabla_b, nabla_w
"""
CLOSURES = """
import numpy as np


def make(n=3, m=2):
    params = {"w": np.random.randn(m, n), "b": np.random.randn(m)}
    tape = {}

    def forward(x):
        tape["x"], tape["a"] = x, np.tanh(params["w"] @ x + params["b"])
        return tape["a"]

    def backward(t):
        e = 2 * (tape["a"] - t) * (1 - tape["a"] ** 2)
        return {"w": np.outer(e, tape["x"]), "b": e}

    return forward, backward, params
"""
AUTOENCODER = """
import numpy as np


def init_model(n=5, h=3):
    return {"W": np.random.randn(n, h), "V": np.random.randn(h, n)}


def encode(model, X):
    acts = [X]
    acts.append(np.tanh(acts[-1] @ model["W"]))
    acts.append(acts[-1] @ model["V"])
    return acts


def loss(acts, X, model):
    return 0.5 * np.sum((acts[2] - X) ** 2)


def gradients(model, acts, X):
    d = acts[2] - X
    back = d @ model["V"].T * (1 - acts[1] ** 2)
    return {"W": X.T @ back, "V": acts[1].T @ d}
"""
CELL = """
import numpy as np


class Cell:
    def __init__(self, n=3, m=4):
        self.U, self.V = np.random.randn(n, m), np.random.randn(m, m)
        self.a, self.b = np.random.randn(m), np.random.randn(m)

    def forward(self, x, h):
        self.x, self.h = x, h
        self.r = 1 / (1 + np.exp(-x @ self.U - self.a))
        self.n = np.tanh(self.r * (h @ self.V + self.b))
        return self.n

    def backward(self, dn):
        dz = dn * (1 - self.n ** 2)
        dr = dz * (self.h @ self.V + self.b) * self.r * (1 - self.r)
        self.dU = self.x.T @ dr
        self.da = dr.sum(axis=0)
        self.dV = self.h.T @ (dz * self.r)
        self.db = (dz * self.r).sum(axis=0)
        return dr @ self.U.T, (dz * self.r) @ self.V.T
"""
SHAPED = """
import numpy as np


class Scale:
    def __init__(self, channels=3, slope=0.2):
        self.gamma, self.slope = np.random.randn(1, channels, 1, 1), slope

    def forward(self, x):
        self.x, z = x, self.gamma * x
        self.z = z
        return np.maximum(z, 0.2 * z)

    def backward(self, dy):
        dz = np.where(self.z > 0, dy, 0.2 * dy)
        self.dgamma = (dz * self.x).sum(axis=(0, 2, 3))
        return dz * self.gamma

    def step(self, lr):
        self.gamma -= lr * self.dgamma.reshape(self.gamma.shape)
"""
SENTENCE = """
import numpy as np


class Reader:
    def __init__(self, d=3, h=4):
        self.U, self.V, self.w = np.random.randn(d, h), np.random.randn(h, h), np.random.randn(h)
        self.b = np.zeros(h)

    def forward(self, sentence):
        self.sentence, self.hs = sentence, [np.zeros(4)]
        for word in sentence:
            self.hs.append(np.tanh(word @ self.U + self.hs[-1] @ self.V + self.b))
        self.p = 1 / (1 + np.exp(-self.hs[-1] @ self.w))
        return self.p

    def loss(self, p, label):
        return -(label * np.log(p) + (1 - label) * np.log(1 - p))

    def backward(self, label):
        grads = {name: np.zeros_like(getattr(self, name)) for name in "UVb"}
        grads["w"] = (self.p - label) * self.hs[-1]
        dh = (self.p - label) * self.w
        for t in range(len(self.sentence), 0, -1):
            da = dh * (1 - self.hs[t] ** 2)
            grads["U"] += np.outer(self.sentence[t - 1], da)
            grads["V"] += np.outer(self.hs[t - 1], da)
            grads["b"] += da
            dh = self.V @ da
        return grads
"""
MARGINS = """
import numpy as np


def svm_loss(W, X, y, reg):
    s = X @ W
    rows = np.arange(len(y))
    m = np.maximum(0, s - s[rows, y][:, None] + 1)
    m[rows, y] = 0
    mask = (m > 0).astype(float)
    mask[rows, y] = -mask.sum(axis=1)
    return m.sum() / len(y) + reg * np.sum(W * W), X.T @ mask / len(y) + 2 * reg * W
"""
CLIP = """
import numpy as np


class Hard:
    def __init__(self, low=-1.0, high=1.0):
        self.low, self.high = low, high

    def forward(self, x):
        self.x = x
        return np.clip(x, self.low, self.high)

    def backward(self, dy):
        dx = dy.copy()
        dx[(self.x > self.high) | (self.x < self.low)] = 0
        return dx
"""
TENSOR = """
import numpy as np


class Tensor:
    def __init__(self, data):
        self.data, self.grad, self.parents = np.asarray(data, float), None, ()

    def backward(self):
        self.grad = np.ones_like(self.data)
        stack = [self]
        while stack:
            one = stack.pop()
            for parent, slope in one.parents:
                found = slope(one.grad)
                parent.grad = found if parent.grad is None else parent.grad + found
                stack.append(parent)


def mul(a, b):
    out = Tensor(a.data * b.data)
    out.parents = (a, lambda g: g * b.data), (b, lambda g: g * a.data)
    return out


def div(a, b):
    out = Tensor(a.data / b.data)
    out.parents = (a, lambda g: g / b.data), (b, lambda g: -g * a.data / b.data ** 2)
    return out


def total(a):
    out = Tensor(np.array(a.data.sum()))
    out.parents = ((a, lambda g: g * np.ones_like(a.data)),)
    return out


for name, function in (("mul", mul), ("div", div), ("sum", total)):
    setattr(Tensor, name, function)
"""

CASES = [
    ("Triplet", TRIPLET, 'return {"W": 2 * ', 'return {"W": ', {"backward()['W']"}, "the 2 is missing"),
    ("Divergence", VAE, "0.5 * dz * np.exp", "dz * np.exp", {"backward()['dlogvar']"}, "is twice too large"),
    ("Palabras", WORDS, "+= e * self", "+= -e * self", {"backward()['salida']"}, "the sign is wrong"),
    ("Net", HELD, "(a - y) * slope(z)", "(a - y) * slope(a)", None, "a stands where z belongs"),
    ("Net", HELD, "* slope(zs[-at])", "* slope(kept[-at])", None, "zs[-at] belongs"),
    ("make", CLOSURES, ' * (1 - tape["a"] ** 2)', "", {"backward()['w']", "backward()['b']"}, ""),
    (
        "encode,gradients",
        AUTOENCODER,
        "* (1 - acts[1] ** 2)",
        "* (1 - acts[1])",
        {"backward()['W']"},
        "wrong derivative",
    ),
    ("Cell", CELL, "self.db = (dz * self.r)", "self.db = dz", {"db"}, "the factor self.r is missing"),
    ("Scale", SHAPED, "0.2 * dy)", "0.02 * dy)", {"dgamma", "dx"}, "the number 0.02 is wrong: 0.2 is right"),
    (
        "Scale",
        SHAPED,
        "(dz * self.x).sum(axis=(0, 2, 3))",
        "(dz * self.x)[:, :, 0, 0].sum(axis=0)",
        {"dgamma"},
        "one place alone",
    ),
    ("Reader", SENTENCE, 'grads["b"] += da', 'grads["b"] = da', {"backward()['b']"}, "+= in place of ="),
    ("svm_loss", MARGINS, "= -mask.sum(axis=1)", "= -1", {"dx"}, "once for each margin"),
    ("Hard", CLIP, "(self.x > self.high) | (self.x < self.low)", "self.x > self.high", {"dx"}, "one side of the mask"),
    ("Tensor", TENSOR, "b.data ** 2", "b.data", {"db of (a.div(b))"}, "the operation whose backward is wrong"),
]


@pytest.mark.parametrize(
    ("name", "code", "right", "wrong", "names", "hint"), CASES, ids=[str(case[5] or case[0]) for case in CASES]
)
def test_right_and_with_a_mistake(
    tmp_path: Path, name: str, code: str, right: str, wrong: str, names: set[str] | None, hint: str
) -> None:
    assert code.count(right) == 1
    report = check_code(tmp_path, code, name)
    assert report.right, report_text(report)
    report = check_code(tmp_path, code.replace(right, wrong), name)
    assert not report.right
    assert names is None or failed(report) == names, report_text(report)
    text = " ".join(report_text(report).split())
    assert hint in text, text
    if hint and name != "Tensor":
        line = (
            code.replace(right, wrong)
            .splitlines()
            .index(next(one for one in code.replace(right, wrong).splitlines() if wrong in one))
            + 1
        )
        assert re.search(rf"\.py:{line}: ", text), text


TWO = """
import numpy as np


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, d):
        return d * self.y * (1 - self.y)


class Stack:
    def __init__(self):
        self.first, self.W = Sigmoid(), np.random.randn(3, 3)
        self.second = {second}

    def forward(self, x):
        self.h = self.first.forward(x)
        return self.second.forward(self.h @ self.W)

    def backward(self, d):
        d = self.second.backward(d)
        self.dW = self.h.T @ d
        return self.first.backward(d @ self.W.T)
"""


def test_one_object_in_two_places(tmp_path: Path) -> None:
    assert check_code(tmp_path, TWO.format(second="Sigmoid()"), "Stack").right
    report = check_code(tmp_path, TWO.format(second="self.first"), "Stack")
    assert failed(report) == {"dx"}
    assert "self.first and self.second: one object" in " ".join(report_text(report).split())


GROWN = """
import numpy as np


class PReLU:
    def __init__(self, a={start}):
        self.a = a

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.a * x)

    def backward(self, dy):
        self.da = (dy * np.minimum(self.x, 0)).sum({axis})
        return dy * np.where(self.x > 0, 1.0, self.a)
"""


def test_a_number_with_a_gradient_for_each_unit(tmp_path: Path) -> None:
    """The first step makes several of it, which may not be meant."""
    assert check_code(tmp_path, GROWN.format(start=0.25, axis=""), "PReLU").verdict == "right"
    report = check_code(tmp_path, GROWN.format(start=0.25, axis="axis=0"), "PReLU")
    assert report.verdict == "right, but"
    assert "a is one number, and its gradient has 4" in report.advice[0]


POINTWISE = """
import numpy as np


class Pointwise:
    def __init__(self, c=3, f=2):
        self.K, self.b = np.random.randn(f, c), np.zeros((f, 1))

    def forward(self, x):
        self.x = x
        return np.einsum("fc,ncl->nfl", self.K, x) + self.b

    def backward(self, dy):
        self.dK = np.einsum("nfl,ncl->fc", dy, self.x)
        self.db = dy.sum(axis=0).mean(axis=1, keepdims=True)
        return np.einsum("fc,nfl->ncl", self.K, dy)
"""


def test_a_mean_of_one_place_is_a_sum(tmp_path: Path) -> None:
    """What only a longer axis shows is explained with one."""
    report = check_code(tmp_path, POINTWISE, "Pointwise")
    assert failed(report) == {"db"}
    assert "the mean is taken where the sum belongs" in report_text(report), report_text(report)
