import numpy as np


class Attention:
    def __init__(self, dim=4):
        self.scale = dim ** -0.5
        self.Wq = np.random.randn(dim, dim)
        self.Wk = np.random.randn(dim, dim)
        self.Wv = np.random.randn(dim, dim)

    def forward(self, X):
        # X: (length, dim)
        self.X = X
        self.Q, self.K, self.V = X @ self.Wq, X @ self.Wk, X @ self.Wv
        S = self.scale * self.Q @ self.K.T
        A = np.exp(S - S.max(axis=1, keepdims=True))
        self.A = A / A.sum(axis=1, keepdims=True)
        return self.A @ self.V

    def backward(self, dY):
        dV = self.A.T @ dY
        dA = dY @ self.V.T
        dS = dA * self.A * (1 - self.A)
        dQ = self.scale * dS @ self.K
        dK = self.scale * dS.T @ self.Q
        self.dWq = self.X.T @ dQ
        self.dWk = self.X.T @ dK
        self.dWv = self.X.T @ dV
        return dQ @ self.Wq.T + dK @ self.Wk.T + dV @ self.Wv.T
