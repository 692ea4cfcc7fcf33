import numpy as np
from dataclasses import dataclass


@dataclass
class HuberRegression:
    """Robust linear regression, Huber loss summed over the examples."""
    n_features: int = 3
    threshold: float = 1.0

    def __post_init__(self):
        self.coef = np.full(self.n_features, 0.5)
        self.intercept = 0.0

    def predict(self, X):
        return X @ self.coef + self.intercept

    def loss(self, X, y):
        r = self.predict(X) - y
        d = self.threshold
        small = np.abs(r) <= d
        return np.sum(np.where(small, 0.5 * r ** 2, d * np.abs(r) - 0.5 * d ** 2))

    def loss_gradient(self, X, y):
        r = self.predict(X) - y
        d = self.threshold
        psi = np.where(np.abs(r) > d, r, d * np.sign(r))
        return X.T @ psi, psi.sum()


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    y = X @ np.array([1.0, -2.0, 0.5]) + 0.2
    y[::10] += 15          # outliers
    model = HuberRegression()
    for _ in range(300):
        gw, gb = model.loss_gradient(X, y)
        model.coef -= 0.01 * gw
        model.intercept -= 0.01 * gb
    print(model, model.coef, model.intercept)
