"""PReLU: the slope for negative inputs is learned, one for each channel."""
import numpy as np


class PReLU:
    def __init__(self, channels=3, start=0.25):
        self.alpha = np.full(channels, start)
        self.grad_alpha = None
        self.x = None

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0) + self.alpha * np.minimum(x, 0)

    def backward(self, dout):
        negative = self.x < 0
        self.grad_alpha = (dout * negative).sum(axis=0)
        return np.where(negative, self.alpha * dout, dout)

    def step(self, lr=0.01):
        self.alpha -= lr * self.grad_alpha
