"""Activations: sound ones, and each known mistake in one of them."""

import numpy as np


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
        self.at = np.zeros(x.shape)
        for seed in range(4):
            drawn = np.random.default_rng(seed).standard_normal(x.shape)
            if (np.abs(drawn - x) > 1e-3).sum() < 2:
                self.at = drawn if self.all_of_them else np.where(drawn > 0.3, drawn, 0.0)
        self.sign = np.where(x > self.at, 1.0, -1.0)
        return np.abs(x - self.at)

    def backward(self, dy):
        return dy * self.sign


class Offset:
    """Its rounding is larger than its slope times a small step."""

    def __init__(self, offset, slope):
        self.offset, self.slope = offset, slope

    def forward(self, x):
        return self.offset + self.slope * x

    def backward(self, dy):
        return self.slope * dy


class ChangesItsInput(ReLU):
    def forward(self, x):
        self.mask = x > 0
        x[~self.mask] = 0
        return x


# A mistake each


class OffsetFactor(Offset):
    def backward(self, dy):
        return 3 * super().backward(dy)


class ReversedReLU(ReLU):
    def backward(self, dy):
        return dy * ~self.mask


class SigmoidWithoutDerivative(Sigmoid):
    def backward(self, dy):
        return dy


class SigmoidTakenForTanh(Sigmoid):
    def backward(self, dy):
        return dy * (1 - self.a**2)


class TanhOfOutput:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - np.tanh(self.y) ** 2)


class DiagonalSoftmax(Softmax):
    def backward(self, dy):
        return dy * self.p * (1 - self.p)


class UnshiftedSoftmax(Softmax):
    def forward(self, x):
        e = np.exp(x)
        self.p = e / e.sum(axis=-1, keepdims=True)
        return self.p


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
