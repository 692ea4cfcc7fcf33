import numpy as np


def unbroadcast(grad, shape):
    """sum out the axes that numpy broadcast"""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for ax, n in enumerate(shape):
        if n == 1 and grad.shape[ax] != 1:
            grad = grad.sum(axis=ax, keepdims=True)
    return grad


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents  # pairs (tensor, function of the gradient)

    @staticmethod
    def wrap(x):
        return x if isinstance(x, Tensor) else Tensor(x)

    def __add__(self, o):
        o = Tensor.wrap(o)
        return Tensor(self.data + o.data, ((self, lambda g: g), (o, lambda g: g)))

    def __sub__(self, o):
        o = Tensor.wrap(o)
        return Tensor(self.data - o.data, ((self, lambda g: g), (o, lambda g: -g)))

    def __mul__(self, o):
        o = Tensor.wrap(o)
        return Tensor(self.data * o.data, ((self, lambda g: g * o.data), (o, lambda g: g * self.data)))

    def __matmul__(self, o):
        return Tensor(self.data @ o.data,
                      ((self, lambda g: g @ o.data.T), (o, lambda g: self.data.T @ g)))

    def relu(self):
        return Tensor(np.maximum(self.data, 0), ((self, lambda g: g * (self.data > 0)),))

    def mean(self):
        return Tensor(self.data.mean(), ((self, lambda g: g * np.ones_like(self.data) / self.data.size),))

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) in seen:
                return
            seen.add(id(t))
            for p, _ in t.parents:
                visit(p)
            order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            for p, fn in t.parents:
                p.grad = p.grad + unbroadcast(fn(t.grad), p.data.shape)


class MLP:
    def __init__(self, *sizes):
        self.weights = [Tensor(np.random.randn(a, b) * np.sqrt(2 / a)) for a, b in zip(sizes, sizes[1:])]
        self.biases = [Tensor(np.zeros((1, b))) for b in sizes[1:]]

    def __call__(self, x):
        h = Tensor.wrap(x)
        for k, (w, b) in enumerate(zip(self.weights, self.biases)):
            h = h @ w + b
            if k < len(self.weights) - 1:
                h = h.relu()
        return h

    def parameters(self):
        return self.weights + self.biases

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.data)

    def loss(self, x, y):
        e = self(x) - y
        return (e * e).mean()


if __name__ == "__main__":
    net = MLP(2, 8, 1)
    x = np.random.randn(32, 2)
    y = x[:, :1] * x[:, 1:]
    for i in range(100):
        net.zero_grad()
        l = net.loss(x, y)
        l.backward()
        for p in net.parameters():
            p.data -= 0.1 * p.grad
    print(float(l.data))
