import numpy as np


def sigmoid(z): return 1 / (1 + np.exp(-z))
def sigmoid_prime(z): return sigmoid(z) * (1 - sigmoid(z))


def softmax(z, derivative=False):
    exps = np.exp(z - z.max(axis=0))
    s = exps / np.sum(exps, axis=0)
    if derivative:
        return s * (1 - s)
    return s


class DNN:
    def __init__(self, sizes=(3, 4, 3)):
        i, h, o = sizes
        self.params = {'W1': np.random.randn(h, i), 'b1': np.zeros((h, 1)),
                       'W2': np.random.randn(o, h), 'b2': np.zeros((o, 1))}

    def forward(self, X, Y):
        p = self.params
        self.X, self.Y = X, Y
        self.Z1 = p['W1'] @ X + p['b1']
        self.A1 = sigmoid(self.Z1)
        self.Z2 = p['W2'] @ self.A1 + p['b2']
        self.A2 = softmax(self.Z2)
        return np.sum((self.A2 - Y) ** 2) / X.shape[1]

    def backward(self):
        m = self.X.shape[1]
        error = 2 * (self.A2 - self.Y) / m
        error = error * softmax(self.Z2, derivative=True)
        change = {'W2': error @ self.A1.T, 'b2': error.sum(axis=1, keepdims=True)}
        error = (self.params['W2'].T @ error) * sigmoid_prime(self.Z1)
        change['W1'], change['b1'] = error @ self.X.T, error.sum(axis=1, keepdims=True)
        return change
