import numpy as np


class Tanh:
    def forward(self, z):
        self.a = np.tanh(z)
        return self.a

    def backward(self, grad):
        return grad * (1.0 - self.a * self.a)


class Weights:
    def __init__(self, rows, cols):
        limit = np.sqrt(6.0 / (rows + cols))
        self.value = np.random.uniform(-limit, limit, (rows, cols))
        self.grad = None

    def forward(self, x):
        self.x = x
        return x @ self.value

    def backward(self, grad):
        self.grad = self.x.T @ grad
        return grad @ self.value.T


class DeepTanh:
    """in -> width -> ... -> width -> out, with as many hidden layers as depth says"""

    def __init__(self, n_in=3, width=5, n_out=1, depth=3):
        sizes = [n_in] + [width] * depth
        self.weights = [Weights(a, b) for a, b in zip(sizes, sizes[1:])]
        self.acts = [Tanh()] * depth
        self.out = Weights(width, n_out)

    def forward(self, x, y):
        for w, act in zip(self.weights, self.acts):
            x = act.forward(w.forward(x))
        self.residual = self.out.forward(x) - y
        return np.mean(np.sum(self.residual ** 2, axis=1))

    def backward(self):
        grad = self.out.backward(2 * self.residual / len(self.residual))
        for w, act in zip(reversed(self.weights), reversed(self.acts)):
            grad = w.backward(act.backward(grad))
        return grad

    def descend(self, rate):
        for w in self.weights + [self.out]:
            w.value -= rate * w.grad


if __name__ == "__main__":
    np.random.seed(12)
    x = np.random.uniform(-2, 2, (80, 3))
    y = np.sin(x.sum(axis=1, keepdims=True))
    net = DeepTanh(width=16)
    for i in range(401):
        loss = net.forward(x, y)
        net.backward()
        net.descend(0.02)
        if i % 100 == 0:
            print("%4d  %.4f" % (i, loss))
