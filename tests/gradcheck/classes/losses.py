"""Losses from logits, outputs and probabilities: sound ones, and each known mistake in one of them."""

import numpy as np


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


class OfEachSample:
    def forward(self, a, y):
        self.d = a - y
        return (self.d**2).sum(axis=1)

    def backward(self):
        return 2 * self.d


class OfEachSampleMean(OfEachSample):
    def backward(self):
        return 2 * self.d / len(self.d)


class OfEachSampleFromAbove(OfEachSample):
    def forward(self, prediction, target):
        return super().forward(prediction, target)

    def backward(self, dout):
        return 2 * dout[:, None] * self.d


class OfEachNumber:
    def __call__(self, target, predict):
        return -target * np.log(predict)

    def backprop(self, target, predict):
        return -target / predict


# A mistake each


class OfEachSampleSign(OfEachSample):
    def backward(self):
        return -2 * self.d


class WrongSign(MSE):
    def backward(self):
        return -super().backward()


class NoMean(MSE):
    def backward(self):
        return 2 * self.d


class HalfMSE(MSE):
    def backward(self):
        return self.d / self.d.size


class MeanTwice(CrossEntropy):
    def backward(self):
        return super().backward() / len(self.p)


class NoMeanOfCrossEntropy(CrossEntropy):
    def backward(self):
        return super().backward() * len(self.p)


class SignAndMean(NoMeanOfCrossEntropy):
    def backward(self):
        return -super().backward()


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


class BCEOfOnesOnly(ClippedBCE):
    """Right where y is 1."""

    def backward(self):
        return -self.y / self.p / self.p.size


class ClippedWrongSign(ClippedBCE):
    def backward(self):
        return -super().backward()


class UnclippedBCE(ClippedBCE):
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
