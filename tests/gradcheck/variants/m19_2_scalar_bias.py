import numpy as np


class Logistic:
    def __init__(self, n=3):
        self.w = np.random.randn(n, 1)
        self.b = 0.0

    def forward(self, X):
        self.yhat = 1 / (1 + np.exp(-(np.matmul(X, self.w) + self.b)))
        return self.yhat

    def loss(self, y):
        ce = y * np.log(self.yhat) + (1 - y) * np.log(1 - self.yhat)
        return -ce.sum() / y.shape[0]

    def backward(self, X, y):
        dz = (self.yhat - y) / y.shape[0]
        self.dw = np.matmul(X.T, dz)
        self.db = np.sum(dz, axis=0, keepdims=True)

    def step(self, lr=0.1):
        self.w = self.w - lr * self.dw
        self.b = self.b - lr * self.db


if __name__ == "__main__":
    X = np.random.randn(30, 3)
    y = (X.sum(axis=1, keepdims=True) > 0) * 1.0
    model = Logistic()
    for i in range(50):
        model.forward(X)
        model.backward(X, y)
        model.step()
    model.forward(X)
    print(model.loss(y), model.b)
