import numpy as np


class MSLE:
    """
    Mean squared logarithmic error (bike sharing competition).

    mean( (log(1 + pred) - log(1 + true))^2 )

    Predictions and targets are counts and may not be negative.
    """

    def forward(self, pred, true):
        self.pred = pred
        self.true = true
        self.log_diff = np.log1p(pred) - np.log1p(true)
        return np.mean(self.log_diff ** 2)

    def backward(self):
        return 2 * self.log_diff / self.pred.size


class ExpRegression:
    def __init__(self, n_features):
        self.w = np.zeros((n_features, 1))
        self.loss = MSLE()

    def predict(self, X):
        return np.exp(np.clip(X @ self.w, -10, 10))

    def fit(self, X, y, lr=0.1, epochs=200):
        for _ in range(epochs):
            pred = self.predict(X)
            value = self.loss.forward(pred, y)
            self.w -= lr * X.T @ (self.loss.backward() * pred)
        return value


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    X = np.c_[np.ones(100), rng.uniform(-1, 1, (100, 2))]
    y = rng.poisson(np.exp(X @ np.array([[1.0], [0.8], [-0.5]]))).astype(float)
    model = ExpRegression(3)
    print("rmsle", np.sqrt(model.fit(X, y)))
    print(model.w.ravel())
