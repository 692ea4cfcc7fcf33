"""Losses in many styles."""

import numpy as np

ARGS = {
    "Mse": "", "SumOfSquares": "", "CrossEntropyLabels": "", "CrossEntropyOneHot": "", "BceLogits": "", "BceProbabilities": "",
    "SquareLoss": "", "WithProbabilities": "", "Huber": "", "Nll": "", "LossGradient": "",
}  # fmt: skip


class Mse:
    def forward(self, y_pred, y_true):
        self.diff = y_pred - y_true
        return np.mean(self.diff**2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class SumOfSquares:
    def forward(self, a, y):
        self.a, self.y = a, y
        return 0.5 * np.sum((a - y) ** 2) / len(a)

    def backward(self):
        return (self.a - self.y) / len(self.a)


class CrossEntropyLabels:
    def forward(self, z, y):
        z = z - z.max(axis=1, keepdims=True)
        self.p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y]).mean()

    def backward(self):
        dz = self.p.copy()
        dz[np.arange(len(self.y)), self.y] -= 1
        return dz / len(self.y)


class CrossEntropyOneHot:
    def forward(self, x, t):
        self.t = t
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        self.y = e / e.sum(axis=-1, keepdims=True)
        return -np.sum(t * np.log(self.y + 1e-12)) / t.shape[0]

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        return (self.y - self.t) * dout / batch_size


class BceLogits:
    def forward(self, z, y):
        self.z, self.y = z, y
        return np.mean(np.logaddexp(0, z) - y * z)

    def backward(self):
        s = 1 / (1 + np.exp(-self.z))
        return (s - self.y) / self.y.size


class BceProbabilities:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self):
        d = (self.p - self.y) / (self.p * (1 - self.p))
        return d / self.p.size


class SquareLoss:
    """loss(y, y_pred) and gradient(y, y_pred)."""

    def loss(self, y, y_pred):
        return 0.5 * np.sum((y - y_pred) ** 2)

    def gradient(self, y, y_pred):
        return -(y - y_pred)


class WithProbabilities:
    def forward(self, logits, labels):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        self.labels = labels
        return self.probs, -(labels * np.log(self.probs)).sum() / len(labels)

    def backward(self):
        return (self.probs - self.labels) / len(self.labels)


class Huber:
    def forward(self, a, y):
        self.e = a - y
        return np.where(np.abs(self.e) < 1, 0.5 * self.e**2, np.abs(self.e) - 0.5).mean()

    def backward(self):
        return np.where(np.abs(self.e) < 1, self.e, np.sign(self.e)) / self.e.size


class Nll:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -(y * np.log(p)).sum() / len(p)

    def backward(self):
        return -self.y / self.p / len(self.p)


class LossGradient:
    """backward is given what forward was given."""

    def forward(self, output, target):
        return np.sum((output - target) ** 2) / len(output)

    def backward(self, output, target):
        return 2 * (output - target) / len(output)
