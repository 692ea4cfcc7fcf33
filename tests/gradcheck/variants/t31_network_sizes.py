"""network.py - stochastic gradient descent for a feedforward net of sigmoid neurons, quadratic cost."""
import random

import numpy as np


class Network(object):

    def __init__(self, sizes=(4, 5, 3)):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def cost(self, x, y):
        return 0.5 * np.linalg.norm(self.feedforward(x) - y) ** 2

    def backprop(self, x, y):
        """Return (nabla_b, nabla_w), layer by layer, for a single training example"""
        activation, activations, zs = x, [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        nabla_b = [None] * len(self.biases)
        nabla_w = [None] * len(self.weights)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].T)
        for l in range(2, self.num_layers):
            sp = sigmoid_prime(activations[-l])
            delta = np.dot(self.weights[-l + 1].T, delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].T)
        return nabla_b, nabla_w

    def SGD(self, training_data, epochs, mini_batch_size, eta):
        for j in range(epochs):
            random.shuffle(training_data)
            for k in range(0, len(training_data), mini_batch_size):
                batch = training_data[k:k + mini_batch_size]
                for x, y in batch:
                    nb, nw = self.backprop(x, y)
                    self.weights = [w - eta / len(batch) * g for w, g in zip(self.weights, nw)]
                    self.biases = [b - eta / len(batch) * g for b, g in zip(self.biases, nb)]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


if __name__ == "__main__":
    net = Network([4, 5, 3])
    data = [(np.random.randn(4, 1), np.eye(3)[:, [k % 3]]) for k in range(12)]
    net.SGD(data, 5, 4, 1.0)
    print(sum(net.cost(x, y) for x, y in data))
