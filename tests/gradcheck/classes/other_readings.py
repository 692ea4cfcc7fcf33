"""Classes that look wrong at first sight and are right, and some that look right and are not."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class ReturnsMatrix:
    """Its derivative is that of each output by each input."""

    def function(self, x):
        return softmax(x)

    def derivative(self, x):
        p = softmax(x)
        return np.diag(p) - np.outer(p, p)


class SameEverywhere:
    def function(self, x):
        return 3 * x

    def derivative(self, x):
        return 3.0


class Penalty:
    """A number of one argument, which backward is given again."""

    def forward(self, w):
        return 0.3 * (w**2).sum()

    def backward(self, w):
        return 0.6 * w


class TargetsFirst:
    """Its names say which argument is which, not their order."""

    def __call__(self, true_labels, predictions):
        return ((predictions - true_labels) ** 2).sum()

    def derivative(self, true_labels, predictions):
        return 2 * (predictions - true_labels)


class OfOneSample:
    def forward(self, p, y):
        return -np.log(p[:, y.argmax()])

    def backward(self, p, y):
        return -y / p


class FusedDense:
    """Is given p - y; its bias starts as 0."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return softmax(x @ self.W + self.b)

    def backward(self, delta):
        self.dW, self.db = self.x.T @ delta, delta.sum(0)
        return delta @ self.W.T


class AsksForGradient:
    """Computes its gradient where it is asked for."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dy = dy
        return dy @ self.W.T

    @property
    def W_grad(self):
        return self.x.T @ self.dy


class Half:
    def __init__(self, W):
        self.W = W

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W.T


class SharesWeights:
    """Two layers with one matrix: its gradient is the sum of theirs."""

    def __init__(self, size):
        matrix = np.random.randn(size, size)
        self.first, self.second = Half(matrix), Half(matrix)

    def forward(self, x):
        return self.second.forward(np.tanh(self.first.forward(x)))

    def backward(self, dy):
        dz = self.second.backward(dy)
        return self.first.backward(dz * (1 - np.tanh(self.first.x @ self.first.W) ** 2))


class WrongWayRound:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        return dy @ self.W


class CoarseInside:
    """Computes in four bytes, and hands on eight."""

    def forward(self, x):
        self.x = x
        return (x.view().astype("fl" + "oat32") ** 2).astype(float)

    def backward(self, dy):
        return 2 * self.x * dy


class CellOfBook:
    """Weights of all gates in one, given to the constructor."""

    def __init__(self, Wx, Wh, b):
        self.params, self.grads = [Wx, Wh, b], [np.zeros_like(one) for one in (Wx, Wh, b)]

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        self.cache = x, h_prev, np.tanh(x @ Wx + h_prev @ Wh + b)
        return self.cache[2]

    def backward(self, dh):
        Wx, Wh, _ = self.params
        x, h_prev, h = self.cache
        dz = dh * (1 - h**2)
        self.grads[0][...], self.grads[1][...], self.grads[2][...] = x.T @ dz, h_prev.T @ dz, dz.sum(0)
        return dz @ Wx.T, dz @ Wh.T


class KeepsState:
    """A cell that goes on from its last state, and keeps what it was given in a list."""

    def __init__(self, n_in, n_hidden):
        self.W, self.U = np.random.randn(n_in, n_hidden), np.random.randn(n_hidden, n_hidden)
        self.h, self.seen = np.random.randn(1, n_hidden), []

    def forward(self, x):
        self.seen.append((x, self.h))
        self.h = np.tanh(x @ self.W + self.h @ self.U)
        return self.h

    def backward(self, dh):
        x, h_prev = self.seen[-1]
        dz = dh * (1 - self.h**2)
        self.dW, self.dU = x.T @ dz, np.broadcast_to(h_prev, dz.shape).T @ dz
        return dz @ self.W.T


class KeepsStateWrong(KeepsState):
    def backward(self, dh):
        dx = super().backward(dh)
        self.dW = 2 * self.dW
        return dx


class FitsAlone:
    """Has no backward: one step of fit is the gradient times the rate."""

    def __init__(self, n_in, n_out, learning_rate=0.1):
        self.W, self.b, self.learning_rate = np.random.randn(n_in, n_out), np.zeros(n_out), learning_rate

    def predict(self, x):
        return np.tanh(x @ self.W + self.b)

    def fit(self, x, y, epochs=100):
        for _ in range(epochs):
            p = self.predict(x)
            dz = (p - y) * (1 - p**2)
            self.W -= self.learning_rate * x.T @ dz
            self.b -= self.learning_rate * dz.sum(0)


class FitsAloneWrong(FitsAlone):
    def fit(self, x, y, epochs=100):
        for _ in range(epochs):
            p = self.predict(x)
            dz = (p - y) * (1 - p**2)
            self.W -= self.learning_rate * x.T @ dz
            self.b -= self.learning_rate * dz.sum()


class FitsAnew(FitsAlone):
    """Begins with new weights: there is no one step to look at."""

    def fit(self, x, y, epochs=100):
        self.W, self.b = 0 * self.W, 0 * self.b
        super().fit(x, y, epochs)


class BiasOfAll:
    """Its bias gradient is one number, which the update spreads."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros((1, n_out))

    def forward(self, x):
        self.p = softmax(x @ self.W + self.b)
        return self.p

    def backward(self, x, y, lr):
        dz = (self.p - y) / len(x)
        dW, db = x.T @ dz, np.sum(dz)
        self.W -= lr * dW
        self.b -= lr * db


class KeepsDeltas:
    """Its backward leaves deltas; the update makes the gradients of them."""

    def __init__(self, n_in, n_hidden, n_out):
        self.W, self.V = np.random.randn(n_hidden, n_in), np.random.randn(n_out, n_hidden)

    def forward(self, x):
        self.h = np.tanh(self.W @ x)
        self.out = self.V @ self.h
        return self.out

    def backward(self, y):
        self.delta = self.out - y
        self.delta_h = self.V.T @ self.delta * (1 - self.h**2)

    def update(self, x, lr):
        self.V -= lr * self.delta @ self.h.T
        self.W -= lr * self.delta_h @ x.T


class RowsWithBias:
    """Its weights have a row for the bias."""

    def __init__(self):
        self.W = np.random.randn(3, 2)

    def forward(self, x):
        self.p = softmax(np.c_[x, np.ones(len(x))] @ self.W)
        return self.p

    def loss(self, x, y):
        return -np.mean(np.sum(y * np.log(self.forward(x)), axis=1))

    def backward(self, x, y):
        self.dW = np.c_[x, np.ones(len(x))].T @ (self.p - y)


class SumsTheWrongAxis:
    """Refuses nothing; of a batch its bias gradient has as many entries as there are samples."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(axis=1)
        return dy @ self.W.T


class UpdatesApart:
    """Its gradients come from one method; the one that is called backward only takes the step."""

    def __init__(self, n_in, n_out):
        self.params = [np.random.randn(n_in, n_out)]

    def forward(self, x):
        self.x = x
        return x @ self.params[0]

    def gradients(self, grad):
        return grad @ self.params[0].T, [self.x.T @ grad]

    def backward(self, grads, lr):
        self.params[0] -= lr * grads[0]


class GradAndGrads:
    """Returns dx under a bare name beside a list, and keeps a number."""

    def __init__(self, features, eps=1e-9):
        self.eps, self.params = eps, [np.ones((1, features)), np.zeros((1, features))]

    def forward(self, x):
        self.root = np.sqrt(x**2 + 1 + self.eps)
        self.x = x
        return self.params[0] * self.root + self.params[1]

    def gradients(self, grad):
        grads = [np.sum(grad * self.root, axis=0, keepdims=True), np.sum(grad, axis=0, keepdims=True)]
        grad = grad * self.params[0] * self.x / self.root
        return grad, grads


class PlainAndAdam:
    """Of two ways back the plain one is taken."""

    def __init__(self, n_in, n_out):
        self.W, self.m = np.random.randn(n_in, n_out), np.zeros((n_in, n_out))

    def predict(self, x):
        return x @ self.W

    def backPropAdam(self, x, y, learning_rate=0.01):
        g = x.T @ (x @ self.W - y)
        self.m = 0.9 * self.m + 0.1 * g
        self.W -= learning_rate * self.m / (np.sqrt(g * g) + 1e-8)

    def backPropPlain(self, x, y, learning_rate=0.01):
        self.W -= learning_rate * x.T @ (x @ self.W - y)


class AsksTheLayerBefore:
    """backward finds its input at the layer before."""

    def forward(self, x):
        return np.tanh(x)

    def backward(self, d_prev, prev_layer):
        return d_prev * self.slope(np.tanh(prev_layer.output))

    def slope(self, a):
        return 1 - a**2


class AsksTheLayerBeforeWrong(AsksTheLayerBefore):
    def slope(self, a):
        return 1 - a
