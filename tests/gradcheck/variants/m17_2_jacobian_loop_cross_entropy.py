import numpy as np


class Softmax:
    def forward(self, Z):
        E = np.exp(Z - Z.max(axis=0))
        self.S = E / E.sum(axis=0)
        return self.S

    def backward(self, dS):
        dZ = np.zeros_like(dS)
        for m in range(dS.shape[1]):
            s = self.S[:, [m]]
            dZ[:, [m]] = (np.diag(s[:, 0]) - s.dot(s.T)).dot(dS[:, [m]])
        return dZ


class Model:
    def __init__(self, n=3, c=4):
        self.theta = np.random.randn(c, n + 1) * 0.5        # the last column is the bias
        self.softmax = Softmax()

    @staticmethod
    def _with_ones(X):
        return np.vstack([X, np.ones((1, X.shape[1]))])

    def forward(self, X, T):
        self.X1, self.T = self._with_ones(X), T
        self.P = self.softmax.forward(self.theta @ self.X1)
        return -np.sum(T * np.log(self.P)) / T.shape[1]

    def backward(self):
        dP = -self.T / self.P / self.T.shape[1]
        dZ = self.softmax.backward(dP)
        self.dtheta = dZ @ self.X1.T
        return self.theta[:, :-1].T @ dZ
