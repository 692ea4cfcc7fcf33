"""Steps with more than the gradient in them, penalties that are off by default, private names, files of functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinprop.gradcheck.check import check_class

MOMENTUM = """
import numpy as np
class Dense:
    def __init__(self, n_in, n_out, activation='relu', beta=0.9):
        self.W = np.random.randn(n_out, n_in)
        self.activation, self.beta, self.velocity = activation, beta, np.zeros((n_out, n_in))
    def forward(self, x):
        self.x, self.z = x, x @ self.W.T
        if self.activation == 'softmax':
            e = np.exp(self.z - self.z.max(1, keepdims=True))
            return e / e.sum(1, keepdims=True)
        return np.maximum(self.z, 0)
    def backward(self, d, learning_rate=0.01):
        if self.activation == 'relu':
            d = d * (self.z > 0)
        dx = d @ self.W
        self.velocity = self.beta * self.velocity + (1 - self.beta) * (d.T @ self.x{slip})
        self.W -= learning_rate * self.velocity
        return dx
"""


@pytest.mark.parametrize("words", [(), ("4", "3", "softmax")])
@pytest.mark.parametrize(("slip", "right"), [("", True), (" * 3", False), (" + 1", False)])
def test_a_layer_whose_step_is_an_average(tmp_path: Path, words: tuple[str, ...], slip: str, right: bool) -> None:
    """Its first step is 1 - beta of the gradient; of a softmax, backward is given p - y."""
    (tmp_path / "dense.py").write_text(MOMENTUM.format(slip=slip))
    report = check_class(f"{tmp_path}/dense.py:Dense", words)
    assert report.right is right, report
    assert not right or any("beta = 0" in one for one in report.advice)
    assert not any("activation='softmax'" in one for one in report.advice)


NETWORK = """
import numpy as np
class Network:
    def __init__(self, n, h, k):
        self.params = dict(W1=np.random.randn(n, h), b1=np.zeros(h), W2=np.random.randn(h, k), b2=np.zeros(k))
    def loss(self, X, y=None, {reg}=0.0):
        W1, b1, W2, b2 = (self.params[name] for name in ('W1', 'b1', 'W2', 'b2'))
        h = np.maximum(0, X @ W1 + b1)
        z = h @ W2 + b2
        if y is None:
            return z
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        n = len(X)
        loss = -np.log(p[range(n), y]).mean() + 0.5 * {reg} * ((W1 ** 2).sum() + ({second} ** 2).sum())
        p[range(n), y] -= 1
        d = p / n
        dh = d @ W2.T * (h > 0)
        return loss, dict(W1=X.T @ dh + {reg} * W1, b1=dh.sum(0), W2=h.T @ d + {factor} * W2, b2=d.sum(0))
"""


@pytest.mark.parametrize("reg", ["reg", "weight_decay", "lam"])
@pytest.mark.parametrize(
    ("second", "factor", "told"),
    [
        ("W2", "{reg}", ""),
        ("W1", "{reg}", "['W1'], "),
        ("W2", "2 * {reg}", ": backward()['W2']"),
        ("W2", "0", "['W2']"),
    ],
)
def test_a_penalty_that_is_0_by_default_is_tried(tmp_path: Path, reg: str, second: str, factor: str, told: str) -> None:
    code = NETWORK.format(reg=reg, second=second, factor=factor.format(reg=reg))
    (tmp_path / "net.py").write_text(code)
    report = check_class(f"{tmp_path}/net.py:Network")
    assert report.right
    some = [one for one in report.advice if one.startswith(f"with {reg}=")]
    assert not some if not told else told in some[0], report.advice


LOGISTIC = """
import numpy as np
class Logistic:
    def __init__(self, lr=0.1, n_iter=1000, strength=0.0):
        self.lr, self.n_iter, self.fitted = lr, n_iter, False
    def fit(self, X, y):
        X = self.{_}with_ones(X)
        self.k = len(np.unique(y))
        if not self.fitted:
            self.{_}begin(X)
        if self.k <= 2:
            self.w = self.{_}train(X, y, self.w)
        else:
            for k in range(self.k):
                self.w[:, k] = self.{_}train(X, (y == k).astype(int), self.w[:, k])
        self.fitted = True
    def {_}begin(self, X):
        self.w = np.zeros(X.shape[1]) if self.k <= 2 else np.zeros((X.shape[1], self.k))
    def {_}train(self, X, y, w):
        for _ in range(self.n_iter):
            p = self.{_}sigmoid(X @ w)
            if y.shape != p.shape:
                raise ValueError('a vector of targets')
            w -= self.lr * X.T @ {error} / len(X)
        return w
    def predict_proba(self, X):
        if not self.fitted:
            return
        return self.{_}sigmoid(self.{_}with_ones(X) @ self.w)
    def {_}sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
    def {_}with_ones(self, X):
        return np.c_[np.ones(len(X)), X]
"""


@pytest.mark.parametrize("before", ["_", "__"])
def test_private_methods_are_found_as_any_other(tmp_path: Path, before: str) -> None:
    """The first targets that are tried fail when weights of another shape are there already."""
    (tmp_path / "right.py").write_text(LOGISTIC.format(_=before, error="(p - y)"))
    report = check_class(f"{tmp_path}/right.py:Logistic")
    assert report.right, report
    assert report.assumed_loss == "binary cross entropy, mean over the samples"
    assert [one.of for one in report.gradients] == ["w"]


LOOP = """
import numpy as np
class Logistic:
    def __init__(self, lr=0.1, n_iter=1000):
        self.lr, self.n_iter = lr, n_iter
    def fit(self, X, y):
        self.w, self.b = np.zeros(X.shape[1]), 0
        for _ in range(self.n_iter):
            p = self.__sigmoid(X @ self.w + self.b)
            self.w -= self.lr * X.T @ (p - y){slip} / len(X)
            self.b -= self.lr * np.mean(p - y)
    def predict(self, X):
        return (self.__sigmoid(X @ self.w + self.b) > 0.5).astype(int)
    def __sigmoid(self, z):
        return 1 / (1 + np.exp(-z))
"""


@pytest.mark.parametrize(("slip", "right"), [("", True), ("**2", False)])
def test_a_loop_in_a_method_that_calls_a_private_one(tmp_path: Path, slip: str, right: bool) -> None:
    (tmp_path / "loop.py").write_text(LOOP.format(slip=slip))
    report = check_class(f"{tmp_path}/loop.py:Logistic")
    assert report.right is right
    assert len(report.gradients) == 2


FUNCTIONS = """
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def linear_backward(dZ, A):
    return dZ @ A.T / A.shape[1], dZ.mean(1, keepdims=True)
def start(sizes):
    return {{f'{{k}}{{n}}': np.random.randn(sizes[n], sizes[n - 1] if k == 'W' else 1)
            for n in range(1, len(sizes)) for k in 'Wb'}}
def forward_propagation(X, parameters):
    A = [X]
    for n in range(1, len(parameters) // 2 + 1):
        A.append(sigmoid(parameters[f'W{{n}}'] @ A[-1] + parameters[f'b{{n}}']))
    return A[-1], A
def compute_cost(AL, Y):
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]
def backward_propagation(AL, Y, A, parameters):
    grads, dZ = {{}}, AL - Y
    for n in range(len(parameters) // 2, 0, -1):
        grads[f'dW{{n}}'], grads[f'db{{n}}'] = linear_backward(dZ, A[n - 1])
        dZ = parameters[f'W{{n}}'].T @ dZ * {slope}
    return grads
def gradient_descent(X, Y, sizes, steps=1000):
    rate, last = 0.1, 10.0
    parameters = start([X.shape[0], *sizes])
    for _ in range(steps):
        AL, A = forward_propagation(X, parameters)
        cost = compute_cost(AL, Y)
        if last < cost:
            rate = rate * 0.95
        last = cost
        grads = backward_propagation(AL, Y, A, parameters)
        for name in parameters:
            parameters[name] -= rate * grads['d' + name]
    return parameters
"""


@pytest.mark.parametrize(("slope", "right"), [("A[n - 1] * (1 - A[n - 1])", True), ("(1 - A[n - 1])", False)])
@pytest.mark.parametrize("name", ["", ":backward_propagation"])
def test_of_functions_that_call_each_other_the_outermost_is_meant(
    tmp_path: Path, slope: str, right: bool, name: str
) -> None:
    """A rate that falls where the cost grows is no gradient of the first batch."""
    (tmp_path / "net.py").write_text(FUNCTIONS.format(slope=slope))
    report = check_class(f"{tmp_path}/net.py{name}")
    assert report.right is right, report
    assert "backward_propagation" in report.title
    assert not any("second batch" in told for _, told in report.found)


BY_FUNCTIONS = """
import numpy as np
def initialize(n, m, k):
    return {{"W1": np.random.randn(n, m), "b1": np.zeros(m), "W2": np.random.randn(m, k), "b2": np.zeros(k)}}
def forward(X, params):
    h = np.tanh(X @ params["W1"] + params["b1"])
    y_hat = h @ params["W2"] + params["b2"]
    return {order}
def loss(y_hat, y):
    return 0.5 * np.sum((y_hat - y) ** 2)
def backward(X, y, y_hat, h, params, lr):
    d = {factor}(y_hat - y)
    d1 = d @ params["W2"].T * (1 - h ** 2)
    steps = {{"W1": X.T @ d1, "b1": d1.sum(0), "W2": h.T @ d, "b2": d.sum(0)}}
    {step}
"""

STEPS = {
    "in place": "for name in params: params[name] -= lr * steps[name]",
    "anew": "return {name: params[name] - lr * steps[name] for name in params}",
    "assigned": "for name in params: params[name] = params[name] - lr * steps[name]\n    return params",
}


@pytest.mark.parametrize("order", ["y_hat, h", "h, y_hat"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("factor", "right"), [("", True), ("3 * ", True), ("h.sum() * ", False)])
def test_functions_that_take_the_step(tmp_path: Path, order: str, step: str, factor: str, right: bool) -> None:
    """The weights may be returned as they are after it; a factor beside the rate is told."""
    (tmp_path / "net.py").write_text(BY_FUNCTIONS.format(order=order, step=STEPS[step], factor=factor))
    report = check_class(f"{tmp_path}/net.py:forward,loss,backward")
    assert report.right is right, report
    assert len(report.gradients) == 4
    assert any("times 3" in one for one in report.advice) is factor.startswith("3")


VECTORS = """
import numpy as np
def forward(X, W, b):
    return np.tanh(X @ W + b)
def loss(out, y):
    return 0.5 * np.sum((out - y) ** 2)
def backward(X, y, out, W, b, learning_rate):
    d = (out - y) * (1 - out{power})
    W_new = W - learning_rate * X.T @ d
    b_new = b - learning_rate * d.sum(0)
    return W_new, b_new
"""


@pytest.mark.parametrize(("power", "right"), [(" ** 2", True), ("", False)])
def test_a_function_that_returns_new_weights(tmp_path: Path, power: str, right: bool) -> None:
    (tmp_path / "net.py").write_text(VECTORS.format(power=power))
    report = check_class(f"{tmp_path}/net.py:forward,loss,backward")
    assert report.right is right, report
    assert [one.of for one in report.gradients] == ["W", "b"]


HOLDS_ITS_DATA = """
import numpy as np
class Network:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.W1, self.W2 = np.random.randn(x.shape[1], 4), np.random.randn(4, 3)
    def feedforward(self):
        self.h = np.tanh(self.input @ self.W1)
        self.output = np.tanh(self.h @ self.W2)
    def backprop(self, lr):
        d = {factor}(self.y - self.output) * (1 - self.output ** 2)
        d1 = d @ self.W2.T * (1 - self.h ** 2)
        self.W2 += lr * self.h.T @ d
        self.W1 += lr * self.input.T @ d1
    def loss(self):
        return 0.5 * np.sum((self.y - self.output) ** 2)
"""


@pytest.mark.parametrize("factor", ["", "3 * "])
def test_a_factor_beside_the_rate_that_a_method_is_given_is_told(tmp_path: Path, factor: str) -> None:
    (tmp_path / "net.py").write_text(HOLDS_ITS_DATA.format(factor=factor))
    report = check_class(f"{tmp_path}/net.py:Network")
    assert report.right
    assert any("times 3" in one for one in report.advice) is bool(factor)


LEAVES_AND_STEPS = """
import numpy as np
class Dense:
    def __init__(self, n, k, lr=0.1):
        self.W, self.b, self.lr, self.v = np.random.randn(n, k), np.random.randn(k), lr, np.zeros((n, k))
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(0)
        dx = d @ self.W.T
        {step}
        self.b -= self.lr * self.db
        return dx
"""

UPHILL, OTHER = "W where it has to subtract it", "changes W is no multiple"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("self.W -= self.lr * self.dW", ""),
        ("self.W -= 2 * self.lr * self.dW / len(d)", ""),
        ("self.v = 0.9 * self.v - self.lr * self.dW; self.W += self.v", ""),
        ("self.W += self.lr * self.dW", UPHILL),
        ("self.W = self.W + self.lr * self.dW", UPHILL),
        ("self.W -= self.lr * self.dW * self.W", OTHER),
        ("self.W -= self.lr * self.dW / (np.sqrt(self.dW ** 2) + 1e-8)", OTHER),
        ("self.W -= self.lr * (self.x ** 2).T @ d", OTHER),
    ],
)
def test_a_step_beside_right_gradients_is_accounted_for(tmp_path: Path, step: str, told: str) -> None:
    """One that goes uphill is to be mended; one of an optimizer is named as not checked."""
    (tmp_path / "dense.py").write_text(LEAVES_AND_STEPS.format(step=step))
    report = check_class(f"{tmp_path}/dense.py:Dense")
    assert report.right
    assert any(UPHILL in one for one in report.advice) is (told == UPHILL)
    assert any(OTHER in one for one in report.notes) is (told == OTHER)


STEPS_APART = """
import numpy as np
class Dense:
    def __init__(self, n, k):
        self.W, self.b, self.v = np.random.randn(n, k), np.random.randn(k), 0
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(0)
        return d @ self.W.T
    def {name}(self, lr=0.1):
        self.v = 0.9 * self.v + self.dW
        self.W {sign}= lr * self.v
        self.b -= lr * self.db
"""


@pytest.mark.parametrize("name", ["update", "step", "update_parameters"])
@pytest.mark.parametrize("sign", ["-", "+"])
def test_a_method_that_takes_the_step_uphill_is_told(tmp_path: Path, name: str, sign: str) -> None:
    (tmp_path / "dense.py").write_text(STEPS_APART.format(name=name, sign=sign))
    report = check_class(f"{tmp_path}/dense.py:Dense")
    assert report.verdict == ("right" if sign == "-" else "right, but")
    assert any(one.startswith(f"{name} adds its step to W where") for one in report.advice) is (sign == "+")


CARRIES = """
import numpy as np
class Letters:
    def __init__(self, n=4, h=5):
        self.U, self.W, self.V = (0.1 * np.random.randn(*s) for s in ((h, n), (h, h), (n, h)))
    def forward(self, inputs):
        xs, hs, ps = {{}}, {{-1: np.zeros((len(self.W), 1))}}, {{}}
        for t, ix in enumerate(inputs):
            xs[t] = np.zeros((len(self.V), 1))
            xs[t][ix] = 1
            hs[t] = np.tanh(self.U @ xs[t] + self.W @ hs[t - 1])
            e = np.exp(self.V @ hs[t])
            ps[t] = e / e.sum()
        return xs, hs, ps
    def backward(self, xs, hs, ps, targets):
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        carry = 0
        for t in reversed(range(len(targets))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            dV += dy @ hs[t].T
            raw = (1 - hs[t] ** 2) * (self.V.T @ dy + carry)
            dU += raw @ xs[t].T
            dW += raw @ hs[t - 1].T
            carry = {carry}
        return dU, dW, dV
    def loss(self, ps, targets):
        return -sum(np.log(ps[t][k, 0]) for t, k in enumerate(targets))
"""


@pytest.mark.parametrize(("carry", "right"), [("self.W.T @ raw", True), ("np.sin(self.W.T @ raw)", False)])
def test_a_small_mistake_is_no_small_number_that_forward_adds(tmp_path: Path, carry: str, right: bool) -> None:
    (tmp_path / "letters.py").write_text(CARRIES.format(carry=carry))
    report = check_class(f"{tmp_path}/letters.py:Letters")
    assert report.right is right, report
    assert len(report.gradients) == 3
