import numpy as np


class Classifier:
    """tanh hidden layer, softmax output, y holds the class numbers."""

    def __init__(self, n_in=3, n_hidden=5, n_classes=3):
        self.W1 = np.random.randn(n_in, n_hidden) * .4
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.random.randn(n_hidden, n_classes) * .4
        self.b2 = np.zeros((1, n_classes))

    def forward(self, X):
        self.z1 = X.dot(self.W1) + self.b1
        self.a1 = np.tanh(self.z1)
        scores = self.a1.dot(self.W2) + self.b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, y):
        n = len(y)
        return -np.log(self.probs[np.arange(n), y]).sum() / n

    def backward(self, X, y):
        n = len(X)
        delta3 = self.probs.copy()
        delta3[np.arange(n), y] -= 1
        delta3 /= n
        self.dW2 = self.a1.T.dot(delta3)
        self.db2 = delta3.sum(axis=0, keepdims=True)
        delta2 = delta3.dot(self.W2.T) * (1 - np.power(self.z1, 2))
        self.dW1 = np.dot(X.T, delta2)
        self.db1 = np.sum(delta2, axis=0, keepdims=True)
