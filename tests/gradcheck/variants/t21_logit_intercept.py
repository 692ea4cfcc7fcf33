import numpy as np


class LogisticRegression:
    """Binary logistic regression, gradient descent, ridge penalty (not on the intercept)"""

    def __init__(self, n_features=3, C=10.0, eta=0.1, n_iter=200):
        self.C = C
        self.eta = eta
        self.n_iter = n_iter
        self.theta = np.random.normal(scale=0.1, size=n_features + 1)

    @staticmethod
    def _add_intercept(X):
        return np.c_[np.ones(X.shape[0]), X]

    @staticmethod
    def _sigmoid(t):
        return 1 / (1 + np.exp(-t))

    def predict_proba(self, X):
        return self._sigmoid(self._add_intercept(X) @ self.theta)

    def loss(self, X, y):
        p = self.predict_proba(X)
        nll = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return nll + np.sum(self.theta[1:] ** 2) / (2 * self.C)

    def gradient(self, X, y):
        Xb = self._add_intercept(X)
        residual = self._sigmoid(Xb @ self.theta) - y
        penalty = self.theta / self.C
        penalty[0] = 0
        return Xb.T @ residual / y.size + penalty

    def fit(self, X, y):
        for _ in range(self.n_iter):
            self.theta -= self.eta * self.gradient(X, y)
        return self

    def predict(self, X):
        return (self.predict_proba(X) >= 0.5).astype(int)


if __name__ == "__main__":
    X = np.random.randn(80, 3)
    y = (X[:, 0] - 2 * X[:, 2] > 0.3).astype(int)
    clf = LogisticRegression().fit(X, y)
    print("loss", clf.loss(X, y), "acc", (clf.predict(X) == y).mean())
