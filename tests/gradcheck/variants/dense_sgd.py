import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Dense(Layer):
    """Fully connected layer, y = Wx + b. Input is a column vector."""

    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * output_gradient
        return np.dot(self.weights.T, output_gradient)


if __name__ == "__main__":
    np.random.seed(0)
    layer = Dense(3, 2)
    x = np.random.randn(3, 1)
    t = np.array([[1.0], [-1.0]])
    for i in range(20):
        y = layer.forward(x)
        print(i, np.sum((y - t) ** 2) / 2)
        layer.backward(y - t, 0.1)
