import numpy as np


class MLPRegressor:
    """sklearn-like interface. loss = 1/(2n) * ||y_hat - y||^2 + l2/2 * (||W1||^2 + ||W2||^2)"""

    def __init__(self, hidden=6, lr=0.05, epochs=200, l2=0.01, random_state=0):
        self.hidden = hidden
        self.lr = lr
        self.epochs = epochs
        self.l2 = l2
        self.random_state = random_state

    def fit(self, X, y):
        rng = np.random.RandomState(self.random_state)
        n, d = X.shape
        y = y.reshape(-1, 1)
        self.W1_ = rng.normal(scale=1 / np.sqrt(d), size=(d, self.hidden))
        self.b1_ = np.zeros(self.hidden)
        self.W2_ = rng.normal(scale=1 / np.sqrt(self.hidden), size=(self.hidden, 1))
        self.b2_ = np.zeros(1)
        self.loss_history_ = []

        for _ in range(self.epochs):
            a = np.tanh(X @ self.W1_ + self.b1_)
            y_hat = a @ self.W2_ + self.b2_
            err = y_hat - y
            loss = (err ** 2).sum() / (2 * n)
            loss += self.l2 / 2 * ((self.W1_ ** 2).sum() + (self.W2_ ** 2).sum())
            self.loss_history_.append(loss)

            delta2 = err / n
            delta1 = delta2 @ self.W2_.T * (1 - a ** 2)
            self.W2_ -= self.lr * (a.T @ delta2 + self.l2 * self.W2_)
            self.b2_ -= self.lr * delta2.sum(axis=0)
            self.W1_ -= self.lr * (X.T @ delta1 + self.l2 * self.W1_)
            self.b1_ -= self.lr * delta1.sum(axis=0)
        return self

    def predict(self, X):
        return (np.tanh(X @ self.W1_ + self.b1_) @ self.W2_ + self.b2_).ravel()
