"""Classes that go back by themselves, of numbers and of arrays, layers of these, and a mistake in some."""

import math

import numpy as np


class Number:
    """One number in a graph."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = data, parents, 0.0
        self.push = lambda: None

    def of(self, other):
        return other if isinstance(other, Number) else type(self)(other)

    def __add__(self, other):
        other = self.of(other)
        out = type(self)(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = self.of(other)
        out = type(self)(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def tanh(self):
        out = type(self)(math.tanh(self.data), (self,))

        def push():
            self.grad += (1 - out.data**2) * out.grad

        out.push = push
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.push()


class Unit:
    """A neuron of numbers."""

    kind = Number

    def __init__(self, inputs):
        self.w = [self.kind(0.3 * at - 0.5) for at in range(inputs)]
        self.b = self.kind(0.0)

    def __call__(self, x):
        return sum((w * one for w, one in zip(self.w, x, strict=True)), self.b).tanh()


class Units:
    def __init__(self, inputs, outputs):
        self.units = [Unit(inputs) for _ in range(outputs)]

    def __call__(self, x):
        return [unit(x) for unit in self.units]


class Grid:
    """An array in a graph."""

    def __init__(self, data, parents=(), back=None):
        self.data, self.parents, self.back = np.asarray(data), parents, back
        self.grad = None

    def __matmul__(self, other):
        return Grid(self.data @ other.data, (self, other), lambda g: (g @ other.data.T, self.data.T @ g))

    def __add__(self, other):
        return Grid(self.data + other.data, (self, other), lambda g: (g, summed(g, other.data.shape)))

    def __mul__(self, other):
        back = lambda g: (g * other.data, summed(g * self.data, other.data.shape))  # noqa: E731
        return Grid(self.data * other.data, (self, other), back)

    def exp(self):
        return Grid(np.exp(self.data), (self,), lambda g: (g * np.exp(self.data),))

    def sum(self):
        return Grid(self.data.sum(), (self,), lambda g: (g * np.ones_like(self.data),))

    def backward(self):
        self.go(np.ones_like(self.data))

    def go(self, g):
        self.grad = g if self.grad is None else self.grad + g
        for parent, part in zip(self.parents, self.back(g) if self.back else (), strict=True):
            parent.go(part)


def summed(g, shape):
    while g.ndim > len(shape):
        g = g.sum(0)
    return g


class GridLinear:
    def __init__(self, inputs, outputs):
        self.W, self.b = Grid(np.random.randn(inputs, outputs)), Grid(np.zeros(outputs))

    def forward(self, x):
        return x @ self.W + self.b


class GridByHand(GridLinear):
    """With a backward of its own."""

    def forward(self, x):
        self.x = x.data
        return Grid(x.data @ self.W.data + self.b.data)

    def backward(self, g):
        self.W.grad, self.b.grad = self.x.T @ g, g.sum(0)
        return g @ self.W.data.T


class GridLoss:
    def __call__(self, p, y):
        d = p + y * Grid(-1.0)
        return (d * d).sum()


# A mistake each


class NumberTwice(Number):
    def tanh(self):
        out = NumberTwice(math.tanh(self.data), (self,))

        def push():
            self.grad += 2 * (1 - out.data**2) * out.grad

        out.push = push
        return out


class NumberForgets(Number):
    """Of a number that is used twice."""

    def __mul__(self, other):
        other = self.of(other)
        out = NumberForgets(self.data * other.data, (self, other))

        def push():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out.push = push
        return out


class UnitTwice(Unit):
    kind = NumberTwice


class GridByHandMean(GridByHand):
    def backward(self, g):
        dx = super().backward(g)
        self.b.grad = g.mean(0)
        return dx
