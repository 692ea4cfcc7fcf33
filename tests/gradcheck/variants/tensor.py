import numpy as np


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, parents=(), backward_fn=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.backward_fn = backward_fn

    @staticmethod
    def lift(v):
        return v if isinstance(v, Tensor) else Tensor(v)

    def __add__(self, other):
        other = Tensor.lift(other)
        return Tensor(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = Tensor.lift(other)
        return Tensor(self.data * other.data, (self, other),
                      lambda g: (g * other.data, g * self.data))

    def __matmul__(self, other):
        return Tensor(self.data @ other.data, (self, other),
                      lambda g: (g @ other.data.T, self.data.T @ g))

    def __sub__(self, other):
        return self + Tensor.lift(other) * -1.0

    def relu(self):
        return Tensor(np.maximum(self.data, 0), (self,), lambda g: (g * (self.data > 0),))

    def exp(self):
        e = np.exp(self.data)
        return Tensor(e, (self,), lambda g: (g * e,))

    def log(self):
        return Tensor(np.log(self.data), (self,), lambda g: (g / self.data,))

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return (np.ones_like(self.data) * g,)
        return Tensor(self.data.sum(axis=axis, keepdims=keepdims), (self,), back)

    def mean(self):
        return self.sum() * (1.0 / self.data.size)

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) in seen:
                return
            seen.add(id(t))
            for p in t.parents:
                visit(p)
            order.append(t)
        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            if t.backward_fn is None:
                continue
            for p, g in zip(t.parents, t.backward_fn(t.grad)):
                p.grad = p.grad + unbroadcast(g, p.data.shape)
