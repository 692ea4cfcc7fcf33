import numpy as np
from numpy import zeros_like, tanh


class VanillaRNN:
    """s_t = tanh(U x_t + W s_{t-1} + b),  o = V s_T"""

    def __init__(self, x_dim=3, s_dim=4, o_dim=2):
        self.U = np.random.randn(s_dim, x_dim) * 0.5
        self.W = np.random.randn(s_dim, s_dim) * 0.5
        self.V = np.random.randn(o_dim, s_dim)
        self.b = np.random.randn(s_dim, 1)

    def forward(self, xs):
        self.xs = xs
        self.T = len(xs)
        self.s = [zeros_like(self.b)]
        for t in range(self.T):
            self.s.append(tanh(self.U @ xs[t] + self.W @ self.s[t] + self.b))
        return self.V @ self.s[-1]

    def bptt(self, do):
        self.dU, self.dW, self.db = zeros_like(self.U), zeros_like(self.W), zeros_like(self.b)
        self.dV = do @ self.s[-1].T
        ds = self.V.T @ do
        dxs = zeros_like(self.xs)
        for t in range(self.T, 0, -1):
            da = ds * (1 - self.s[t] ** 2)
            self.dU += da @ self.xs[t - 1].T
            self.dW += da @ self.s[t - 1].T
            self.db = da
            dxs[t - 1] = self.U.T @ da
            ds = self.W.T @ da
        return dxs

    backward = bptt
