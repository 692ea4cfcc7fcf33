import numpy as np


class LogisticRegression:
    def __init__(self, n_features=3):
        self.w = np.random.randn(n_features)
        self.b = 0.0
        self.history = []

    @staticmethod
    def loss(p, y):
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def forward(self, X):
        self.p = 1 / (1 + np.exp(-(X.dot(self.w) + self.b)))
        return self.p

    def backward(self, X, y):
        error = self.p - y
        dw = X.T.dot(error) / y.size
        db = error.mean()
        return dw, db

    def fit(self, X, y, lr=0.1, epochs=100):
        for _ in range(epochs):
            p = self.forward(X)
            self.history.append(self.loss(p, y))
            dw, db = self.backward(X, y)
            self.w -= lr * dw
            self.b -= lr * db
        return self


if __name__ == "__main__":
    X = np.random.randn(100, 3)
    y = (X @ np.array([1., -2., .5]) > 0).astype(int)
    print(LogisticRegression().fit(X, y).history[-1])
