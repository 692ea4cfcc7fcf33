"""Classes that want other objects: an activation, a loss, layers, the layer before; and those that hold their data."""

import numpy as np


class Squash:
    def apply(self, z):
        return np.tanh(z)

    def slope(self, z):
        return 1 - np.tanh(z) ** 2


class Straight:
    def apply(self, z):
        return z

    def slope(self, z):
        return np.ones_like(z)


class WithShape:
    """Asks for an object that this file has."""

    def __init__(self, n_in, n_out, shape_of):
        self.W = np.random.randn(n_in, n_out)
        self.shape_of = shape_of

    def forward(self, x):
        self.x, self.z = x, x @ self.W
        return self.shape_of.apply(self.z)

    def backward(self, dy):
        dz = dy * self.shape_of.slope(self.z)
        self.dW = self.x.T @ dz
        return dz @ self.W.T


class WithLentShape(WithShape):
    """Asks for one that no file has, whose derivative is given the output."""

    def __init__(self, n_in, n_out, activation):
        self.W = np.random.randn(n_in, n_out)
        self.activation = activation

    def forward(self, x):
        self.x = x
        self.a = self.activation.compute(x @ self.W)
        return self.a

    def backward(self, dy):
        dz = dy * self.activation.derivative(self.a)
        self.dW = self.x.T @ dz
        return dz @ self.W.T


class WithLentShapeWrong(WithLentShape):
    def backward(self, dy):
        return super().backward(2 * dy)


class Affine:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(0)
        return dy @ self.W.T


class TanhStep:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        return dy * (1 - self.y**2)


class Row:
    """Gets its layers as a list."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy


class RowByAdd(Row):
    """Gets its layers one after the other."""

    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)


class RowBySize(Row):
    """Gets the sizes of its layers, and the derivative of its loss."""

    def __init__(self, n_in):
        self.layers, self.width = [], n_in

    def add_layer(self, units):
        self.layers.append(Affine(self.width, units))
        self.width = units

    def backward(self, x, y, d_loss):
        return super().backward(d_loss(self.forward(x), y))

    def train(self, x, y, d_loss=lambda p, y: p - y):
        self.backward(x, y, d_loss)


class AfterAnother:
    """Learns its size from the layer before, when it is called."""

    def __call__(self, previous_layer):
        self.gain = np.ones(previous_layer.get_output_shape())

    def forward_pass(self, x):
        self.x = x
        return x * self.gain

    def backward_pass(self, dy):
        self.dgain = (dy * self.x).sum(0)
        return dy * self.gain


class HoldsItsData:
    """Gets its data in the constructor, and adds its steps."""

    def __init__(self, X, Y):
        self.X, self.Y = X, Y
        self.W = np.random.randn(X.shape[1], Y.shape[1])

    def feedforward(self):
        self.output = np.tanh(self.X @ self.W)

    def backprop(self):
        d = (self.Y - self.output) * (1 - self.output**2)
        self.W += 0.1 * self.X.T @ d


class IsFed:
    """Is given its data by a method, and computes its loss from what it holds."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.fed = {"x": None, "y": None}

    def feed(self, given):
        self.fed.update(given)

    def forward(self):
        self.p = self.fed["x"] @ self.W
        return self.p

    def loss(self):
        return ((self.p - self.fed["y"]) ** 2).sum() / len(self.p)

    def backward(self):
        self.dW = 2 * self.fed["x"].T @ (self.p - self.fed["y"]) / len(self.p)


class Slot:
    def __init__(self, value):
        self.value, self.grad = value, np.zeros_like(value)


class InputSlot:
    def __init__(self, batch_size, input_size):
        self.top = Slot(np.zeros((batch_size, input_size)))


class BetweenSlots:
    """Takes its input and leaves its output in slots with a gradient."""

    def __init__(self, previous_layer):
        self.bottom = previous_layer.top
        self.top = Slot(np.zeros_like(self.bottom.value))

    def forward(self):
        self.top.value = self.bottom.value**3

    def backward(self):
        self.bottom.grad += 3 * self.bottom.value**2 * self.top.grad


class WordPairs:
    """Word numbers in two arrays; returns its loss with its gradients."""

    def __init__(self, vocab_size, dim):
        self.U, self.V = np.random.randn(vocab_size, dim), np.random.randn(vocab_size, dim)

    def loss_and_grad(self, center_ids, context_ids):
        u, v = self.U[center_ids], self.V[context_ids]
        p = 1 / (1 + np.exp(-(u * v).sum(1)))
        grads = {"U": np.zeros_like(self.U), "V": np.zeros_like(self.V)}
        np.add.at(grads["U"], center_ids, (p - 1)[:, None] * v)
        np.add.at(grads["V"], context_ids, (p - 1)[:, None] * u)
        return -np.log(p).sum(), grads


class WorkArray:
    """Returns one and the same array from every forward."""

    def __init__(self, n_in, n_out):
        self.W, self.out = np.random.randn(n_in, n_out), np.zeros((5, n_out))

    def forward(self, x):
        self.x = x
        if len(self.out) != len(x):
            self.out = np.zeros((len(x), self.W.shape[1]))
        np.matmul(x, self.W, out=self.out)
        return self.out

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class RowBySeveral:
    """Has a method for each kind of layer."""

    def __init__(self):
        self.sizes, self.W = [], []

    def add_input_layer(self, n):
        self.sizes.append(n)

    def add_hidden_layer(self, n):
        self.W.append(np.random.randn(self.sizes[-1], n))
        self.sizes.append(n)

    def forward(self, x):
        self.kept = [x]
        for W in self.W:
            self.kept.append(np.tanh(self.kept[-1] @ W))
        return self.kept[-1]

    def backward(self, dy):
        self.dW = [0] * len(self.W)
        for at in reversed(range(len(self.W))):
            dy = dy * (1 - self.kept[at + 1] ** 2)
            self.dW[at] = self.kept[at].T @ dy
            dy = dy @ self.W[at].T
        return dy
