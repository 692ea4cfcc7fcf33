import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


class SoftmaxRegression:
    """Trained with cross-entropy: call backward(P - Y)."""

    def __init__(self, n_features=3, n_classes=4):
        self.W = np.random.randn(n_classes, n_features)
        self.b = np.zeros((n_classes, 1))

    def forward(self, X):
        self.X = X
        self.P = softmax(self.W.dot(X) + self.b)
        return self.P

    def backward(self, dZ):
        self.dW = dZ.dot(self.X.T)
        self.db = dZ.sum(axis=1, keepdims=True)
        return self.W.T.dot(dZ)

    def train(self, X, Y, epochs=10, eta=0.1):
        for epoch in range(epochs):
            P = self.forward(X)
            self.backward((P - Y) / X.shape[1])
            self.W -= eta * self.dW
            self.b -= eta * self.db
