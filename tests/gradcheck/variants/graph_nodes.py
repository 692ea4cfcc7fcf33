# Small computational graph, every node knows its parents and pushes its gradient to them.
import numpy as np


class Node:
    def __init__(self, *parents):
        self.parents = parents
        self.value = None
        self.grad = None

    def zero(self):
        self.grad = np.zeros_like(self.value)


class Placeholder(Node):
    def forward(self):
        pass

    def backward(self):
        pass


class Variable(Placeholder):
    def __init__(self, value):
        super().__init__()
        self.value = value


class Affine(Node):
    def forward(self):
        x, w, b = (p.value for p in self.parents)
        self.value = x @ w + b

    def backward(self):
        x, w, b = self.parents
        x.grad += self.grad @ w.value.T
        w.grad += x.value.T @ self.grad
        b.grad += self.grad.sum(axis=0)


class Tanh(Node):
    def forward(self):
        self.value = np.tanh(self.parents[0].value)

    def backward(self):
        self.parents[0].grad += self.grad * (1 - np.tanh(self.value) ** 2)


class HalfSquaredError(Node):
    """0.5 * sum((pred - target)^2) / batch"""
    def forward(self):
        pred, target = self.parents
        self.diff = pred.value - target.value
        self.value = np.array(0.5 * np.sum(self.diff ** 2) / len(self.diff))

    def backward(self):
        pred, target = self.parents
        pred.grad += self.grad * self.diff / len(self.diff)
        target.grad -= self.grad * self.diff / len(self.diff)


class Graph:
    """x -> Affine -> Tanh -> Affine -> HalfSquaredError"""

    def __init__(self, n_in=3, n_hidden=5, n_out=2, seed=0):
        rng = np.random.RandomState(seed)
        self.x, self.t = Placeholder(), Placeholder()
        self.w1, self.b1 = Variable(rng.randn(n_in, n_hidden)), Variable(np.zeros(n_hidden))
        self.w2, self.b2 = Variable(rng.randn(n_hidden, n_out)), Variable(np.zeros(n_out))
        h = Affine(self.x, self.w1, self.b1)
        a = Tanh(h)
        o = Affine(a, self.w2, self.b2)
        self.loss = HalfSquaredError(o, self.t)
        self.order = [self.x, self.t, self.w1, self.b1, self.w2, self.b2, h, a, o, self.loss]

    def forward(self, x, t):
        self.x.value, self.t.value = x, t
        for node in self.order:
            node.forward()
        return float(self.loss.value)

    def backward(self):
        for node in self.order:
            node.zero()
        self.loss.grad = np.ones(())
        for node in reversed(self.order):
            node.backward()
        return {k: getattr(self, k).grad for k in ("w1", "b1", "w2", "b2")}


if __name__ == "__main__":
    g = Graph()
    x = np.random.randn(32, 3)
    t = np.sin(x[:, :2])
    for step in range(300):
        loss = g.forward(x, t)
        for k, d in g.backward().items():
            getattr(g, k).value -= 0.1 * d
    print(loss)
