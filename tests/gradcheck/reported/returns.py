"""Right gradients that come back in another place than the return value, or in more than one."""

import numpy as np


class Output:  # the book Neural Networks from Scratch: self.output and self.dinputs, nothing is returned
    def __init__(self, i, o):
        self.weights, self.biases = np.random.randn(i, o), np.zeros((1, o))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights, self.dbiases = self.inputs.T @ dvalues, dvalues.sum(0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T


class Tuple:  # backward returns dx, dW, db
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o), np.random.randn(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d):
        return d @ self.W.T, self.x.T @ d, d.sum(0)


class LossAndProbabilities:  # forward returns two things
    def forward(self, x, y):
        e = np.exp(x - x.max(1, keepdims=True))
        self.p, self.y = e / e.sum(1, keepdims=True), y
        return self.p, -(y * np.log(self.p)).sum() / len(x)

    def backward(self):
        return (self.p - self.y) / len(self.p)


class LossAndGrads:  # CS231n: loss(X, y) returns the loss and a dict
    def __init__(self, i, o):
        self.params = {"W": np.random.randn(i, o)}

    def loss(self, X, y):
        d = X @ self.params["W"] - y
        return 0.5 * (d**2).sum(), {"W": X.T @ d}


class SetX:  # backward returns nothing and leaves self.dx
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, d):
        self.dx = d * (self.x > 0)
