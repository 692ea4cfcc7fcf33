import numpy as np


class Scores:
    """Batches are drawn; the weights have a column for each class that there is."""

    def __init__(self, learning_rate=0.01, num_iters=100, batch_size=32, reg=1e-4):
        self.learning_rate, self.num_iters, self.batch_size, self.reg = learning_rate, num_iters, batch_size, reg

    def both(self, X, y):
        n = len(X)
        s = X.dot(self.W)
        p = np.exp(s - s.max(axis=1)[:, None])
        p /= p.sum(axis=1)[:, None]
        loss = -np.log(p[range(n), y]).sum() / n + self.reg * np.sum(self.W * self.W)
        p[range(n), y] -= 1
        return loss, X.T.dot(p) / n + 2 * self.reg * self.W

    def train(self, X, y, verbose=False):
        self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)
        history = []
        for it in range(self.num_iters):
            at = np.random.choice(len(X), self.batch_size)
            loss, dW = self.both(X[at], y[at])
            history.append(loss)
            self.W -= self.learning_rate * dW
            if verbose:
                print(it, loss)
        return history
