import numpy as np


def svm_loss_vectorized(W, X, y, reg):
    """
    Multiclass SVM loss.
    W: (D, C) weights, X: (N, D) data, y: (N,) labels, reg: (float) strength
    Returns loss, dW
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    correct_class_scores = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct_class_scores + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)

    binary = (margins > 0).astype(float)
    binary[np.arange(num_train), y] = -np.sum(binary, axis=1)
    dW = X.T.dot(binary)
    dW /= num_train
    dW += reg * W

    return loss, dW


class LinearSVM:
    def __init__(self):
        self.W = None

    def train(self, X, y, lr=1e-2, reg=1e-3, iters=100):
        n_classes = np.max(y) + 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(X.shape[1], n_classes)
        hist = []
        for _ in range(iters):
            loss, grad = svm_loss_vectorized(self.W, X, y, reg)
            hist.append(loss)
            self.W -= lr * grad
        return hist

    def predict(self, X):
        return np.argmax(X.dot(self.W), axis=1)
