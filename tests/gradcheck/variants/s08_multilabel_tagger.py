import numpy as np


class MultiLabelTagger:
    """Tags for stack overflow questions. One sigmoid per tag, rare tags weigh more."""

    def __init__(self, n_features=5, n_tags=4, n_hidden=6, pos_weight=3.0):
        rng = np.random.default_rng(8)
        self.pos_weight = pos_weight
        self.W1 = rng.normal(0, 1 / np.sqrt(n_features), (n_features, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, n_tags))
        self.b2 = np.zeros(n_tags)

    def predict_proba(self, X):
        self.hidden_ = np.tanh(X @ self.W1 + self.b1)
        self.proba_ = 1 / (1 + np.exp(-(self.hidden_ @ self.W2 + self.b2)))
        return self.proba_

    def loss(self, Y):
        p = self.proba_
        per_tag = self.pos_weight * Y * np.log(p) + (1 - Y) * np.log(1 - p)
        return -per_tag.sum(axis=1).mean()

    def gradients(self, X, Y):
        p, w = self.proba_, self.pos_weight
        delta = (p * (w * Y + 1 - Y) - w * Y) / X.shape[0]
        self.grad_W2 = self.hidden_.T @ delta
        self.grad_b2 = delta.sum(axis=0)
        delta = (delta @ self.W2.T) * (1 - self.hidden_ ** 2)
        self.grad_W1 = X.T @ delta
        self.grad_b1 = delta.sum(axis=0)

    def fit(self, X, Y, lr=0.3, epochs=150):
        for _ in range(epochs):
            self.predict_proba(X)
            self.gradients(X, Y)
            for name in ("W1", "b1", "W2", "b2"):
                setattr(self, name, getattr(self, name) - lr * getattr(self, "grad_" + name))
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 5))
    Y = (X[:, :4] + X[:, 1:] > 1).astype(float)
    t = MultiLabelTagger().fit(X, Y)
    print("hamming accuracy", np.mean((t.predict_proba(X) > 0.5) == Y), "loss", t.loss(Y))
