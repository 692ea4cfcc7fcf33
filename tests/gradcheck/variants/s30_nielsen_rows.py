"""My version of network.py from chapter 1 and 3 of Nielsen, for one vector at a time, softmax at the end."""
import random
import numpy as np


class Network(object):

    def __init__(self, sizes=(5, 6, 4, 3)):
        self.sizes = sizes
        self.weights = [np.random.randn(a, b) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.random.randn(b) for b in sizes[1:]]

    def forward(self, x):
        self.activations = [x]
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            self.activations.append(self.sigmoid(self.activations[-1] @ w + b))
        z = self.activations[-1] @ self.weights[-1] + self.biases[-1]
        e = np.exp(z - z.max())
        self.activations.append(e / e.sum())
        return self.activations[-1]

    @staticmethod
    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def cost(self, y):
        return -np.log(self.activations[-1]) @ y

    def backprop(self, x, y):
        """x: a vector, y: a one-hot vector. Returns (nabla_b, nabla_w), two lists like biases and weights."""
        nabla_b = [None] * len(self.biases)
        nabla_w = [None] * len(self.weights)
        delta = self.forward(x) - y
        for l in range(len(self.weights) - 1, -1, -1):
            a = self.activations[l]
            nabla_b[l] = delta
            nabla_w[l] = a[:, np.newaxis] * delta
            delta = (self.weights[l] @ delta) * a * (1 - a)
        return nabla_b, nabla_w

    def SGD(self, training_data, epochs, eta):
        for j in range(epochs):
            random.shuffle(training_data)
            for x, y in training_data:
                nabla_b, nabla_w = self.backprop(x, y)
                self.weights = [w - eta * nw for w, nw in zip(self.weights, nabla_w)]
                self.biases = [b - eta * nb for b, nb in zip(self.biases, nabla_b)]
            hits = sum(self.forward(x).argmax() == y.argmax() for x, y in training_data)
            print("Epoch {0}: {1} / {2}".format(j, hits, len(training_data)))


if __name__ == "__main__":
    random.seed(0)
    np.random.seed(0)
    centres = np.random.randn(3, 5) * 2
    data = [(centres[k] + np.random.randn(5), np.eye(3)[k]) for k in range(3) for _ in range(30)]
    Network().SGD(data, 6, 0.2)
