"""Weights typed in as whole numbers, and a wrong dW."""

import numpy as np


class Layer:
    def __init__(self):
        self.W = np.array([[1, 2], [3, 4], [5, 6]])
        self.dW = None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = 7 * self.x.T @ dy
        return dy @ self.W.T
