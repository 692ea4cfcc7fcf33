"""Single-head self-attention block with manual backward (educational)."""
import numpy as np


def softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


class SelfAttention:
    def __init__(self, d_model, d_k, rng=np.random.RandomState(0)):
        s = 1.0 / np.sqrt(d_model)
        self.d_k = d_k
        self.Wq = rng.randn(d_model, d_k) * s
        self.Wk = rng.randn(d_model, d_k) * s
        self.Wv = rng.randn(d_model, d_k) * s
        self.Wo = rng.randn(d_k, d_model) * s
        self.grads = {}

    def forward(self, X):
        # X: (T, d_model)
        self.X = X
        self.Q = X @ self.Wq
        self.K = X @ self.Wk
        self.V = X @ self.Wv
        self.S = self.Q @ self.K.T / np.sqrt(self.d_k)
        self.A = softmax(self.S)
        self.O = self.A @ self.V
        return self.O @ self.Wo

    def backward(self, dY):
        self.grads["Wo"] = self.O.T @ dY
        dO = dY @ self.Wo.T

        dA = dO @ self.V.T
        dV = self.A.T @ dO

        # through the row-wise softmax
        dS = self.A * (dA - np.sum(dA * self.A, axis=0, keepdims=True))
        dS = dS / np.sqrt(self.d_k)

        dQ = dS @ self.K
        dK = dS.T @ self.Q

        self.grads["Wq"] = self.X.T @ dQ
        self.grads["Wk"] = self.X.T @ dK
        self.grads["Wv"] = self.X.T @ dV

        dX = dQ @ self.Wq.T + dK @ self.Wk.T + dV @ self.Wv.T
        return dX


if __name__ == "__main__":
    att = SelfAttention(6, 4)
    X = np.random.randn(5, 6)
    T = np.roll(X, 1, axis=0)
    for it in range(200):
        Y = att.forward(X)
        att.backward((Y - T) / len(X))
        for k, g in att.grads.items():
            setattr(att, k, getattr(att, k) - 0.5 * g)
    print(0.5 * np.sum((Y - T) ** 2) / len(X))
