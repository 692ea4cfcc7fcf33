import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class SelfAttention:
    def __init__(self, d_model, d_k, causal=True):
        s = 1 / np.sqrt(d_model)
        self.Wq = np.random.uniform(-s, s, (d_model, d_k))
        self.Wk = np.random.uniform(-s, s, (d_model, d_k))
        self.Wv = np.random.uniform(-s, s, (d_model, d_model))
        self.d_k = d_k
        self.causal = causal

    def forward(self, X):
        # X: batch x seq x d_model
        self.X = X
        self.Q = X @ self.Wq
        self.K = X @ self.Wk
        self.V = X @ self.Wv
        scores = self.Q @ np.swapaxes(self.K, 1, 2) / np.sqrt(self.d_k)
        if self.causal:
            T = X.shape[1]
            future = np.triu(np.ones((T, T), dtype=bool), k=1)
            scores = np.where(future, -1e9, scores)
        self.A = softmax(scores)
        return self.A @ self.V

    def backward(self, dO):
        dA = dO @ np.swapaxes(self.V, 1, 2)
        dV = np.swapaxes(self.A, 1, 2) @ dO
        # softmax backward, row-wise
        dS = self.A * (dA - (dA * self.A).sum(axis=-1, keepdims=True))
        dS /= np.sqrt(self.d_k)
        dQ = dS @ self.K
        dK = np.swapaxes(dS, 1, 2) @ self.Q
        X2 = self.X.reshape(-1, self.X.shape[-1])
        self.dWq = X2.T @ dQ.reshape(len(X2), -1)
        self.dWk = X2.T @ dK.reshape(len(X2), -1)
        self.dWv = X2.T @ dV.reshape(len(X2), -1)
        return dQ @ self.Wq.T + dK @ self.Wk.T + dV @ self.Wv.T
