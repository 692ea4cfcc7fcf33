import numpy as np


class PReLU:
    """Leaky ReLU with a slope that is learned."""

    def __init__(self, alpha=0.25):
        self.alpha = alpha
        self.d_alpha = None
        self._z = None

    def forward(self, z):
        self._z = z
        return np.where(z >= 0, z, self.alpha * z)

    def backward(self, upstream):
        negative = self._z < 0
        self.d_alpha = float(np.sum(upstream[negative] * self._z[negative]))
        return upstream * np.where(negative, self.alpha, 1.0)

    def learn(self, eta=0.01):
        if self.d_alpha is None:
            return
        self.alpha -= eta * self.d_alpha
        self.d_alpha = None
