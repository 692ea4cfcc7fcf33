import numpy as np


class SigmoidLayer:
    def __init__(self, n_in=3, n_out=2):
        self.weights = np.random.randn(n_in, n_out)
        self.bias = np.random.randn(1, n_out)

    def forward(self, inputs):
        output = 1 / (1 + np.exp(-(inputs @ self.weights + self.bias)))
        if not hasattr(self, "saved"):
            self.saved = (inputs, output)
        return output

    def backward(self, grad):
        inputs, output = self.saved
        local = grad * output * (1 - output)
        self.grad_weights = inputs.T @ local
        self.grad_bias = local.sum(axis=0, keepdims=True)
        return local @ self.weights.T
