import numpy as np


class _Dense:
    """for one column vector"""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in) / n_in
        self.b = np.zeros((n_out, 1))

    def __call__(self, x):
        self.x = x
        self.z = self.W @ x + self.b
        return self.z

    def grad(self, dz):
        self.dW, self.db = dz @ self.x.T, dz
        return self.W.T @ dz


class AutoEncoder:
    def __init__(self, n=5, code=2):
        self.encoder, self.decoder = _Dense(n, code), _Dense(code, n)

    def forward(self, x):
        assert x.shape[1] == 1, "one column at a time please"
        self.code = np.sinh(self.encoder(x)) / np.cosh(self.encoder.z)
        return self.decoder(self.code)

    def backward(self, d):
        d = self.decoder.grad(d)
        d = d * (1.0 - self.code * self.code)
        return self.encoder.grad(d)
