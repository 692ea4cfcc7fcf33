import numpy as np


class SoftmaxRegression:
    """labels are integers; the update happens inside backward()"""

    def __init__(self, n_in=4, n_cls=3):
        self.coef_ = np.random.RandomState(0).normal(scale=.1, size=(n_cls, n_in))
        self.intercept_ = np.zeros(n_cls)

    def forward(self, X, y=None):
        logits = X @ self.coef_.T + self.intercept_
        m = logits.max(1, keepdims=True)
        lse = m + np.log(np.exp(logits - m).sum(1, keepdims=True))
        logp = logits - lse
        if y is None:
            return np.exp(logp)
        self._ctx = X, y, logp
        return -np.take_along_axis(logp, y[:, None], 1).mean()

    def backward(self, learning_rate=0.1):
        X, y, logp = self._ctx
        target = np.eye(len(self.intercept_))[y]
        err = (np.exp(logp) - target) / X.shape[0]
        self.coef_ -= learning_rate * (err.T @ X)
        self.intercept_ -= learning_rate * err.sum(0)

    def score(self, X, y):
        return (self.forward(X).argmax(1) == y).mean()


if __name__ == '__main__':
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(c, 1, (30, 4)) for c in (-2, 0, 2)])
    y = np.repeat([0, 1, 2], 30)
    model = SoftmaxRegression()
    for epoch in range(100):
        loss = model.forward(X, y)
        model.backward(learning_rate=0.3)
        if epoch % 25 == 0:
            print(f"epoch {epoch}: {loss:.3f}")
    print("accuracy", model.score(X, y))
