"""Softmax regression, the optimiser wants one vector and a function of it."""
import numpy as np


def one_hot(labels, k):
    out = np.zeros((len(labels), k))
    out[np.arange(len(labels)), labels] = 1
    return out


def make_objective(features, labels, n_classes=3, decay=1e-2):
    """returns f(theta) -> (cost, gradient), theta has (n_features + 1) * n_classes entries,
    the last row of the matrix is the bias and is not decayed"""
    X = np.hstack([features, np.ones((len(features), 1))])
    T = one_hot(labels, n_classes)
    shape = (X.shape[1], n_classes)

    def objective(theta):
        W = theta.reshape(shape)
        logits = X @ W
        logits -= logits.max(axis=1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        cost = -(T * log_p).sum() / len(X) + decay / 2 * (W[:-1] ** 2).sum()

        grad = X.T @ (np.exp(log_p) - T) / len(X)
        grad[:-1] += decay * W[:-1]
        return cost, grad.ravel()

    return objective


def gradient_descent(f, theta, rate=0.5, steps=150):
    for step in range(steps):
        cost, g = f(theta)
        theta = theta - rate * g
        if step % 50 == 0:
            print(f"{step:5d} {cost:.5f}")
    return theta


if __name__ == "__main__":
    rng = np.random.default_rng(7)
    centres = np.array([[0, 0], [3, 0], [0, 3]])
    labels = rng.integers(0, 3, 90)
    features = centres[labels] + rng.normal(size=(90, 2))
    f = make_objective(features, labels)
    theta = gradient_descent(f, np.zeros(9))
    print(theta.reshape(3, 3).round(2))
