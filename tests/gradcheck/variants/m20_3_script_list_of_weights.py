# Regression of y = sin(x) with one hidden layer, no classes
import numpy as np

rng = np.random.default_rng(42)


def new_params(n_in=1, n_hidden=8, n_out=1):
    return [rng.normal(0, 1, (n_in, n_hidden)), rng.normal(0, 1, n_hidden),
            rng.normal(0, .3, (n_hidden, n_out)), np.zeros(n_out)]


def predict(params, X):
    w1, b1, w2, b2 = params
    hidden = np.maximum(X @ w1 + b1, 0)
    return hidden @ w2 + b2


def mse(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def gradients(params, X, y):
    w1, b1, w2, b2 = params
    hidden = np.maximum(X @ w1 + b1, 0)
    out = hidden @ w2 + b2
    d_out = 2 * (out - y) / y.size
    d_w2 = hidden.T @ d_out
    d_b2 = d_out.sum(axis=0)
    d_hidden = d_out @ w2.T
    d_w1 = X.T @ d_hidden
    d_b1 = d_hidden.sum(axis=0)
    return [d_w1, d_b1, d_w2, d_b2]


X = np.linspace(-3, 3, 40).reshape(-1, 1)
y = np.sin(X)
params = new_params()
for step in range(50):
    params = [p - 0.01 * g for p, g in zip(params, gradients(params, X, y))]
    if step % 25 == 0:
        print(step, mse(params, X, y))
