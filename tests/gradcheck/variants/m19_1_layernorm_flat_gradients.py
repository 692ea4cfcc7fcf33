import numpy as np


class LayerNorm:
    def __init__(self, dim=4, eps=1e-8):
        self.gamma = np.random.rand(1, dim) + 0.5
        self.beta = np.random.randn(1, dim)
        self.eps = eps

    def forward(self, X):
        self.X = X
        self.mu = np.mean(X, axis=1).reshape(-1, 1)
        self.var = np.var(X, axis=1).reshape(-1, 1)
        self.X_norm = (X - self.mu) / np.sqrt(self.var + self.eps)
        return self.gamma * self.X_norm + self.beta

    def backward(self, dout):
        D = self.X.shape[1]
        X_mu = self.X - self.mu
        std_inv = 1. / np.sqrt(self.var + self.eps)
        dX_norm = dout * self.gamma
        dvar = np.sum(dX_norm * X_mu, axis=1, keepdims=True) * -.5 * std_inv ** 3
        dmu = np.sum(dX_norm * -std_inv, axis=1, keepdims=True) \
            + dvar * np.mean(-2. * X_mu, axis=1, keepdims=True)
        dX = dX_norm * std_inv + dvar * 2 * X_mu / D + dmu / D
        self.dgamma = np.sum(dout * self.X_norm, axis=0)
        self.dbeta = np.sum(dout, axis=0)
        return dX

    def update(self, lr):
        self.gamma -= lr * self.dgamma
        self.beta -= lr * self.dbeta
