"""Networks whose samples are columns, as in many courses: sound ones, and each known mistake in one of them."""

import numpy as np


class SoftmaxOfColumns:
    """Nothing of it has a shape, so that only its softmax says which axis is that of the samples."""

    axis = 0

    def forward(self, X):
        e = np.exp(X - X.max(axis=self.axis, keepdims=True))
        self.P = e / e.sum(axis=self.axis, keepdims=True)
        return self.P

    def backward(self, Y, lr=0.1):
        return self.P - Y


class SoftmaxOfColumnsHandsOn(SoftmaxOfColumns):
    def backward(self, dout):
        return dout


class SoftmaxOfAll(SoftmaxOfColumns):
    axis = None


class SoftmaxOfColumnsWithLoss(SoftmaxOfColumns):
    def forward(self, X, Y):
        self.Y = Y
        Z = X - X.max(axis=0)
        self.P = np.exp(Z) / np.exp(Z).sum(axis=0)
        return -(Y * (Z - np.log(np.exp(Z).sum(axis=0)))).sum() / Y.shape[1]

    def backward(self):
        return (self.P - self.Y) / self.Y.shape[1]


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


class HiddenWorkArray(Columns):
    """As wide as a weight."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.dH = np.zeros((sizes[1], 5))

    def dZ1(self, dZ2):
        self.dH = self.W2.T @ dZ2
        return self.dH * (1 - self.A1**2)


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


# A mistake each


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


class ColumnsTanhOfOutput(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (1 - np.tanh(self.A1) ** 2)


class ColumnsSigmoidForTanh(Columns):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * self.A1 * (1 - self.A1)


class ColumnsUnshifted(Columns):
    def forward(self, X, Y):
        self.X, self.Y = X, Y
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        e = np.exp(self.W2 @ self.A1 + self.b2)
        self.P = e / e.sum(axis=0, keepdims=True)
        return -(Y * np.log(self.P)).sum() / X.shape[1]


class HiddenWorkArrayFromGradient(HiddenWorkArray):
    def dZ1(self, dZ2):
        self.dH = self.dW2.T @ dZ2
        return self.dH * (1 - self.A1**2)


class SigmoidsAgain(Sigmoids):
    def dZ1(self, dZ2):
        s = 1 / (1 + np.exp(-self.A1))
        return self.W2.T @ dZ2 * s * (1 - s)


class SigmoidsOfInput(Sigmoids):
    def dZ1(self, dZ2):
        self.Z1 = self.W1 @ self.X + self.b1
        return self.W2.T @ dZ2 * self.Z1 * (1 - self.Z1)


class ReLUsReversed(ReLUs):
    def dZ1(self, dZ2):
        return self.W2.T @ dZ2 * (self.Z1 < 0)


class HalfKnown(ColumnsTanhOfOutput):
    """A second mistake in dW1, which has no name."""

    def backward(self):
        super().backward()
        self.dW1 = self.dW1 + 0.1


class Everything(Columns):
    """Three mistakes: dW2 for W2, the bias from dW, no 1/n."""

    def backward(self):
        dZ2 = self.P - self.Y
        self.dW2, self.db2 = dZ2 @ self.A1.T, self.db(dZ2)
        dZ1 = self.dW2.T @ dZ2 * (1 - self.A1**2)
        self.dW1 = dZ1 @ self.X.T
        self.db1 = self.dW1.sum(axis=1, keepdims=True)


class SoftmaxOfColumnsTwice(SoftmaxOfColumns):
    def backward(self, Y, lr=0.1):
        return self.P - 2 * Y
