"""Softmax network with weight decay on both weight matrices (not on the biases)."""
import numpy as np


class SoftmaxNet:
    def __init__(self, d=4, h=6, c=3, reg=0.1):
        self.reg = reg
        self.params = dict(
            W1=0.5 * np.random.randn(d, h), b1=0.1 * np.random.randn(h),
            W2=0.5 * np.random.randn(h, c), b2=0.1 * np.random.randn(c),
        )
        self.grads = {}

    def forward(self, X):
        p = self.params
        self.h = np.maximum(0, X @ p["W1"] + p["b1"])
        s = self.h @ p["W2"] + p["b2"]
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, X, y):
        probs = self.forward(X)
        data_loss = -np.log(probs[np.arange(len(y)), y]).mean()
        reg_loss = 0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))
        return data_loss + reg_loss

    def backward(self, X, y):
        N = X.shape[0]
        ds = self.probs.copy()
        ds[np.arange(N), y] -= 1
        ds /= N
        self.grads["W2"] = self.h.T @ ds + self.reg * self.params["W2"]
        self.grads["b2"] = ds.sum(axis=0)
        dh = ds @ self.params["W2"].T
        dh[self.h <= 0] = 0
        self.grads["W1"] = X.T @ dh
        self.grads["b1"] = dh.sum(axis=0)
        return self.grads
