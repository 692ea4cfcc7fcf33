"""House prices and rents from a few features: one hidden layer, mean squared error."""
import numpy as np


class Regressor(object):
    """cost = mean over the samples of the squared length of the error vector"""

    def __init__(self, n_in=3, n_hidden=5, n_out=2, seed=1):
        r = np.random.RandomState(seed)
        self.Wh, self.bh = r.randn(n_in, n_hidden), np.zeros(n_hidden)
        self.Wo, self.bo = r.randn(n_hidden, n_out), np.zeros(n_out)

    @staticmethod
    def _act(z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.zh = X.dot(self.Wh) + self.bh
        self.ah = self._act(self.zh)
        return self.ah.dot(self.Wo) + self.bo

    def cost(self, X, y):
        return np.mean(np.sum((self.forward(X) - y) ** 2, axis=1))

    def backward(self, X, y):
        yhat = self.forward(X)
        d_out = 2 * (yhat - y) / len(X)
        dWo = self.ah.T.dot(d_out)
        dbo = d_out.sum(0)
        d_hidden = d_out.dot(self.Wo.T) * self.zh * (1 - self.zh)
        dWh = X.T.dot(d_hidden)
        dbh = d_hidden.sum(0)
        return dWh, dbh, dWo, dbo
