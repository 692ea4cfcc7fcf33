import numpy as np


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


class EluClassifier:
    """Deep classifier, every column of X is one sample, Y is one-hot with a column per sample."""

    alpha = 0.8

    def __init__(self, layer_dims=(4, 7, 5, 3), seed=2):
        rng = np.random.default_rng(seed)
        self.L = len(layer_dims) - 1
        self.parameters = {}
        for l in range(1, self.L + 1):
            self.parameters['W%d' % l] = rng.standard_normal((layer_dims[l], layer_dims[l - 1])) * np.sqrt(1 / layer_dims[l - 1])
            self.parameters['b%d' % l] = np.zeros((layer_dims[l], 1))

    def elu(self, Z):
        return np.where(Z > 0, Z, self.alpha * (np.exp(np.minimum(Z, 0)) - 1))

    def d_elu(self, Z):
        return np.where(Z > 0, 1.0, self.alpha * np.exp(np.minimum(Z, 0)))

    def forward(self, X):
        self.cache = {'A0': X}
        A = X
        for l in range(1, self.L + 1):
            Z = self.parameters['W%d' % l] @ A + self.parameters['b%d' % l]
            A = softmax(Z) if l == self.L else self.elu(Z)
            self.cache['Z%d' % l], self.cache['A%d' % l] = Z, A
        return A

    def compute_cost(self, AL, Y):
        return -np.sum(Y * np.log(AL + 1e-12)) / Y.shape[1]

    def backward(self, X, Y):
        m = X.shape[1]
        self.grads = {}
        dZ = (self.cache['A%d' % self.L] - Y) / m
        for l in range(self.L, 0, -1):
            self.grads['dW%d' % l] = dZ @ self.cache['A%d' % (l - 1)].T
            self.grads['db%d' % l] = dZ.sum(axis=1, keepdims=True)
            if l > 1:
                dA = self.parameters['W%d' % l].T @ dZ
                dZ = dA * self.d_elu(self.cache['A%d' % (l - 1)])
        return self.grads

    def update(self, lr):
        for name in self.parameters:
            self.parameters[name] -= lr * self.grads['d' + name]


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    X = rng.standard_normal((4, 90)) + 2 * np.eye(4)[:, labels]
    Y = np.eye(3)[:, labels]
    net = EluClassifier()
    for i in range(200):
        AL = net.forward(X)
        net.backward(X, Y)
        net.update(0.3)
    print('cost', net.compute_cost(AL, Y), 'accuracy', np.mean(AL.argmax(0) == labels))
