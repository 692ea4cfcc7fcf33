import numpy as np
from sklearn import datasets

X, Y = datasets.make_moons(400, noise=0.2)
X_train = X.T
count, features = X.shape
kept = {"A0": X_train}


def layers_of(sizes):
    return {
        name: value
        for at in range(1, len(sizes))
        for name, value in (
            (f"W{at}", np.random.randn(sizes[at], sizes[at - 1]) * 0.3),
            (f"b{at}", np.random.randn(sizes[at], 1) * 0.3),
        )
    }


def forward(weights, depth):
    a = X_train
    for at in range(1, depth + 1):
        z = weights[f"W{at}"] @ a + weights[f"b{at}"]
        a = np.tanh(z) if at < depth else 1 / (1 + np.exp(-z))
        kept[f"A{at}"] = a
    return a


def backward(out, y, weights, depth):
    """What comes in is kept once, when the file begins."""
    grads = {}
    dz = (out - y.reshape(out.shape)) / count
    for at in range(depth, 0, -1):
        grads[f"W{at}"] = dz @ kept[f"A{at - 1}"].T
        grads[f"b{at}"] = dz.sum(axis=1, keepdims=True)
        dz = (weights[f"W{at}"].T @ dz) * (1 - kept[f"A{at - 1}"] ** 2)
    return grads


def perceptron(rounds, learning_rate, hidden):
    sizes = [features, *hidden, 1]
    weights = layers_of(sizes)
    for i in range(rounds):
        out = forward(weights, len(sizes) - 1)
        grads = backward(out, Y, weights, len(sizes) - 1)
        for name, grad in grads.items():
            weights[name] -= learning_rate * grad
        if i < 3:
            learning_rate /= 2


for some in range(2):
    perceptron(500, 1.0, [5 for _ in range(some + 1)])
