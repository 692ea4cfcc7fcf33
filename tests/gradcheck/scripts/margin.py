import numpy as np


def separate(X, y, cost=1.0, lr=0.01, turns=40):
    """A support vector machine: ½ |w|² and the hinge loss of all samples."""
    w = np.random.randn(X.shape[1])
    b = 0.0
    for turn in range(1, turns):
        inside = y * (X.dot(w) + b) < 1
        dw = w - cost * np.sum(X[inside] * y[inside][:, None], axis=0)
        db = -cost * np.sum(y[inside])
        w = w - lr / turn * dw
        b = b - lr / turn * db
    return w, b
