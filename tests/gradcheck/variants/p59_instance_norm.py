"""Instance normalisation for feature maps (N, C, H, W)."""
import numpy as np


class InstanceNorm:
    axes = (2, 3)

    def __init__(self, channels, eps=1e-5):
        self.eps = eps
        self.weight = np.ones((1, channels, 1, 1))
        self.bias = np.zeros((1, channels, 1, 1))

    def forward(self, x):
        mean = x.mean(axis=self.axes, keepdims=True)
        var = ((x - mean) ** 2).mean(axis=self.axes, keepdims=True)
        self.std = np.sqrt(var + self.eps)
        self.norm = (x - mean) / self.std
        return self.weight * self.norm + self.bias

    def backward(self, grad):
        # flat gradients of length C, the optimiser reshapes them
        self.grad_weight = np.einsum("nchw,nchw->c", grad, self.norm)
        self.grad_bias = np.einsum("nchw->c", grad)
        g = grad * self.weight
        m = g.shape[2] * g.shape[3]
        s1 = g.sum(axis=self.axes, keepdims=True)
        s2 = (g * self.norm).sum(axis=self.axes, keepdims=True)
        return (m * g - s1 - self.norm * s2) / (m * self.std)

    def apply_sgd(self, lr):
        self.weight -= lr * self.grad_weight.reshape(self.weight.shape)
        self.bias -= lr * self.grad_bias.reshape(self.bias.shape)
