import numpy as np


class FocalLoss:
    """Binary focal loss on logits: FL = -alpha_t * (1 - p_t)^gamma * log(p_t)"""

    def __init__(self, alpha=0.25, gamma=2.0):
        self.alpha = alpha
        self.gamma = gamma

    def forward(self, logits, y):
        self.y = y
        self.p = 1.0 / (1.0 + np.exp(-logits))
        self.pt = np.where(y == 1, self.p, 1 - self.p)
        self.at = np.where(y == 1, self.alpha, 1 - self.alpha)
        return np.mean(-self.at * (1 - self.pt) ** self.gamma * np.log(self.pt))

    def backward(self):
        # with s = +1 / -1 :   dp_t/dlogit = s * p_t * (1 - p_t)
        s = np.where(self.y == 1, 1.0, -1.0)
        g = self.gamma
        d_pt = self.at * (g * (1 - self.pt) ** (g - 1) * np.log(self.pt) - (1 - self.pt) ** g / self.pt)
        return d_pt * s * self.pt * (1 - self.pt) / self.y.size


class LinearModel:
    def __init__(self, dim):
        self.w = np.zeros(dim)
        self.b = 0.0

    def __call__(self, X):
        self.X = X
        return X @ self.w + self.b

    def backward(self, dlogits):
        return self.X.T @ dlogits, dlogits.sum()


def train(X, y, lr=1.0, epochs=200, gamma=2.0):
    model, criterion = LinearModel(X.shape[1]), FocalLoss(gamma=gamma)
    for epoch in range(epochs):
        loss = criterion.forward(model(X), y)
        dw, db = model.backward(criterion.backward())
        model.w -= lr * dw
        model.b -= lr * db
        if epoch % 50 == 0:
            print(f"[{epoch:3d}] loss={loss:.5f}")
    return model


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    # imbalanced: 5 % positives
    X = rng.normal(size=(400, 3))
    y = (X[:, 0] + 0.5 * X[:, 1] > 1.8).astype(int)
    model = train(X, y)
    print("recall", ((model(X) > 0) & (y == 1)).sum() / y.sum())
