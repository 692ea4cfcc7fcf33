"""Layers that compute the gradients of their parameters elsewhere than in backward, or hand them to an optimizer."""

import numpy as np


class Deferred:
    def __init__(self, inputs, outputs):
        self.W, self.b = np.random.randn(inputs, outputs), np.zeros(outputs)
        self.optimizer = None

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dy = dy
        return dy @ self.W.T


class ByAnotherMethod(Deferred):
    def compute_gradients(self):
        self.dW, self.db = self.x.T @ self.dy, self.dy.sum(0)


class ByUpdate(Deferred):
    def update(self, lr):
        self.W -= lr * self.x.T @ self.dy
        self.b -= lr * self.dy.sum(0)


class ByOptimizerStep(Deferred):
    """What the optimizer returns is a step."""

    def update_params(self, optimizer):
        self.W += optimizer.step(-self.x.T @ self.dy)
        self.b += optimizer.step(-self.dy.sum(0))


class GivenOptimizer(Deferred):
    def backward(self, dy, optimizer):
        dx = dy @ self.W.T
        self.W = optimizer.update(self.W, self.x.T @ dy)
        self.b = optimizer.update(self.b, dy.sum(0))
        return dx


class OptimizerToSet(Deferred):
    """Somebody sets it later."""

    def backward(self, dy):
        dx = dy @ self.W.T
        self.optimizer.update([self.x.T @ dy, dy.sum(0)], [self.W, self.b])
        return dx


class RateOfOptimizer(Deferred):
    def backward(self, dy, optimizer):
        dx = dy @ self.W.T
        self.W -= optimizer.learning_rate * self.x.T @ dy
        self.b -= optimizer.learning_rate * dy.sum(0)
        return dx


# A mistake each


class ByUpdateMean(Deferred):
    def update(self, lr):
        self.W -= lr * self.x.T @ self.dy
        self.b -= lr * self.dy.mean(0)


class GivenOptimizerFirst(Deferred):
    def backward(self, dy, optimizer):
        self.W = optimizer.update(self.W, self.x.T @ dy)
        self.b = optimizer.update(self.b, dy.sum(0))
        return dy @ self.W.T


class GivenOptimizerSign(Deferred):
    def backward(self, dy, optimizer):
        dx = dy @ self.W.T
        self.W = optimizer.update(self.W, -self.x.T @ dy)
        self.b = optimizer.update(self.b, dy.sum(0))
        return dx
