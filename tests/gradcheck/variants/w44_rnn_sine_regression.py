import numpy as np


class SineRNN:
    """
    Predict the next value of a wave from a window of values (many to one RNN).
    Training by backpropagation through time with gradient clipping by norm.
    """

    def __init__(self, hidden_dim=12, max_norm=10.0, lr=0.02, seed=0):
        rng = np.random.RandomState(seed)
        self.hidden_dim = hidden_dim
        self.max_norm = max_norm
        self.lr = lr
        self.U = rng.uniform(-0.5, 0.5, (hidden_dim, 1))
        self.W = rng.uniform(-0.3, 0.3, (hidden_dim, hidden_dim))
        self.V = rng.uniform(-0.5, 0.5, (1, hidden_dim))
        self.b = np.zeros((hidden_dim, 1))

    def forward(self, x):
        """x: 1d window of T values. states[0] is the zero state, states[t+1] belongs to x[t]"""
        states = np.zeros((len(x) + 1, self.hidden_dim, 1))
        for t in range(len(x)):
            states[t + 1] = np.tanh(self.U * x[t] + self.W @ states[t] + self.b)
        y_hat = (self.V @ states[-1]).item()
        return y_hat, states

    def loss(self, x, y):
        y_hat, _ = self.forward(x)
        return (y_hat - y) ** 2 / 2

    def bptt(self, x, y):
        y_hat, states = self.forward(x)
        dU, dW, db = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.b)

        dy = y_hat - y
        dV = dy * states[-1].T
        ds = self.V.T * dy
        for t in reversed(range(len(x))):
            da = ds * (1 - states[t + 1] ** 2)
            dU += da * x[t]
            dW += da @ states[t + 1].T
            db += da
            ds = self.W.T @ da
        return dU, dW, dV, db

    def clip(self, grads):
        norm = np.sqrt(sum((g ** 2).sum() for g in grads))
        if norm > self.max_norm:
            grads = [g * self.max_norm / norm for g in grads]
        return grads

    def train(self, X, Y, epochs=10):
        for epoch in range(epochs):
            for x, y in zip(X, Y):
                dU, dW, dV, db = self.clip(self.bptt(x, y))
                self.U -= self.lr * dU
                self.W -= self.lr * dW
                self.V -= self.lr * dV
                self.b -= self.lr * db
            print('Epoch', epoch + 1, 'Loss', np.mean([self.loss(x, y) for x, y in zip(X, Y)]))


if __name__ == '__main__':
    sin_wave = np.sin(np.arange(120) * 0.25)
    T = 10
    X = [sin_wave[i:i + T] for i in range(len(sin_wave) - T)]
    Y = [sin_wave[i + T] for i in range(len(sin_wave) - T)]
    SineRNN().train(X, Y, epochs=5)
