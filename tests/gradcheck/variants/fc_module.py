"""Mini framework, part 1: modules"""
from abc import ABC, abstractmethod
import numpy as np


class Module(ABC):
    """every layer inherits from here"""

    @abstractmethod
    def forward(self, x):
        ...

    @abstractmethod
    def backward(self, grad_out):
        ...

    def parameters(self):
        return []


class FullyConnected(Module):
    def __init__(self, fan_in, fan_out):
        bound = np.sqrt(6.0 / (fan_in + fan_out))
        self.kernel = np.random.uniform(-bound, bound, (fan_in, fan_out))
        self.offset = np.random.uniform(-bound, bound, fan_out)
        self.grad_kernel = None
        self.grad_offset = None

    def forward(self, x):
        self._x = x
        return np.matmul(x, self.kernel) + self.offset

    def backward(self, grad_out):
        batch = self._x.shape[0]
        self.grad_kernel = np.matmul(self._x.T, grad_out) / batch
        self.grad_offset = np.sum(grad_out, axis=0)
        return np.matmul(grad_out, self.kernel.T)

    def parameters(self):
        return [(self.kernel, self.grad_kernel), (self.offset, self.grad_offset)]


if __name__ == "__main__":
    fc = FullyConnected(3, 2)
    x = np.random.randn(4, 3)
    y = np.random.randn(4, 2)
    for step in range(50):
        out = fc.forward(x)
        fc.backward(2 * (out - y) / 4)
        for p, g in fc.parameters():
            p -= 0.1 * g
    print("loss", ((out - y) ** 2).sum() / 4)
