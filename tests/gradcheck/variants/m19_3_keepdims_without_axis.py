import numpy as np


class Linear:
    def __init__(self, fan_in=4, fan_out=3):
        self.weight = np.random.randn(fan_in, fan_out) * np.sqrt(1 / fan_in)
        self.bias = np.zeros((1, fan_out))
        self.grad_weight = None
        self.grad_bias = None

    def forward(self, x):
        self.x = x
        return np.maximum(0, x @ self.weight + self.bias)

    def backward(self, grad):
        mask = (self.x @ self.weight + self.bias) > 0
        grad = grad * mask
        self.grad_weight = self.x.T @ grad
        self.grad_bias = np.sum(grad, keepdims=True)
        return grad @ self.weight.T

    def apply_gradients(self, rate):
        self.weight -= rate * self.grad_weight
        self.bias -= rate * self.grad_bias
