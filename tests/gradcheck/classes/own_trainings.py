"""Networks that begin in ways of their own: weights of zeros, a private method that makes them, lists from the end."""

# ruff: noqa: B007, B905, RUF007
import numpy as np


def logistic(z):
    return 1 / (1 + np.exp(-z))


class ZerosAtFirst:
    """Its first prediction is the same for every x; its loss makes a column of what it is given."""

    def __init__(self, dims):
        self.coef, self.const = np.zeros((dims, 1)), 0.0

    def entropy_loss(self, y, p):
        y = y.reshape(-1, 1)
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / len(p)

    def train(self, data, y, batch_size, epochs, lr):
        y = y.reshape(-1, 1)
        for epoch in range(epochs):
            for at in range(0, len(data), batch_size):
                rows = data[at : at + batch_size]
                error = self.chance(rows) - y[at : at + batch_size]
                self.coef -= lr * self.pull(rows, error)
                self.const -= lr * np.sum(error) / len(rows)

    def pull(self, rows, error):
        return rows.T @ error / len(rows)

    def chance(self, rows):
        return logistic(rows @ self.coef + self.const)

    def predict(self, data):
        return (self.predict_chance(data) >= 0.5).astype(int).flatten()

    def predict_chance(self, data):
        return self.chance(data)


class ZerosAtFirstWrong(ZerosAtFirst):
    def pull(self, rows, error):
        return rows.T @ (error**2) / len(rows)


class ClassesOfZeros:
    """A softmax of zeros, whose answers are class numbers; another method gives what they are made of."""

    def __init__(self, n_features, n_classes):
        self.W = np.zeros((n_features, n_classes))
        self.b = np.zeros((1, n_classes))

    def predict(self, X):
        return np.argmax(self.predict_proba(X), axis=1)

    def predict_proba(self, X):
        e = np.exp(X @ self.W + self.b)
        return e / e.sum(axis=1, keepdims=True)

    def fit(self, X, Y, lr, n_iters):
        for _ in range(n_iters):
            error = self.predict_proba(X) - Y
            self.W = self.W - lr * self.slope(X, error) / len(X)
            self.b = self.b - lr * error.mean(axis=0, keepdims=True)

    def slope(self, X, error):
        return X.T @ error


class ClassesOfZerosWrong(ClassesOfZeros):
    def slope(self, X, error):
        return X.T @ np.abs(error)


class PrivateBeginning:
    """A private method makes the weights; each sample is a step; predict wants several of them."""

    def __init__(self, units, n_in):
        self.units, self.n_in = list(units), n_in

    def __init_weights(self):
        sizes = [self.n_in, *self.units]
        self.w = [np.random.randn(o, i) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.random.randn(o) for o in self.units]

    def fit(self, X, y, epochs, rate):
        self.__init_weights()
        y = y.reshape(len(X), -1)
        for _ in range(epochs):
            for n in range(X.shape[0]):
                self.__learn(X[n], y[n], rate)
        return self

    def __learn(self, x, y, rate):
        seen = [x]
        for w, b in zip(self.w, self.b):
            seen.append(logistic(w @ seen[-1] + b))
        delta = (seen[-1] - y) * seen[-1] * (1 - seen[-1])
        for at in range(len(self.w) - 1, -1, -1):
            step = np.outer(delta, seen[at])
            below = self.w[at].T @ delta * self.bend(seen[at])
            self.w[at] = self.w[at] - rate * step
            self.b[at] = self.b[at] - rate * delta
            delta = below

    def bend(self, a):
        return a * (1 - a)

    def predict(self, X):
        out = np.zeros((X.shape[0], self.units[-1]))
        for n in range(X.shape[0]):
            a = X[n]
            for w, b in zip(self.w, self.b):
                a = logistic(w @ a + b)
            out[n] = a
        return out


class PrivateBeginningWrong(PrivateBeginning):
    def bend(self, a):
        return 1 - a


class FromTheEnd:
    """Its backward appends the gradients, so that the last layer's come first."""

    def __init__(self, sizes):
        self.weights = [np.random.randn(*pair) * 0.7 for pair in zip(sizes, sizes[1:])]
        self.biases = [np.random.randn(size) for size in sizes[1:]]

    def forward(self, x):
        self.seen = [x]
        for w, b in zip(self.weights, self.biases):
            self.seen.append(np.tanh(self.seen[-1] @ w + b))
        return self.seen[-1]

    def loss(self, out, y):
        return 0.5 * np.sum((out - y) ** 2)

    def backward(self, y):
        delta = self.seen[-1] - y
        self.weight_gradients, self.bias_gradients = [], []
        for at in reversed(range(len(self.weights))):
            delta = delta * (1 - self.seen[at + 1] ** 2)
            self.weight_gradients.append(self.seen[at].T @ delta)
            self.bias_gradients.append(delta.sum(0))
            delta = self.handed_down(delta, at)

    def handed_down(self, delta, at):
        return delta @ self.weights[at].T


class FromTheEndWrong(FromTheEnd):
    def handed_down(self, delta, at):
        return delta @ (self.weights[at].T > 0)


class FromTheEndReturned(FromTheEnd):
    """The same lists are returned."""

    def backward(self, y):
        super().backward(y)
        grads_w, grads_b = self.weight_gradients, self.bias_gradients
        del self.weight_gradients, self.bias_gradients
        return grads_w, grads_b


class FromTheEndReturnedWrong(FromTheEndReturned):
    def handed_down(self, delta, at):
        return delta @ self.weights[at].T * 2
