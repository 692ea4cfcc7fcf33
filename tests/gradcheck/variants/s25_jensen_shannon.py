"""Jensen-Shannon divergence between a predicted and a true distribution, as a loss."""
import numpy as np


class JensenShannonLoss:

    def forward(self, q, p):
        """q: predicted distributions, p: true ones. Rows sum to one, all entries are positive."""
        self.q, self.p = q, p
        self.m = 0.5 * (p + q)
        left = np.sum(p * np.log(p / self.m), axis=1)
        right = np.sum(q * np.log(q / self.m), axis=1)
        return 0.5 * np.mean(left + right)

    def backward(self):
        return 0.5 * np.log(self.q / self.m) / self.q.shape[0]


class HistogramFit:
    """Gradient descent on the logits of a histogram."""

    def __init__(self, target):
        self.target = np.atleast_2d(target)
        self.logits = np.zeros_like(self.target)
        self.criterion = JensenShannonLoss()

    def step(self, lr=5.0):
        e = np.exp(self.logits)
        q = e / e.sum(axis=1, keepdims=True)
        value = self.criterion.forward(q, self.target)
        g = self.criterion.backward()
        self.logits -= lr * q * (g - (g * q).sum(axis=1, keepdims=True))
        return value


if __name__ == "__main__":
    fit = HistogramFit(np.array([0.1, 0.2, 0.3, 0.25, 0.15]))
    values = [fit.step() for _ in range(50)]
    print(values[0], values[-1])
