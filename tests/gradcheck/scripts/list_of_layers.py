import numpy as np

class Dense:
    def __init__(self, i, o):
        self.weights = np.random.randn(o, i)
        self.bias = np.random.randn(o, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, input) + self.bias

    def backward(self, grad, rate):
        gw = np.dot(grad, self.input.T)
        gi = np.dot(self.weights.T, grad)
        self.weights -= rate * gw
        self.bias -= rate * grad
        return gi

class Tanh:
    def forward(self, input):
        self.input = input
        return np.tanh(input)

    def backward(self, grad, rate):
        return grad * (1 - np.tanh(self.input) ** 2)

def mse(t, p):
    return np.mean(np.power(t - p, 2))

def mse_prime(t, p):
    return 2 * (p - t) / np.size(t)

def train(network, x_train, y_train, epochs=1000, learning_rate=0.01, verbose=True):
    for e in range(epochs):
        error = 0
        for x, y in zip(x_train, y_train):
            output = x
            for layer in network:
                output = layer.forward(output)
            error += mse(y, output)
            grad = mse_prime(y, output)
            for layer in reversed(network):
                grad = layer.backward(grad, learning_rate)
        error /= len(x_train)
        if verbose:
            print(e, error)

X = np.reshape([[0, 0], [0, 1], [1, 0], [1, 1]], (4, 2, 1))
Y = np.reshape([[0], [1], [1], [0]], (4, 1, 1))
network = [Dense(2, 3), Tanh(), Dense(3, 1), Tanh()]
train(network, X, Y, epochs=10000, learning_rate=0.1)
