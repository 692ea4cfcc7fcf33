"""Layers and losses as students write them: sound ones, and each known mistake in one of them."""

from itertools import pairwise

import numpy as np

# Sound


class Linear:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs) * 0.5
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW = self.x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T


class TorchLinear:
    """W (out, in), gradients named as in torch, kept from the start and cleared by zero_grad."""

    def __init__(self, inputs, outputs):
        self.weight = np.random.randn(outputs, inputs).astype(np.float32)
        self.bias = np.zeros(outputs, np.float32)
        self.weight_grad = np.zeros((outputs, inputs))
        self.bias_grad = np.zeros(outputs)

    def zero_grad(self):
        self.weight_grad = np.zeros_like(self.weight_grad)
        self.bias_grad = np.zeros_like(self.bias_grad)

    def forward(self, x, training=False):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, dy):
        self.weight_grad += dy.T @ self.x
        self.bias_grad += dy.sum(0)
        return dy @ self.weight


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class Sigmoid:
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a

    def backward(self, dy):
        return dy * self.a * (1 - self.a)


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p

    def backward(self, dy):
        return self.p * (dy - (self.p * dy).sum(axis=-1, keepdims=True))


class Log:
    def forward(self, x):
        self.x = x
        return np.log(x)

    def backward(self, dy):
        return dy / self.x


class Exp:
    """Overflows for large numbers, and so does the true answer."""

    def forward(self, x):
        self.y = np.exp(x)
        return self.y

    def backward(self, dy):
        return dy * self.y


class Kinks:
    """Some entries of its first input, or all, sit on a kink."""

    def __init__(self, all_of_them=False):
        self.all_of_them = all_of_them

    def forward(self, x):
        if not hasattr(self, "at"):
            self.at = (x if self.all_of_them else np.where(x > 0.3, x, 0.0)).tolist()
        self.sign = np.where(x > np.array(self.at), 1.0, -1.0)
        return np.abs(x - np.array(self.at))

    def backward(self, dy):
        return dy * self.sign


class Dropout:
    def __init__(self, p=0.5):
        self.p = p

    def forward(self, x):
        self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p)
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class BatchNorm:
    def __init__(self, features):
        self.gamma, self.beta = np.ones(features), np.zeros(features)
        self.running_mean = np.zeros(features)

    def forward(self, x):
        self.running_mean = 0.9 * self.running_mean + 0.1 * x.mean(0)
        self.std = np.sqrt(x.var(0) + 1e-5)
        self.hat = (x - x.mean(0)) / self.std
        return self.gamma * self.hat + self.beta

    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.hat).sum(0), dy.sum(0)
        d = dy * self.gamma
        return (d - d.mean(0) - self.hat * (d * self.hat).mean(0)) / self.std


class CrossEntropy:
    """From logits and labels."""

    def forward(self, z, y):
        z = z - z.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.p, self.y = np.exp(log_p), y
        return -log_p[np.arange(len(y)), y].mean()

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(d)), self.y] -= 1
        return d / len(d)


class MSE:
    def forward(self, a, y):
        self.d = a - y
        return (self.d**2).mean()

    def backward(self):
        return 2 * self.d / self.d.size


class NLL:
    """Of probabilities."""

    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.log(p[np.arange(len(y)), y]).mean()

    def backward(self):
        d = np.zeros_like(self.p)
        d[np.arange(len(d)), self.y] = -1 / self.p[np.arange(len(d)), self.y] / len(d)
        return d


class ClippedBCE:
    def forward(self, p, y):
        self.p, self.y = np.clip(p, 1e-12, 1 - 1e-12), y
        return -np.mean(y * np.log(self.p) + (1 - y) * np.log(1 - self.p))

    def backward(self):
        return (self.p - self.y) / (self.p * (1 - self.p)) / self.p.size


class ClippedNLL(NLL):
    def forward(self, p, y):
        return super().forward(np.maximum(p, 1e-12), y)


class Columns:
    """A network whose samples are columns, as in many courses."""

    def __init__(self, inputs, hidden, outputs):
        self.W1, self.b1 = np.random.randn(hidden, inputs), np.zeros((hidden, 1))
        self.W2, self.b2 = np.random.randn(outputs, hidden), np.zeros((outputs, 1))

    def forward(self, X, Y):
        self.X, self.Y = X, Y
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        Z2 = self.W2 @ self.A1 + self.b2
        Z2 = Z2 - Z2.max(axis=0, keepdims=True)
        log_p = Z2 - np.log(np.exp(Z2).sum(axis=0, keepdims=True))
        self.P = np.exp(log_p)
        return -(Y * log_p).sum() / X.shape[1]

    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (1 - self.A1**2)

    def db(self, dZ):
        return dZ.sum(axis=1, keepdims=True)

    def backward(self):
        dZ2 = (self.P - self.Y) / self.X.shape[1]
        self.dW2, self.db2 = dZ2 @ self.A1.T, self.db(dZ2)
        dZ1 = self.dZ1(dZ2)
        self.dW1, self.db1 = dZ1 @ self.X.T, self.db(dZ1)


class Stack:
    """A network of layers in a list, with its loss."""

    def __init__(self, sizes):
        self.layers = []
        for inputs, outputs in pairwise(sizes):
            self.layers += [Linear(inputs, outputs), ReLU()]
        self.layers.pop()
        self.loss = CrossEntropy()

    def forward(self, x, y):
        for layer in self.layers:
            x = layer.forward(x)
        return self.loss.forward(x, y)

    def backward(self):
        d = self.loss.backward()
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d


class Dicts:
    """Parameters and gradients in dicts; backward is given x and y."""

    def __init__(self, inputs, outputs):
        self.params = {"W": np.random.randn(inputs, outputs), "b": np.zeros(outputs)}
        self.grads = {}

    def forward(self, x, y):
        return ((x @ self.params["W"] + self.params["b"] - y) ** 2).mean()

    def backward(self, x, y):
        d = 2 * (x @ self.params["W"] + self.params["b"] - y) / y.size
        self.grads["W"], self.grads["b"] = x.T @ d, d.sum(0)


class Lists:
    """Weights in a list, gradients in another; backward is given y."""

    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in pairwise(sizes)]

    def forward(self, x, y):
        self.kept = [x]
        for w in self.weights:
            x = np.tanh(x @ w)
            self.kept.append(x)
        return ((x - y) ** 2).mean()

    def backward(self, y):
        d = 2 * (self.kept[-1] - y) / y.size
        self.dweights = [None] * len(self.weights)
        for i in reversed(range(len(self.weights))):
            d = d * (1 - self.kept[i + 1] ** 2)
            self.dweights[i] = self.kept[i].T @ d
            d = d @ self.weights[i].T
        return d


class Masked(Linear):
    """Holds a constant."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.mask = np.random.rand(inputs, outputs)

    def forward(self, x):
        self.x = x
        return x @ (self.W * self.mask) + self.b

    def backward(self, dy):
        self.dW, self.db = (self.x.T @ dy) * self.mask, dy.sum(0)
        return dy @ (self.W * self.mask).T


class WorkArrays(Linear):
    """Keeps room for what backward computes on the way: arrays, a list that it empties, and a number."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.delta, self.dx = np.zeros((1, outputs)), np.zeros((5, inputs))
        self.kept, self.norm = [np.zeros(3), np.zeros(3)], np.array(0.0)

    def forward(self, x):
        self.kept = [x]
        return super().forward(x)

    def backward(self, dy):
        self.delta = dy
        self.dx[...] = super().backward(dy)
        self.kept = []
        self.norm = np.sqrt((self.dW**2).sum())
        return self.dx


class HiddenWorkArray(Columns):
    """As wide as a weight."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.dH = np.zeros((sizes[1], 5))

    def dZ1(self, dZ2):
        self.dH = self.W2.T @ dZ2
        return self.dH * (1 - self.A1**2)


class Slots:
    __slots__ = ("W", "dW", "x")

    def __init__(self):
        self.W = np.random.randn(4, 3)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class Nested:
    """Dicts of parameters in a list, the gradients beside them or in a list of their own."""

    def __init__(self, beside=False):
        self.layers = [{"W": np.random.randn(4, 3), "b": np.zeros(3)}]
        self.grads, self.beside = [], beside

    def forward(self, x):
        self.x = x
        return x @ self.layers[0]["W"] + self.layers[0]["b"]

    def backward(self, dy):
        if self.beside:
            self.layers[0] |= {"dW": self.x.T @ dy, "db": dy.sum(0)}
        else:
            self.grads = [{"W": self.x.T @ dy, "b": dy.sum(0)}]
        return dy @ self.layers[0]["W"].T


class Momentum(Dicts):
    """Has a velocity for each parameter, under the same keys."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.velocity = {key: np.zeros_like(value) for key, value in self.params.items()}
        self.averages = [np.zeros(3)]

    def backward(self, x, y):
        super().backward(x, y)
        self.delta = self.grads["b"] * 3


class ForgottenBias(Linear):
    """The mistake is in forward."""

    def forward(self, x):
        self.x = x
        return x @ self.W


class Regression:
    """One number for each sample, as a vector; with a target (n, 1) NumPy would make a matrix of the error."""

    def __init__(self, inputs):
        self.w, self.b = np.random.randn(inputs), np.zeros(1)

    def forward(self, x, y):
        self.x, self.error = x, x @ self.w + self.b - y
        return (self.error**2).mean()

    def backward(self):
        d = 2 * self.error / len(self.error)
        self.dw, self.db = self.x.T @ d, d.sum(keepdims=True)


class Logistic(Regression):
    def forward(self, x, y):
        z = x @ self.w + self.b
        self.x, self.error = x, 1 / (1 + np.exp(-z)) - y
        return (np.logaddexp(0, z) - y * z).mean()

    def backward(self):
        d = self.error / len(self.error)
        self.dw, self.db = self.x.T @ d, d.sum(keepdims=True)


class Numbers:
    """Plain numbers: two parameters, the second 0 as yet; a size; and a step of time."""

    def __init__(self, inputs=4):
        self.a, self.b, self.h, self.dt, self.t = 0.25, 0, inputs, 0.01, 1.0

    def forward(self, x):
        self.x = x.reshape(-1, self.h)
        return np.where(self.x > 0, self.x, self.a * self.x) + self.b * self.t

    def backward(self, dy):
        self.da, self.db, self.dh = float((dy * np.minimum(self.x, 0)).sum()), dy.sum(), dy * 2
        return dy * np.where(self.x > 0, 1, self.a)


class BiasFromNumber(Linear):
    """The first update would make a vector of b."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.b = 0.0


class Tuples:
    """Its parameters cannot be found."""

    def __init__(self):
        self.layers = [(np.random.randn(4, 3), np.zeros(3))]

    def forward(self, x):
        self.x = x
        return x @ self.layers[0][0] + self.layers[0][1]

    def backward(self, dy):
        self.dlayers, self.grads = [(self.x.T @ dy, dy.sum(0))], {"b": dy.sum(0)}
        return dy @ self.layers[0][0].T


class Offset:
    """Its rounding is larger than its slope times a small step."""

    def __init__(self, offset, slope):
        self.offset, self.slope = offset, slope

    def forward(self, x):
        return self.offset + self.slope * x

    def backward(self, dy):
        return self.slope * dy


# A mistake each


class NumbersFactor(Numbers):
    def backward(self, dy):
        dx = super().backward(dy)
        self.da *= 7
        self.db *= 7
        return dx


class OffsetFactor(Offset):
    def backward(self, dy):
        return 3 * super().backward(dy)


class RegressionHalf(Regression):
    def backward(self):
        super().backward()
        self.dw, self.db = self.dw / 2, self.db / 2


class RegressionWithoutMean(Regression):
    def backward(self):
        super().backward()
        self.dw, self.db = self.dw * len(self.x), self.db * len(self.x)


class BCEOfOnesOnly(ClippedBCE):
    """Right where y is 1."""

    def backward(self):
        return -self.y / self.p / self.p.size


class SlotsFactor(Slots):
    __slots__ = ()

    def backward(self, dy):
        dx = super().backward(dy)
        self.dW = 7 * self.dW
        return dx


class NestedFactor(Nested):
    def backward(self, dy):
        dx = super().backward(dy)
        (self.layers[0] if self.beside else self.grads[0])["dW" if self.beside else "W"] *= 7
        return dx


class HiddenWorkArrayFromGradient(HiddenWorkArray):
    def dZ1(self, dZ2):
        self.dH = self.dW2.T @ dZ2
        return self.dH * (1 - self.A1**2)


class DxFromGradient(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.dW.T


class DxTransposed(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.W


class DxWithoutWeight(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ np.ones_like(self.W.T)


class WeightTransposed(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.dW = dy.T @ self.x
        return dx


class BiasWrongAxis(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.sum(axis=1)
        return dx


class BiasNotSummed(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy
        return dx


class BiasWithoutAxis(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = np.full_like(self.b, dy.sum())
        return dx


class BiasFromWeight(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = np.sum(self.dW, axis=0)
        return dx


class BiasMean(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.mean(axis=0)
        return dx


class NoBiasGradient(Linear):
    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class NeverFilled(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def backward(self, dy):
        dW = self.x.T @ dy  # noqa: F841
        self.db = dy.sum(0)
        return dy @ self.W.T


class Accumulates(NeverFilled):
    def backward(self, dy):
        self.dW += self.x.T @ dy
        self.db += dy.sum(0)
        return dy @ self.W.T


class Updates(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.W = self.W - 0.1 * self.dW
        return dx


class NoDx(Linear):
    def backward(self, dy):
        super().backward(dy)


class WrongSign(MSE):
    def backward(self):
        return -super().backward()


class NoMean(MSE):
    def backward(self):
        return 2 * self.d


class MeanTwice(CrossEntropy):
    def backward(self):
        return super().backward() / len(self.p)


class NoMeanOfCrossEntropy(CrossEntropy):
    def backward(self):
        return super().backward() * len(self.p)


class SignAndMean(NoMeanOfCrossEntropy):
    def backward(self):
        return -super().backward()


class HalfMSE(MSE):
    def backward(self):
        return self.d / self.d.size


class SigmoidWithoutDerivative(Sigmoid):
    def backward(self, dy):
        return dy


class SigmoidTakenForTanh(Sigmoid):
    def backward(self, dy):
        return dy * (1 - self.a**2)


class DiagonalSoftmax(Softmax):
    def backward(self, dy):
        return dy * self.p * (1 - self.p)


class UnshiftedSoftmax(Softmax):
    def forward(self, x):
        e = np.exp(x)
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p


class UnshiftedCrossEntropy(CrossEntropy):
    def forward(self, z, y):
        e = np.exp(z)
        self.p, self.y = e / e.sum(axis=1, keepdims=True), y
        return -np.log(self.p[np.arange(len(y)), y]).mean()


class UnshiftedLogSumExp(CrossEntropy):
    def forward(self, z, y):
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.p, self.y = np.exp(log_p), y
        return -log_p[np.arange(len(y)), y].mean()


class LogOfSoftmax(CrossEntropy):
    def forward(self, z, y):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p, self.y = e / e.sum(axis=1, keepdims=True), y
        return -np.log(self.p[np.arange(len(y)), y]).mean()


class LogOfProbabilities(NLL):
    """0 · log 0 is nan."""

    def forward(self, p, y):
        self.p, self.y = p, y
        return -(y * np.log(p)).sum() / len(p)

    def backward(self):
        return -self.y / self.p / len(self.p)


class ColumnsWithoutDerivative(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2


class ColumnsDerivativeTwice(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (1 - self.A1**2) ** 2


class ColumnsFromGradient(Columns):
    def dZ1(self, dZ2):
        return self.dW2.T @ dZ2 * (1 - self.A1**2)


class ColumnsWrongAxis(Columns):
    def db(self, dZ):
        return dZ.sum(axis=0, keepdims=True)


class ColumnsTransposed(Columns):
    """Only a square weight lets this pass."""

    def dZ1(self, dZ2):
        return self.W2 @ dZ2 * (1 - self.A1**2)


class ColumnsUnshifted(Columns):
    def forward(self, X, Y):
        self.X, self.Y = X, Y
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        e = np.exp(self.W2 @ self.A1 + self.b2)
        self.P = e / e.sum(axis=0, keepdims=True)
        return -(Y * np.log(self.P)).sum() / X.shape[1]


class Sigmoids(Columns):
    def forward(self, X, Y):
        super().forward(X, Y)
        self.A1 = 1 / (1 + np.exp(-(self.W1 @ X + self.b1)))
        Z2 = self.W2 @ self.A1 + self.b2
        Z2 = Z2 - Z2.max(axis=0, keepdims=True)
        log_p = Z2 - np.log(np.exp(Z2).sum(axis=0, keepdims=True))
        self.P = np.exp(log_p)
        return -(Y * log_p).sum() / X.shape[1]

    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * self.A1 * (1 - self.A1)


class SigmoidsAgain(Sigmoids):
    def dZ1(self, dZ2):
        s = 1 / (1 + np.exp(-self.A1))
        return self.W2.T @ dZ2 * s * (1 - s)


class Everything(Columns):
    """Three mistakes: dW2 for W2, the bias from dW, no 1/n."""

    def backward(self):
        dZ2 = self.P - self.Y
        self.dW2, self.db2 = dZ2 @ self.A1.T, self.db(dZ2)
        dZ1 = self.dW2.T @ dZ2 * (1 - self.A1**2)
        self.dW1 = dZ1 @ self.X.T
        self.db1 = self.dW1.sum(axis=1, keepdims=True)


class ChangesItsInput(ReLU):
    def forward(self, x):
        self.mask = x > 0
        x[~self.mask] = 0
        return x


# What breaks the contract


class NoForward:
    def backward(self, dy):
        return dy


class NoBackward:
    def forward(self, x):
        return x


class Nothing(ReLU):
    def forward(self, x):
        super().forward(x)


class Raises(ReLU):
    def forward(self, x):
        return x * undefined  # noqa: F821


class RaisesInBackward(Linear):
    def backward(self, dy):
        return dy @ self.W.T @ self.x


class RaisesWhenMade:
    def __init__(self):
        raise RuntimeError("no room")

    forward = backward = lambda self, x: x


class LossOfEach(CrossEntropy):
    def forward(self, z, y):
        return (z**2).sum(axis=1)


class Coarse(ReLU):
    def forward(self, x):
        return super().forward(x).astype(np.float32)


class Random(ReLU):
    def __init__(self):
        self.rng = np.random.default_rng()

    def forward(self, x):
        return super().forward(x) * self.rng.random()


class WrongDxShape(ReLU):
    def backward(self, dy):
        return dy.sum(axis=0)


class TwoArguments(ReLU):
    def backward(self, dy, cache):
        return dy


class NoGradients:
    def forward(self, x, y):
        return float(((x - y) ** 2).mean())

    def backward(self):
        pass


class ReturnsTuple(Linear):
    def backward(self, dy):
        return dy @ self.W.T, self.x.T @ dy, dy.sum(0)


class ListOfGradients(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.dW = [self.dW, 1]
        return dx


class ClippedWrongSign(ClippedBCE):
    def backward(self):
        return -super().backward()


class LinearKeepdims(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.sum(axis=0, keepdims=True)
        return dx


class TanhOfOutput:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - np.tanh(self.y) ** 2)


class DropoutWithoutScale(Dropout):
    def backward(self, dy):
        return dy * (self.mask > 0)


class ReversedReLU(ReLU):
    def backward(self, dy):
        return dy * ~self.mask


class ColumnsTanhOfOutput(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (1 - np.tanh(self.A1) ** 2)


class ColumnsSigmoidForTanh(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * self.A1 * (1 - self.A1)


class SigmoidsOfInput(Sigmoids):
    def dZ1(self, dZ2):
        self.Z1 = self.W1 @ self.X + self.b1
        return self.W2.T @ dZ2 * self.Z1 * (1 - self.Z1)


class ReLUs(Columns):
    def forward(self, X, Y):
        self.X, self.Y, self.Z1 = X, Y, self.W1 @ X + self.b1
        self.A1 = np.maximum(self.Z1, 0)
        Z2 = self.W2 @ self.A1 + self.b2
        self.P = Z2 / X.shape[1]
        return ((Z2 - Y) ** 2).sum() / 2 / X.shape[1]

    def backward(self):
        self.P = self.P * self.X.shape[1]
        super().backward()

    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (self.Z1 > 0)


class ReLUsReversed(ReLUs):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (self.Z1 < 0)


class HalfKnown(ColumnsTanhOfOutput):
    """A second mistake in dW1, which has no name."""

    def backward(self):
        super().backward()
        self.dW1 = self.dW1 + 0.1


class NaiveSigmoid(Sigmoid):
    def forward(self, x):
        self.a = np.exp(x) / (1 + np.exp(x))
        return self.a


class NaiveSoftplus:
    def forward(self, x):
        self.x = x
        return np.log(1 + np.exp(x))

    def backward(self, dy):
        return dy / (1 + np.exp(-self.x))


class NaiveTanh(TanhOfOutput):
    def forward(self, x):
        self.y = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y**2)


class LogisticOfSigmoid(Logistic):
    """Its logarithm meets 0."""

    def forward(self, x, y):
        p = 1 / (1 + np.exp(-(x @ self.w + self.b)))
        self.x, self.error = x, p - y
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


class UnclippedBCE(ClippedBCE):
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
