import numpy as np


class SoftmaxClassifier:
    """multinomial logistic regression"""

    def __init__(self, n_features=3, n_classes=4):
        rng = np.random.default_rng(8)
        self.W = rng.normal(size=(n_features, n_classes)) * 0.5
        self.b = np.zeros(n_classes)

    def _one_hot(self, y):
        Y = np.zeros((len(y), len(self.b)), dtype=int)
        Y[np.arange(len(y)), y] = 1
        return Y

    def predict_proba(self, X):
        S = X @ self.W + self.b
        S = np.exp(S - S.max(axis=1, keepdims=True))
        return S / S.sum(axis=1, keepdims=True)

    def cross_entropy(self, X, y):
        P = self.predict_proba(X)
        Y = self._one_hot(y)
        return -np.sum(Y * np.log(P)) / len(X)

    def grad(self, X, y):
        P = self.predict_proba(X)
        Y = self._one_hot(y)
        delta = np.empty_like(Y)
        delta[:] = (P - Y)
        dW = X.T @ delta / len(X)
        db = delta.sum(axis=0) / len(X)
        return dW, db


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = (X @ rng.normal(size=(3, 4))).argmax(axis=1)
    clf = SoftmaxClassifier()
    for it in range(200):
        dW, db = clf.grad(X, y)
        clf.W -= 0.5 * dW
        clf.b -= 0.5 * db
    print("loss", clf.cross_entropy(X, y))
    print("train acc", (clf.predict_proba(X).argmax(1) == y).mean())
