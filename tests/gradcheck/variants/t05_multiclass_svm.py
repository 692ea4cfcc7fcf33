import numpy as np


def svm_loss(W, X, y, reg=1e-2):
    """
    Structured SVM loss, no loops.

    W: (D, C) weights; X: (N, D) minibatch; y: (N,) labels in 0..C-1
    Returns loss (float) and gradient wrt W.
    """
    num_train = X.shape[0]
    scores = X @ W
    correct = scores[np.arange(num_train), y][:, None]
    margins = np.maximum(0, scores - correct + 1.0)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train + 0.5 * reg * np.sum(W * W)

    coeff = (margins > 0).astype(float)
    coeff[np.arange(num_train), y] -= coeff.sum(axis=1)
    dW = X.T @ coeff / num_train + reg * W
    return loss, dW


class LinearSVM:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-2, reg=1e-3, num_iters=100, batch_size=16):
        dim, num_classes = X.shape[1], np.max(y) + 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)
        history = []
        for it in range(num_iters):
            idx = np.random.choice(X.shape[0], batch_size)
            loss, grad = svm_loss(self.W, X[idx], y[idx], reg)
            history.append(loss)
            self.W -= learning_rate * grad
        return history


if __name__ == "__main__":
    X = np.random.randn(60, 5)
    y = X[:, :3].argmax(1)
    h = LinearSVM().train(X, y)
    print(h[0], h[-1])
