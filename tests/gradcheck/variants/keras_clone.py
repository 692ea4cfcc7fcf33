import numpy as np


class Activation:
    @staticmethod
    def get(name):
        return {'linear': (lambda z: z, lambda z, a: np.ones_like(z)),
                'relu': (lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(float)),
                'sigmoid': (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
                'tanh': (np.tanh, lambda z, a: 1 - a * a)}[name]


class Dense:
    def __init__(self, units, activation='linear', input_dim=None):
        self.units = units
        self.input_dim = input_dim
        self.act, self.act_grad = Activation.get(activation)

    def build(self, input_dim, rng):
        limit = np.sqrt(6 / (input_dim + self.units))      # glorot uniform
        self.kernel = rng.uniform(-limit, limit, (input_dim, self.units))
        self.bias = np.zeros(self.units)

    def call(self, x):
        self.x = x
        self.z = x @ self.kernel + self.bias
        self.a = self.act(self.z)
        return self.a

    def backward(self, da):
        dz = da * self.act_grad(self.z, self.a)
        self.dkernel = self.x.T @ dz
        self.dbias = dz.sum(axis=0)
        return dz @ self.kernel.T


class losses:
    @staticmethod
    def mse(y, p):
        return np.mean((p - y) ** 2)

    @staticmethod
    def mse_grad(y, p):
        return 2 * (p - y) / p.size

    @staticmethod
    def mae(y, p):
        return np.mean(np.abs(p - y))

    @staticmethod
    def mae_grad(y, p):
        return np.sign(p - y) / p.size


class Model:
    def __init__(self, layers, seed=0):
        rng = np.random.RandomState(seed)
        self.layers = layers
        dim = layers[0].input_dim
        for layer in layers:
            layer.build(dim, rng)
            dim = layer.units

    def compile(self, loss='mse', lr=0.01):
        self.loss_fn = getattr(losses, loss)
        self.loss_grad = getattr(losses, loss + '_grad')
        self.lr = lr

    def predict(self, x):
        for layer in self.layers:
            x = layer.call(x)
        return x

    def backward(self, y, p):
        grad = self.loss_grad(y, p)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def train_on_batch(self, x, y):
        p = self.predict(x)
        self.backward(y, p)
        for layer in self.layers:
            layer.kernel -= self.lr * layer.dkernel
            layer.bias -= self.lr * layer.dbias
        return self.loss_fn(y, p)

    def fit(self, x, y, epochs=1, batch_size=32, verbose=1):
        history = []
        for epoch in range(epochs):
            order = np.random.permutation(len(x))
            for s in range(0, len(x), batch_size):
                batch = order[s:s + batch_size]
                loss = self.train_on_batch(x[batch], y[batch])
            history.append(loss)
            if verbose:
                print('Epoch %d/%d - loss: %.4f' % (epoch + 1, epochs, loss))
        return history


if __name__ == '__main__':
    x = np.random.randn(256, 4)
    y = np.stack([x[:, 0] * x[:, 1], x[:, 2] - x[:, 3]], axis=1)
    model = Model([Dense(16, 'tanh', input_dim=4), Dense(8, 'relu'), Dense(2)])
    model.compile(loss='mse', lr=0.05)
    model.fit(x, y, epochs=10)
