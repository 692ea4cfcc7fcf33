"""Logistic regression on logits with the stable form log(1 + exp(-m)), labels 0 and 1."""
import numpy as np


def softplus(a):
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def expit(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


class LogisticWithLogits:
    def __init__(self, n_features=4, seed=0):
        self.w = np.random.default_rng(seed).normal(size=n_features)
        self.b = 0.0

    def loss(self, X, y):
        self.X = X
        self.sign = 2 * y - 1            # -1 or 1
        self.margin = self.sign * (X @ self.w + self.b)
        return softplus(-self.margin).mean()

    def backward(self):
        d_margin = -expit(self.margin) / len(self.margin)
        d_logit = self.sign * d_margin
        self.grad_w = self.X.T @ d_logit
        self.grad_b = d_logit.sum()
        return self.grad_w, self.grad_b

    def train(self, X, y, lr=0.3, n_iter=100):
        for _ in range(n_iter):
            self.loss(X, y)
            gw, gb = self.backward()
            self.w = self.w - lr * gw
            self.b = self.b - lr * gb
