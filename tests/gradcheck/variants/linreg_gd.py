# Homework 1  -  linear regression by gradient descent
import numpy as np


class LinReg:
    def __init__(self, n_features=3):
        rng = np.random.default_rng(1)
        self.theta = rng.normal(size=(n_features, 1))
        self.bias = 0.5

    def hypothesis(self, X):
        return X.dot(self.theta) + self.bias

    def cost(self, X, y):
        n = X.shape[0]
        e = self.hypothesis(X) - y
        return float((e ** 2).sum() / (2 * n))

    def gradients(self, X, y):
        n = X.shape[0]
        e = self.hypothesis(X) - y
        d_theta = X.T.dot(e)
        d_bias = e.sum() / n
        return {'theta': d_theta, 'bias': d_bias}

    def fit(self, X, y, alpha=0.01, iters=100):
        history = []
        for _ in range(iters):
            g = self.gradients(X, y)
            self.theta = self.theta - alpha * g['theta']
            self.bias = self.bias - alpha * g['bias']
            history.append(self.cost(X, y))
        return history


if __name__ == '__main__':
    X = np.random.rand(30, 3)
    y = X @ np.array([[1.], [2.], [-1.]]) + 0.3
    model = LinReg()
    h = model.fit(X, y)
    print('cost first/last', h[0], h[-1])
    # plt.plot(h)
