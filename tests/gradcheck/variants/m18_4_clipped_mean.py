import numpy as np


class Dense:
    GRAD_LIMIT = 100.0

    def __init__(self, inputs=3, neurons=2):
        self.weights = 0.5 * np.random.randn(inputs, neurons)
        self.biases = np.zeros((1, neurons))

    def limit(self, g):
        return np.clip(g, -self.GRAD_LIMIT, self.GRAD_LIMIT)

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.tanh(np.dot(inputs, self.weights) + self.biases)
        return self.output

    def backward(self, dvalues):
        dvalues = dvalues * (1 - self.output ** 2)
        self.dweights = self.limit(np.dot(self.inputs.T, dvalues))
        self.dbiases = self.limit(np.mean(dvalues, axis=0, keepdims=True))
        self.dinputs = np.dot(dvalues, self.weights.T)
        return self.dinputs
