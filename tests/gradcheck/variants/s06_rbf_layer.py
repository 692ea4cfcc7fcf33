"""Radial basis function network, trained by gradient descent (seminar "Soft Computing")."""
import numpy as np


class RBFLayer:

    def __init__(self, n_inputs, n_units, seed=None):
        rng = np.random.default_rng(seed)
        self.centers = rng.normal(size=(n_units, n_inputs))
        self.gamma = rng.uniform(0.2, 0.6, size=n_units)

    def forward(self, inputs):
        self.diff = inputs[:, None, :] - self.centers[None, :, :]
        self.dist2 = np.sum(self.diff ** 2, axis=2)
        self.phi = np.exp(-self.gamma * self.dist2)
        return self.phi

    def backward(self, output_gradient, learning_rate):
        g = output_gradient * self.phi
        weighted = 2 * g[:, :, None] * self.gamma[None, :, None] * self.diff
        input_gradient = -weighted.sum(axis=1)
        centers_gradient = weighted.sum(axis=0)
        gamma_gradient = -(g * self.dist2).sum(axis=0)
        self.centers -= learning_rate * centers_gradient
        self.gamma -= learning_rate * gamma_gradient
        return input_gradient


class Readout:

    def __init__(self, n_units, n_outputs, seed=None):
        self.weights = np.random.default_rng(seed).normal(size=(n_units, n_outputs)) * 0.5

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights

    def backward(self, output_gradient, learning_rate):
        input_gradient = output_gradient @ self.weights.T
        self.weights -= learning_rate * (self.inputs.T @ output_gradient)
        return input_gradient


def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)


if __name__ == "__main__":
    x = np.linspace(-3, 3, 40)[:, None]
    y = np.sin(2 * x) * np.exp(-0.1 * x ** 2)
    network = [RBFLayer(1, 10, 0), Readout(10, 1, 1)]
    for e in range(301):
        out = x
        for layer in network:
            out = layer.forward(out)
        grad = mse_prime(y, out)
        for layer in reversed(network):
            grad = layer.backward(grad, 0.2)
        if e % 100 == 0:
            print(e, mse(y, out))
