"""Whole networks in many styles."""

import numpy as np

ARGS = {
    "TwoLayer": "4 6 3", "Probabilities": "4 6 3", "OwnLoss": "4 6 3", "ColumnsNet": "4 6 3", "LossAndGrads": "4 6 3",
    "Lists": "[4,6,3]", "SharedDict": "4 6 3", "Linear": "4", "Logistic": "4", "WithOutput": "4 6 3", "Regression": "4 6 2",
    "Updating": "4 6 3", "CostPrime": "4 6 2", "ResNet": "4 3", "Autoencoder": "5 3",
}  # fmt: skip


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class TwoLayer:
    def __init__(self, i, h, o):
        self.W1, self.b1 = np.random.randn(i, h) * 0.5, np.zeros(h)
        self.W2, self.b2 = np.random.randn(h, o) * 0.5, np.zeros(o)

    def forward(self, x, y):
        self.x, self.y = x, y
        self.z1 = x @ self.W1 + self.b1
        self.a1 = np.tanh(self.z1)
        self.p = softmax(self.a1 @ self.W2 + self.b2)
        return -(y * np.log(self.p)).sum() / len(x)

    def backward(self):
        dz2 = (self.p - self.y) / len(self.x)
        self.dW2 = self.a1.T @ dz2
        self.db2 = dz2.sum(axis=0)
        da1 = dz2 @ self.W2.T
        dz1 = da1 * (1 - self.a1**2)
        self.dW1 = self.x.T @ dz1
        self.db1 = dz1.sum(axis=0)


class Probabilities:
    def __init__(self, i, h, o):
        self.W1, self.b1 = np.random.randn(i, h), np.zeros((1, h))
        self.W2, self.b2 = np.random.randn(h, o), np.zeros((1, o))

    def forward(self, X):
        self.z1 = X.dot(self.W1) + self.b1
        self.a1 = np.maximum(self.z1, 0)
        self.probs = softmax(self.a1.dot(self.W2) + self.b2)
        return self.probs

    def compute_loss(self, y_hat, y):
        return -np.mean(np.sum(y * np.log(y_hat), axis=1))

    def backward(self, X, y):
        m = X.shape[0]
        delta3 = (self.probs - y) / m
        self.dW2 = self.a1.T.dot(delta3)
        self.db2 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3.dot(self.W2.T) * (self.z1 > 0)
        self.dW1 = np.dot(X.T, delta2)
        self.db1 = np.sum(delta2, axis=0, keepdims=True)


class OwnLoss:
    def __init__(self, n_in, n_hidden, n_out):
        self.params = {"W1": np.random.randn(n_in, n_hidden), "W2": np.random.randn(n_hidden, n_out)}

    def forward(self, X):
        self.h = 1 / (1 + np.exp(-X @ self.params["W1"]))
        self.out = self.h @ self.params["W2"]
        return self.out

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        d_out = self.out - y
        dW2 = self.h.T @ d_out
        d_h = d_out @ self.params["W2"].T
        d_z = d_h * self.h * (1 - self.h)
        dW1 = X.T @ d_z
        return {"W1": dW1, "W2": dW2}


class ColumnsNet:
    def __init__(self, i, h, o):
        self.W1, self.b1 = np.random.randn(h, i) * 0.5, np.zeros((h, 1))
        self.W2, self.b2 = np.random.randn(o, h) * 0.5, np.zeros((o, 1))

    def forward(self, X):
        self.A0 = X
        self.Z1 = self.W1 @ X + self.b1
        self.A1 = np.tanh(self.Z1)
        Z2 = self.W2 @ self.A1 + self.b2
        self.A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0)
        return self.A2

    def cost(self, Y):
        return -np.sum(Y * np.log(self.A2)) / Y.shape[1]

    def backward(self, Y):
        m = Y.shape[1]
        dZ2 = self.A2 - Y
        self.dW2 = dZ2 @ self.A1.T / m
        self.db2 = dZ2.sum(axis=1, keepdims=True) / m
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1**2)
        self.dW1 = dZ1 @ self.A0.T / m
        self.db1 = dZ1.sum(axis=1, keepdims=True) / m


class LossAndGrads:
    """The loss and a dict of gradients from one method."""

    def __init__(self, i, h, o):
        self.params = {"W1": np.random.randn(i, h), "b1": np.zeros(h), "W2": np.random.randn(h, o), "b2": np.zeros(o)}

    def loss(self, X, y):
        W1, b1, W2, b2 = (self.params[key] for key in ("W1", "b1", "W2", "b2"))
        hidden = np.maximum(0, X @ W1 + b1)
        p = softmax(hidden @ W2 + b2)
        n = len(X)
        loss = -np.log(p[np.arange(n), y]).mean()
        grads = {}
        dscores = p.copy()
        dscores[np.arange(n), y] -= 1
        dscores = dscores / n
        grads["W2"] = hidden.T @ dscores
        grads["b2"] = dscores.sum(axis=0)
        dhidden = dscores @ W2.T
        dhidden = dhidden * (hidden > 0)
        grads["W1"] = X.T @ dhidden
        grads["b1"] = dhidden.sum(axis=0)
        return loss, grads


class Lists:
    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) * 0.5 for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros(b) for b in sizes[1:]]

    def forward(self, x, y):
        self.y = y
        self.acts = [x]
        for w, b in zip(self.weights, self.biases):
            self.acts.append(np.tanh(self.acts[-1] @ w + b))
        return np.sum((self.acts[-1] - y) ** 2) / len(x)

    def backward(self):
        self.dweights, self.dbiases = [None] * 2, [None] * 2
        d = 2 * (self.acts[-1] - self.y) / len(self.y)
        for l in reversed(range(len(self.weights))):
            d = d * (1 - self.acts[l + 1] ** 2)
            self.dweights[l] = self.acts[l].T @ d
            self.dbiases[l] = d.sum(axis=0)
            d = d @ self.weights[l].T


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class SharedDict:
    """The layers hold the arrays of the dict of parameters."""

    def __init__(self, i, h, o):
        self.params = {"W1": np.random.randn(i, h), "b1": np.zeros(h), "W2": np.random.randn(h, o), "b2": np.zeros(o)}
        self.first = Affine(self.params["W1"], self.params["b1"])
        self.second = Affine(self.params["W2"], self.params["b2"])

    def predict(self, x):
        self.h = self.first.forward(x)
        self.a = np.maximum(self.h, 0)
        return self.second.forward(self.a)

    def loss(self, x, t):
        self.d = self.predict(x) - t
        return (self.d**2).sum() / len(x)

    def gradient(self, x, t):
        self.loss(x, t)
        dout = 2 * self.d / len(x)
        da = self.second.backward(dout)
        self.first.backward(da * (self.h > 0))
        grads = {}
        grads["W1"], grads["b1"] = self.first.dW, self.first.db
        grads["W2"], grads["b2"] = self.second.dW, self.second.db
        return grads


class Linear:
    def __init__(self, n):
        self.w, self.b = np.random.randn(n), 0.0

    def forward(self, X, y):
        self.X, self.err = X, X @ self.w + self.b - y
        return (self.err**2).mean()

    def backward(self):
        d = 2 * self.err / len(self.err)
        self.dw = self.X.T @ d
        self.db = d.sum()


class Logistic:
    def __init__(self, n):
        self.w, self.b = np.random.randn(n, 1), np.zeros(1)

    def forward(self, X):
        self.a = 1 / (1 + np.exp(-(X @ self.w + self.b)))
        return self.a

    def loss(self, y):
        return -np.mean(y * np.log(self.a) + (1 - y) * np.log(1 - self.a))

    def backward(self, X, y):
        dz = (self.a - y) / len(X)
        dw = X.T @ dz
        db = dz.sum(axis=0)
        return dw, db


class WithOutput:
    """backward(X, y, output)."""

    def __init__(self, i, h, o):
        self.W1, self.W2 = np.random.randn(i, h), np.random.randn(h, o)

    def forward(self, X):
        self.hidden = np.tanh(X @ self.W1)
        return softmax(self.hidden @ self.W2)

    def loss(self, output, y):
        return -np.sum(y * np.log(output)) / len(y)

    def backward(self, X, y, output):
        delta = (output - y) / len(X)
        self.W2_grad = self.hidden.T @ delta
        back = delta @ self.W2.T
        back = back * (1 - self.hidden**2)
        self.W1_grad = X.T @ back


class Regression:
    def __init__(self, i, h, o):
        self.W1, self.b1 = np.random.randn(i, h), np.zeros(h)
        self.W2, self.b2 = np.random.randn(h, o), np.zeros(o)

    def forward(self, X, Y):
        self.X, self.Y = X, Y
        self.Z = X @ self.W1 + self.b1
        self.H = np.maximum(self.Z, 0.1 * self.Z)
        self.out = self.H @ self.W2 + self.b2
        return np.mean((self.out - Y) ** 2)

    def backward(self):
        dout = 2 * (self.out - self.Y) / self.Y.size
        self.dW2 = self.H.T @ dout
        self.db2 = dout.sum(axis=0)
        dH = dout @ self.W2.T
        dZ = dH * np.where(self.Z > 0, 1, 0.1)
        self.dW1 = self.X.T @ dZ
        self.db1 = dZ.sum(axis=0)


class Updating:
    """backward updates the weights itself."""

    def __init__(self, i, h, o):
        self.W1, self.W2 = np.random.randn(i, h), np.random.randn(h, o)
        self.learning_rate = 0.1

    def feedforward(self, X):
        self.h = 1 / (1 + np.exp(-X @ self.W1))
        self.out = 1 / (1 + np.exp(-self.h @ self.W2))
        return self.out

    def loss(self, y_hat, y):
        return 0.5 * np.sum((y_hat - y) ** 2)

    def backprop(self, X, y):
        delta2 = (self.out - y) * self.out * (1 - self.out)
        delta1 = delta2 @ self.W2.T * self.h * (1 - self.h)
        dW2 = self.h.T @ delta2
        dW1 = X.T @ delta1
        self.W2 -= self.learning_rate * dW2
        self.W1 -= self.learning_rate * dW1


class CostPrime:
    def __init__(self, i, h, o):
        self.W1, self.W2 = np.random.randn(i, h), np.random.randn(h, o)

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoidPrime(self, z):
        return np.exp(-z) / (1 + np.exp(-z)) ** 2

    def forward(self, X):
        self.z2 = X @ self.W1
        self.a2 = self.sigmoid(self.z2)
        self.z3 = self.a2 @ self.W2
        return self.sigmoid(self.z3)

    def costFunction(self, X, y):
        self.yHat = self.forward(X)
        return 0.5 * np.sum((y - self.yHat) ** 2)

    def costFunctionPrime(self, X, y):
        self.yHat = self.forward(X)
        delta3 = -(y - self.yHat) * self.sigmoidPrime(self.z3)
        dJdW2 = self.a2.T @ delta3
        delta2 = delta3 @ self.W2.T * self.sigmoidPrime(self.z2)
        dJdW1 = X.T @ delta2
        return dJdW1, dJdW2


class ResNet:
    def __init__(self, i, o):
        self.A, self.B = np.random.randn(i, i) * 0.5, np.random.randn(i, o)

    def forward(self, x, y):
        self.x, self.y = x, y
        self.f = np.tanh(x @ self.A)
        self.r = x + self.f
        self.e = self.r @ self.B - y
        return (self.e**2).sum() / len(x)

    def backward(self):
        de = 2 * self.e / len(self.x)
        self.dB = self.r.T @ de
        dr = de @ self.B.T
        df = dr * (1 - self.f**2)
        self.dA = self.x.T @ df
        dx = df @ self.A.T
        dx += dr
        return dx


class Autoencoder:
    """One matrix, used twice."""

    def __init__(self, i, h):
        self.W = np.random.randn(i, h) * 0.4

    def forward(self, x, y):
        self.x, self.y = x, y
        self.h = np.tanh(x @ self.W)
        self.out = self.h @ self.W.T
        return ((self.out - y) ** 2).sum() / len(x)

    def backward(self):
        do = 2 * (self.out - self.y) / len(self.x)
        dh = do @ self.W
        dz = dh * (1 - self.h**2)
        dW = self.x.T @ dz
        dW += do.T @ self.h
        self.dW = dW
