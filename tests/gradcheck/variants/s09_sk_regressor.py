"""Reimplementation of sklearn's MLPRegressor for the lab, without the solvers."""
import numpy as np


class MiniMLPRegressor:

    def __init__(self, hidden_layer_sizes=(6, 4), alpha=0.05, learning_rate_init=0.05,
                 max_iter=100, random_state=0):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state

    def _initialize(self, n_features, n_outputs):
        rng = np.random.RandomState(self.random_state)
        units = [n_features] + list(self.hidden_layer_sizes) + [n_outputs]
        self.coefs_, self.intercepts_ = [], []
        for fan_in, fan_out in zip(units[:-1], units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            self.coefs_.append(rng.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(rng.uniform(-bound, bound, fan_out))

    def _forward_pass(self, X):
        activations = [X]
        last = len(self.coefs_) - 1
        for i, (coef, intercept) in enumerate(zip(self.coefs_, self.intercepts_)):
            z = activations[-1] @ coef + intercept
            activations.append(z if i == last else np.tanh(z))
        return activations

    def _backprop(self, X, y):
        n_samples = X.shape[0]
        activations = self._forward_pass(X)
        loss = ((activations[-1] - y) ** 2).sum() / (2 * n_samples)
        penalty = sum(np.dot(c.ravel(), c.ravel()) for c in self.coefs_)
        loss += 0.5 * self.alpha * penalty / n_samples

        coef_grads = [None] * len(self.coefs_)
        intercept_grads = [None] * len(self.coefs_)
        delta = activations[-1] - y
        for i in range(len(self.coefs_) - 1, -1, -1):
            coef_grads[i] = (activations[i].T @ delta + self.alpha * self.coefs_[i]) / n_samples
            intercept_grads[i] = delta.mean(axis=0)
            if i > 0:
                delta = (delta @ self.coefs_[i].T) * (1 - activations[i] ** 2)
        return loss, coef_grads, intercept_grads

    def fit(self, X, y):
        self._initialize(X.shape[1], y.shape[1])
        self.loss_curve_ = []
        for _ in range(self.max_iter):
            loss, coef_grads, intercept_grads = self._backprop(X, y)
            self.loss_curve_.append(loss)
            for p, g in zip(self.coefs_ + self.intercepts_, coef_grads + intercept_grads):
                p -= self.learning_rate_init * g
        return self

    def predict(self, X):
        return self._forward_pass(X)[-1]


if __name__ == "__main__":
    X = np.random.RandomState(1).randn(60, 3)
    y = np.sin(X[:, :1]) + X[:, 1:2]
    model = MiniMLPRegressor().fit(X, y)
    print(model.loss_curve_[0], model.loss_curve_[-1])
