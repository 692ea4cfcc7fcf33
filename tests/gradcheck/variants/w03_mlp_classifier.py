import numpy as np


class MLPClassifier:
    """Multi layer perceptron with a scikit-learn like interface.

    Parameters
    ----------
    hidden_layer_sizes : tuple, e.g. (32, 16)
    lr : float
    n_epochs : int
    batch_size : int
    random_state : int
    """

    def __init__(self, hidden_layer_sizes=(16,), lr=0.1, n_epochs=50, batch_size=32, random_state=0):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.lr = lr
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def _init_weights(self, n_features, n_classes):
        rng = np.random.RandomState(self.random_state)
        sizes = [n_features, *self.hidden_layer_sizes, n_classes]
        self.coefs_ = [rng.randn(i, o) * np.sqrt(2.0 / i) for i, o in zip(sizes[:-1], sizes[1:])]
        self.intercepts_ = [np.zeros(o) for o in sizes[1:]]

    def _forward(self, X):
        activations = [X]
        last = len(self.coefs_) - 1
        for i, (W, b) in enumerate(zip(self.coefs_, self.intercepts_)):
            z = activations[-1] @ W + b
            if i < last:
                a = np.maximum(z, 0)
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                a = e / e.sum(axis=1, keepdims=True)
            activations.append(a)
        return activations

    def _loss(self, proba, Y):
        return -np.mean(np.sum(Y * np.log(proba + 1e-15), axis=1))

    def _backprop(self, X, Y):
        activations = self._forward(X)
        n = X.shape[0]
        coef_grads = [None] * len(self.coefs_)
        intercept_grads = [None] * len(self.coefs_)

        delta = (activations[-1] - Y) / n
        for i in reversed(range(len(self.coefs_))):
            coef_grads[i] = activations[i].T @ delta
            intercept_grads[i] = delta.sum(axis=0)
            if i > 0:
                delta = delta @ self.coefs_[i].T
                delta[activations[i] <= 0] = 0
        return self._loss(activations[-1], Y), coef_grads, intercept_grads

    def fit(self, X, y):
        self.classes_, idx = np.unique(y, return_inverse=True)
        Y = np.eye(len(self.classes_))[idx]
        self._init_weights(X.shape[1], len(self.classes_))
        rng = np.random.RandomState(self.random_state)
        self.loss_curve_ = []
        for _ in range(self.n_epochs):
            order = rng.permutation(len(X))
            total = 0.0
            for start in range(0, len(X), self.batch_size):
                batch = order[start:start + self.batch_size]
                loss, gW, gb = self._backprop(X[batch], Y[batch])
                total += loss * len(batch)
                for W, b, dW, db in zip(self.coefs_, self.intercepts_, gW, gb):
                    W -= self.lr * dW
                    b -= self.lr * db
            self.loss_curve_.append(total / len(X))
        return self

    def predict_proba(self, X):
        return self._forward(X)[-1]

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def score(self, X, y):
        return np.mean(self.predict(X) == y)


if __name__ == "__main__":
    rng = np.random.RandomState(42)
    X = np.vstack([rng.randn(60, 2) + c for c in ([0, 0], [3, 3], [-3, 3])])
    y = np.repeat(["a", "b", "c"], 60)
    clf = MLPClassifier((10,)).fit(X, y)
    print("accuracy:", clf.score(X, y))
