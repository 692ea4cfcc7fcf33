"""Tiny dense network, following 'neural network from scratch in python' blog posts."""
import numpy as np


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / len(y_true)


class FCLayer:
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error):
        input_error = np.dot(output_error, self.weights.T)
        self.weights_error = np.dot(self.input.T, output_error)
        self.bias_error = output_error.sum(axis=0, keepdims=True)
        return input_error

    def step(self, learning_rate):
        self.weights -= learning_rate * self.weights_error
        self.bias -= learning_rate * self.bias_error


class TanhLayer:
    def forward_propagation(self, input_data):
        self.input = input_data
        return np.tanh(self.input)

    def backward_propagation(self, output_error):
        return (1 - np.tanh(self.input) ** 2) * output_error

    def step(self, learning_rate):
        pass


class Network:
    def __init__(self, n_in=3, n_hidden=5, n_out=2):
        self.layers = [FCLayer(n_in, n_hidden), TanhLayer(), FCLayer(n_hidden, n_out)]

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward_propagation(x)
        return x

    def loss(self, x, y):
        return mse(y, self.predict(x))

    def backward(self, x, y):
        error = mse_prime(y, self.predict(x))
        for layer in reversed(self.layers):
            error = layer.backward_propagation(error)
        return error

    def fit(self, x, y, epochs, learning_rate):
        for epoch in range(epochs):
            self.backward(x, y)
            for layer in self.layers:
                layer.step(learning_rate)
            if (epoch + 1) % 100 == 0:
                print('epoch %d/%d   error=%f' % (epoch + 1, epochs, self.loss(x, y)))


if __name__ == "__main__":
    x = np.random.randn(30, 3)
    y = np.stack([x[:, 0] * x[:, 1], np.sin(x[:, 2])], axis=1)
    Network().fit(x, y, 1000, 0.1)
