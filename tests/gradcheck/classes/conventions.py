"""What is right in a convention of its own, or in part, and layers that learn their sizes late."""

import numpy as np


class MeanDense:
    """The mean over the samples is taken here."""

    def __init__(self, inputs, outputs):
        self.W, self.b = np.random.randn(inputs, outputs), np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy / len(dy), dy.mean(axis=0)
        return dy @ self.W.T


class HalfMeanDense(MeanDense):
    def backward(self, dy):
        dx = super().backward(dy)
        self.db = dy.sum(axis=0)
        return dx


class FirstLayer(MeanDense):
    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(axis=0)


class OneSampleUpdate(MeanDense):
    """Its bias grows where there is more than one sample."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.b = np.zeros((1, outputs))

    def backward(self, dy, lr):
        dx = dy @ self.W.T
        self.W = self.W - lr * self.x.T @ dy
        self.b = self.b - lr * dy
        return dx


class OwnOptimizer(MeanDense):
    """Steps with a memory, and no gradient that is kept."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.first, self.second, self.steps = np.zeros_like(self.W), np.zeros_like(self.W), 0

    def backward(self, dy, learning_rate):
        dx, dW = dy @ self.W.T, self.x.T @ dy
        self.steps += 1
        self.first = 0.9 * self.first + 0.1 * dW
        self.second = 0.99 * self.second + 0.01 * dW**2
        m, v = self.first / (1 - 0.9**self.steps), self.second / (1 - 0.99**self.steps)
        self.W -= learning_rate * m / (np.sqrt(v) + 1e-8)
        self.b -= learning_rate * dy.sum(axis=0)
        return dx


class Shift:
    """A number that becomes an array at its first update."""

    def __init__(self):
        self.beta = 0

    def forward(self, x):
        return x + self.beta

    def backward(self, dy, lr=0.1):
        self.beta = self.beta - lr * dy.sum(axis=0, keepdims=True)
        return dy


class BuiltDense:
    """Its weights are made by a method of their own."""

    def __init__(self, units):
        self.units, self.W = units, None

    def build(self, input_shape):
        self.W = np.random.randn(input_shape[-1], self.units)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class LateColumns:
    """Its weights are made by the first forward, for samples in columns."""

    def __init__(self, units):
        self.units, self.W = units, None

    def forward(self, x):
        if self.W is None:
            self.W = np.random.randn(self.units, x.shape[0])
        self.x = x
        return self.W @ x

    def backward(self, dy):
        self.dW = dy @ self.x.T
        return self.W.T @ dy


class Kept(BuiltDense):
    """Its forward keeps what backward needs only if it is told to."""

    def __init__(self, inputs, units, kind):
        assert kind == "plain"
        self.W = np.random.randn(inputs, units)

    def forward(self, x, save_cache=False):
        if save_cache:
            self.x = x
        return x @ self.W

    def backward(self, eta):
        return super().backward(eta)


class KeepsModule(Kept):
    """A module in an attribute, and a cache of the first batch."""

    def __init__(self, inputs, units):
        self.xp, self.W, self.x = np, np.random.randn(inputs, units), None

    def forward(self, x):
        if self.x is None:
            self.x = x
        return self.xp.dot(x, self.W)

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class OfTanh:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs)

    def forward(self, x):
        self.x = x
        self.p = np.tanh(x @ self.W)
        return self.p


class AddsItsSteps(OfTanh):
    """Its gradients are those of -loss, and the update adds them."""

    def backward(self, y):
        self.dW = self.x.T @ ((y - self.p) * (1 - self.p**2))

    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.W += lr * self.dW


class SubtractsItsSteps(AddsItsSteps):
    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.W -= lr * self.dW


class ConstantInLogarithm:
    def __init__(self, inputs, outputs):
        self.W = np.random.randn(inputs, outputs)

    def forward(self, x, y):
        h = 1e-4
        z = x @ self.W
        e = np.exp(z - z.max(1, keepdims=True))
        self.x, self.y, self.p = x, y, e / e.sum(1, keepdims=True)
        return -(y * np.log(self.p + h)).sum()

    def backward(self):
        self.dW = self.x.T @ (self.p - self.y)


class SmallPenalty(ConstantInLogarithm):
    """A small number that it multiplies with: the term of the penalty is missing."""

    def forward(self, x, y):
        z = x @ self.W
        z = z - z.max(1, keepdims=True)
        self.x, self.y, self.p = x, y, np.exp(z) / np.exp(z).sum(1, keepdims=True)
        return -(y * (z - np.log(np.exp(z).sum(1, keepdims=True)))).sum() + 1e-3 * (self.W**2).sum()


class PrintsSum(OfTanh):
    def backward(self, y):
        self.dW = self.x.T @ ((self.p - y) * (1 - self.p**2))

    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.W -= lr * self.dW
        print(((y - self.p) ** 2).sum())


class PrintsMean(PrintsSum):
    """Its gradients are those of a sum."""

    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.W -= lr * self.dW
        print(np.mean((y - self.p) ** 2))


class PrintsMeanDividesStep(PrintsSum):
    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.W -= lr / len(x) * self.dW
        print(np.mean((y - self.p) ** 2))


class SubtractsVelocity(AddsItsSteps):
    """What it adds to a velocity it subtracts from the weights, so that the sign is wrong."""

    def train(self, x, y, lr):
        self.forward(x)
        self.backward(y)
        self.v = 0.9 * self.v + lr * self.dW
        self.W -= self.v
