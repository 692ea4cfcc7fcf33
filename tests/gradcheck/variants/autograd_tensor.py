import numpy as np


def unbroadcast(grad, shape):
    """Sum out the axes that numpy broadcasting added."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, _prev=(), requires_grad=True):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = _prev
        self._backward = lambda: None

    @property
    def shape(self):
        return self.data.shape

    @staticmethod
    def wrap(x):
        return x if isinstance(x, Tensor) else Tensor(x)

    def __add__(self, other):
        other = Tensor.wrap(other)
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.shape)
            other.grad += unbroadcast(out.grad, other.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = Tensor.wrap(other)
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad * other.data, self.shape)
            other.grad += unbroadcast(out.grad * self.data, other.shape)
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(self.data * (self.data > 0), (self,))

        def _backward():
            self.grad += out.grad * (self.data > 0)
        out._backward = _backward
        return out

    def log_softmax(self):
        z = self.data - self.data.max(axis=1, keepdims=True)
        out = Tensor(z - np.log(np.exp(z).sum(axis=1, keepdims=True)), (self,))

        def _backward():
            self.grad += out.grad - np.exp(out.data) * out.grad.sum(axis=1, keepdims=True)
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad += out.grad * np.ones_like(self.data) / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def walk(t):
            if t not in seen:
                seen.add(t)
                for p in t._prev:
                    walk(p)
                topo.append(t)
        walk(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(topo):
            t._backward()

    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + (-Tensor.wrap(other))
    __radd__ = __add__
    __rmul__ = __mul__
