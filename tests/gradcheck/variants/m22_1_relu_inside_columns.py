import numpy as np


class DenseReLU(object):
    """A = relu(W A_prev + b), examples are columns"""

    def __init__(self, n_prev=4, n=3):
        self._W = np.random.randn(n, n_prev) * np.sqrt(2. / n_prev)
        self._b = np.full((n, 1), 0.05)

    @property
    def W(self):
        return self._W

    @W.setter
    def W(self, value):
        assert value.shape == self._W.shape
        self._W = value

    @property
    def b(self):
        return self._b

    @b.setter
    def b(self, value):
        self._b = value

    def forward(self, A_prev):
        Z = self.W @ A_prev + self.b
        self.cache = (A_prev, Z)
        return np.maximum(Z, 0)

    def backward(self, dA):
        A_prev, Z = self.cache
        dZ = np.where(Z > 0, dA, 0)
        return self._linear_backward(dZ, A_prev)

    def _linear_backward(self, dZ, A_prev):
        self.dW, self.db = dZ @ A_prev.T, dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ
