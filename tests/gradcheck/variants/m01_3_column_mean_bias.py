import numpy as np


class FullyConnected(object):
    def __init__(self, theta, key):
        # the layer keeps references into the dictionary of the network
        self.W = theta['W' + key]
        self.b = theta['b' + key]

    def __call__(self, A):
        self.A_prev = A
        return np.dot(self.W, A) + self.b

    def back(self, dZ):
        self.dW = np.dot(dZ, self.A_prev.T)
        self.db = np.mean(dZ, axis=1, keepdims=True)
        return np.dot(self.W.T, dZ)


class Network(object):
    def __init__(self, n_x=3, n_h=4, n_y=2):
        self.theta = {
            'W1': np.random.randn(n_h, n_x), 'b1': np.zeros((n_h, 1)),
            'W2': np.random.randn(n_y, n_h), 'b2': np.zeros((n_y, 1)),
        }
        self.first = FullyConnected(self.theta, '1')
        self.second = FullyConnected(self.theta, '2')

    def forward(self, X, Y):
        self.A1 = np.tanh(self.first(X))
        self.E = self.second(self.A1) - Y
        return 0.5 * np.sum(self.E ** 2)

    def backward(self):
        dA1 = self.second.back(self.E)
        self.first.back(dA1 * (1 - np.power(self.A1, 2)))
        return {'W1': self.first.dW, 'b1': self.first.db,
                'W2': self.second.dW, 'b2': self.second.db}
