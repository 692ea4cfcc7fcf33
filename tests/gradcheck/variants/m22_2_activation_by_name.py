import numpy as np

ACTIVATIONS = {
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: z * (z > 0), lambda z: 1.0 * (z > 0)),
}


class Dense:
    def __init__(self, units=3, input_dim=4, activation="sigmoid"):
        if activation not in ACTIVATIONS:
            raise ValueError("unknown activation %r" % activation)
        self.activation, self.derivative = ACTIVATIONS[activation]
        self.W = np.random.uniform(-1, 1, (input_dim, units))
        self.b = np.zeros(units)

    def forward(self, X):
        self.X = X
        self.Z = X @ self.W + self.b
        return self.activation(self.Z)

    def backward(self, dA):
        dZ = dA * self.derivative(self.Z)
        self.dW = self.X.T @ dZ
        self.db = dZ.sum(axis=0)
        return dZ @ self.W.T
