"""Networks that only their own training tells how to call, as students write them; of each a wrong twin."""

# ruff: noqa: B007, B905, RUF007, SIM108
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class PairsOfColumns:
    """Data are pairs of columns, taken in batches; nothing inside has a usual name."""

    def __init__(self, sizes):
        self.w = [np.random.randn(o, i) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.random.randn(o, 1) for o in sizes[1:]]

    def predict(self, a):
        for w, b in zip(self.w, self.b):
            a = sigmoid(w @ a + b)
        return a

    def SGD(self, training_data, epochs, mini_batch_size, eta, test_data=None):
        for epoch in range(epochs):
            np.random.shuffle(training_data)
            batches = [training_data[k : k + mini_batch_size] for k in range(0, len(training_data), mini_batch_size)]
            for batch in batches:
                self.learn_from(batch, eta)
            if test_data:
                print(epoch, self.score(test_data))

    def learn_from(self, batch, eta):
        for x, y in batch:
            acts = [x]
            for w, b in zip(self.w, self.b):
                acts.append(sigmoid(w @ acts[-1] + b))
            delta = (acts[-1] - y) * acts[-1] * (1 - acts[-1])
            steps = []
            for at in (-1, -2):
                steps.append((delta @ acts[at - 1].T, delta))
                delta = self.back(self.w[at], delta) * acts[at - 1] * (1 - acts[at - 1])
            self.sums = steps if x is batch[0][0] else [(p + r, q + s) for (p, q), (r, s) in zip(self.sums, steps)]
        for at, (dw, db) in zip((-1, -2), self.sums):
            self.w[at] = self.w[at] - eta / len(batch) * dw
            self.b[at] = self.b[at] - eta / len(batch) * db

    def back(self, w, delta):
        return w.T @ delta


class PairsOfColumnsWrong(PairsOfColumns):
    def back(self, w, delta):
        return np.abs(w.T) @ delta


class OneByOne:
    """Updates for each sample, one after the other, by lines of its own."""

    def __init__(self, n_in, n_hidden, n_out):
        self.w1, self.w2 = np.random.randn(n_in, n_hidden), np.random.randn(n_hidden, n_out)

    def predict(self, x):
        return np.tanh(x @ self.w1) @ self.w2

    def train(self, X, Y, rate=0.1, epochs=500):
        for epoch in range(epochs):
            for x, y in zip(X, Y):
                h = np.tanh(x @ self.w1)
                error = h @ self.w2 - y
                back = self.w2 @ error * (1 - h**2)
                self.w2 -= rate * np.outer(h, error)
                self.w1 -= rate * np.outer(x, back)
            print(np.mean((self.predict(X) - Y) ** 2))


class OneByOneAfterTheUpdate(OneByOne):
    def train(self, X, Y, rate=0.1, epochs=500):
        for epoch in range(epochs):
            for x, y in zip(X, Y):
                h = np.tanh(x @ self.w1)
                error = h @ self.w2 - y
                self.w2 -= rate * np.outer(h, error)
                self.w1 -= rate * np.outer(x, self.w2 @ error * (1 - h**2))


class MakesWeightsInTrain:
    """Its weights are made when the training begins; what goes forward is private, and returns all activations."""

    def __init__(self, layer_sizes, learning_rate=0.1, n_epochs=50):
        self.layer_sizes, self.learning_rate, self.n_epochs = layer_sizes, learning_rate, n_epochs

    def _forward(self, x):
        layers = [x]
        for w in self.w[:-1]:
            layers.append(np.tanh(layers[-1] @ w))
        e = np.exp(layers[-1] @ self.w[-1])
        return [*layers, e / e.sum(1, keepdims=True)]

    def _go_backwards(self, layers, labels):
        delta = layers[-1]
        delta[range(len(labels)), labels] -= 1
        delta /= len(labels)
        for at in (1, 0):
            step = layers[at].T @ delta
            delta = delta @ self.w[at].T * self.slope(layers[at])
            self.w[at] += -self.learning_rate * step

    def slope(self, a):
        return 1 - a**2

    def train(self, images, labels):
        self.w = []
        for i, o in zip(self.layer_sizes, self.layer_sizes[1:]):
            self.w.append(np.random.randn(i, o))
        for epoch in range(self.n_epochs):
            self._go_backwards(self._forward(images), labels)


class MakesWeightsInTrainWrong(MakesWeightsInTrain):
    def slope(self, a):
        return 1 - a


class PreActivations:
    """forward returns what it computes before the activation, which the training applies."""

    def __init__(self, n_in, n_out):
        self.w, self.seen = np.random.randn(n_out, n_in), []

    def feedforward(self, x):
        self.seen.append(x)
        return [self.w @ x]

    def activate_all(self, z):
        return sigmoid(z)

    def collect(self, a, y):
        self.errors.append((a - y) * a * (1 - a))

    def apply_all(self, rate, n):
        self.w -= rate / n * sum(e @ x.T for e, x in zip(self.errors, self.seen))

    def train(self, data, n_iter, rate):
        for i in range(n_iter):
            self.seen, self.errors = [], []
            for x, y in data:
                zs = self.feedforward(x)
                a = self.activate_all(zs[-1])
                self.collect(a, y)
            self.apply_all(rate, len(data))


class PreActivationsWrong(PreActivations):
    def collect(self, a, y):
        self.errors.append((y - a) * a * (1 - a))


class AddsWhatIsNegative:
    """Its backward returns minus the gradient, which the training adds."""

    sign = 1

    def __init__(self, layers):
        self.w = [np.random.standard_normal(pair) for pair in zip(layers, layers[1:])]

    def feed_forward(self, a):
        for w in self.w:
            a = sigmoid(a @ w)
        return a

    def back_propagate(self, x, t):
        acts = [x]
        for w in self.w:
            acts.append(sigmoid(acts[-1] @ w))
        delta = self.sign * (t - acts[-1])
        steps = []
        for w, a, out in reversed(list(zip(self.w, acts, acts[1:]))):
            delta = delta * out * (1 - out)
            steps.insert(0, a.T @ delta)
            delta = delta @ w.T
        return steps, np.mean((t - acts[-1]) ** 2)

    def train(self, training_data, l, i):  # noqa: E741
        x, t = training_data
        for epoch in range(i):
            steps, error = self.back_propagate(x, t)
            self.w = [w + l * step for w, step in zip(self.w, steps)]
            print(epoch, error)


class AddsWhatIsPositive(AddsWhatIsNegative):
    sign = -1


class OtherLoss(OneByOne):
    """The loss is one that is not among the likely ones."""

    def train(self, X, Y, rate=0.1, epochs=500):
        for epoch in range(epochs):
            h = np.tanh(X @ self.w1)
            error = np.tanh(h @ self.w2 - Y) ** 3
            back = error @ self.w2.T * (1 - h**2)
            self.w2 -= rate * h.T @ error
            self.w1 -= rate * X.T @ back


class ClipsLarge:
    """Right, but that what is large is clipped, in a statement of its own."""

    def __init__(self, n_in, n_out, lr=0.1):
        self.w, self.lr = np.random.randn(n_in, n_out), lr

    def predict(self, x):
        return x @ self.w

    def fit(self, x, y, epochs=10):
        for _ in range(epochs):
            step = x.T @ self.error(self.predict(x), y)
            limit = 0.5
            step = np.clip(step, -limit, limit)
            self.w -= self.lr * step

    def error(self, p, y):
        return p - y


class ClipsLargeWrong(ClipsLarge):
    def error(self, p, y):
        return (p - y) * p


class TakesTheError:
    """backward is given the error, as its training computes it."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        e = np.exp(x @ self.W)
        return e / e.sum(1, keepdims=True)

    def backward(self, error):
        return [self.x.T @ error]

    def fit(self, x, y, rate, epochs):
        for _ in range(epochs):
            self.W = self.W - rate * self.backward(self.forward(x) - y)[0]


class DecaysInTheStep:
    """The step holds a small decay, which is an argument."""

    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        return x @ self.W

    def backward(self, x, y, learning_rate=0.01, l2_penalty=1e-3):
        step = x.T @ (x @ self.W - y)
        self.W = self.W * (1 - l2_penalty) - learning_rate * step


class NoRate:
    """There is no rate: the change is the gradient itself, and the loss says how large that is."""

    factor = 2

    def __init__(self, x, y):
        self.x, self.y, self.w = x, y, np.random.rand(x.shape[1], y.shape[1])

    def feedforward(self):
        self.output = sigmoid(self.x @ self.w)

    def sum_of_squares(self):
        return np.sum((self.output - self.y) ** 2)

    def backprop(self):
        step = self.x.T @ (self.factor * (self.y - self.output) * self.output * (1 - self.output))
        self.w += step


class NoRateWrong(NoRate):
    factor = 7


class CacheAndMode:
    """backward is given what forward returns beside its output, and targets only in one of its modes."""

    def __init__(self, n_in, n_out):
        self.w = np.random.randn(n_in, n_out)

    def forward(self, x):
        a = np.tanh(x @ self.w)
        return a, {"x": x, "a": a}

    def backward(self, cache, target=None, reward=None, mode="policy"):
        x, a = cache["x"], cache["a"]
        if mode == "squares":
            d = self.above(a, target)
        else:
            d = -reward * (target - a)
        return {"w": x.T @ (d * (1 - a**2))}

    def above(self, a, target):
        return 2 * (a - target) / a.size


class CacheAndModeWrong(CacheAndMode):
    def above(self, a, target):
        return 2 * (a + target) / a.size


class SameName:
    """backward has an argument that is called as that of forward is."""

    def forward(self, in_tensor):
        return np.tanh(in_tensor)

    def backward(self, out_gradients, in_tensor):
        return out_gradients * (1 - np.tanh(in_tensor) ** 2)


class LacksSelf:
    def step(w, x):
        return w @ x, x

    def forward(self, parameters, X):
        out, cache = self.step(parameters["W"], X)
        return out, [cache]

    def backward(self, AL, Y, caches):
        return {}


class ClipsAndIsStale:
    """Clips what goes into its sigmoid, which does no harm; and keeps the first batch, which does."""

    def __init__(self, n_in, n_out):
        self.w, self.x = np.random.randn(n_in, n_out), None

    def forward(self, x):
        if self.x is None:
            self.x = x
        self.a = sigmoid(np.clip(x @ self.w, -500, 500))
        return self.a

    def backward(self, y):
        self.dw = self.x.T @ ((self.a - y) / len(y))
