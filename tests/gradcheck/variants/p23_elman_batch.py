"""Elman layer over batches of sequences: input (N, T, D), output all hidden states (N, T, H)."""
import numpy as np


class ElmanRNN:
    def __init__(self, input_dim=3, hidden_dim=4):
        self.U = np.random.randn(input_dim, hidden_dim) / np.sqrt(input_dim)
        self.V = np.random.randn(hidden_dim, hidden_dim) / np.sqrt(hidden_dim)
        self.b = np.zeros(hidden_dim)

    def forward(self, x):
        n, steps, _ = x.shape
        self.x = x
        self.h = np.zeros((n, steps + 1, self.V.shape[0]))  # h[:, 0] is the start state
        for t in range(steps):
            a = x[:, t] @ self.U + self.h[:, t] @ self.V + self.b
            self.h[:, t + 1] = np.tanh(a)
        return self.h[:, 1:].copy()

    def backward(self, dh):
        n, steps, _ = dh.shape
        self.dU = np.zeros_like(self.U)
        self.dV = np.zeros_like(self.V)
        self.db = np.zeros_like(self.b)
        dx = np.zeros_like(self.x)
        carry = np.zeros((n, self.V.shape[0]))
        for t in range(steps - 1, -1, -1):
            da = (dh[:, t] + carry) * (1 - self.h[:, t + 1] ** 2)
            self.dU += self.x[:, t].T @ da
            self.dV += self.h[:, t].T @ da
            self.db += da.sum(axis=0)
            dx[:, t] = da @ self.U.T
            carry = da @ self.V.T
        return dx
