"""Multi-layer perceptron of any depth. Layers and optimiser see the same dictionary."""
import numpy as np


class Layer:
    def __init__(self, store, idx, last):
        self.store, self.idx, self.last = store, idx, last

    @property
    def W(self):
        return self.store[f"W{self.idx}"]

    @property
    def b(self):
        return self.store[f"b{self.idx}"]

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return self.z if self.last else np.maximum(self.z, 0)

    def backward(self, g):
        if not self.last:
            g = g * (self.z > 0)
        dW = self.x.T @ g
        db = np.mean(g, axis=0)
        return dW, db, g @ self.W.T


class Mlp:
    def __init__(self, sizes=(4, 6, 5, 2)):
        self.params, self.grads, self.layers = {}, {}, []
        n = len(sizes) - 1
        for i in range(1, n + 1):
            self.params[f"W{i}"] = np.random.randn(sizes[i - 1], sizes[i]) * np.sqrt(2 / sizes[i - 1])
            self.params[f"b{i}"] = np.zeros(sizes[i])
            self.layers.append(Layer(self.params, i, last=(i == n)))

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            dW, db, g = layer.backward(g)
            self.grads[f"W{layer.idx}"] = dW
            self.grads[f"b{layer.idx}"] = db
        return g

    def step(self, lr=0.01):
        for k in self.params:
            self.params[k] -= lr * self.grads[k]
