import numpy as np


def softmax_loss_naive(W, X, y, reg):
    """
    Softmax loss function, naive implementation (with loops)

    Inputs:
    - W: A numpy array of shape (D, C) containing weights.
    - X: A numpy array of shape (N, D) containing a minibatch of data.
    - y: A numpy array of shape (N,) containing training labels
    - reg: (float) regularization strength

    Returns a tuple of: loss, gradient with respect to W
    """
    loss = 0.0
    dW = np.zeros_like(W)
    N, C = X.shape[0], W.shape[1]

    for i in range(N):
        f = X[i].dot(W)
        f -= np.max(f)
        p = np.exp(f) / np.sum(np.exp(f))
        loss += -np.log(p[y[i]])
        for j in range(C):
            dW[:, j] += p[j] * X[i]
            dW[:, y[i]] -= X[i]

    loss /= N
    dW /= N
    loss += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return loss, dW


class Softmax(object):
    def __init__(self, dim, num_classes):
        self.W = 0.001 * np.random.randn(dim, num_classes)

    def train(self, X, y, learning_rate=1e-1, reg=1e-3, num_iters=50):
        hist = []
        for it in range(num_iters):
            loss, grad = softmax_loss_naive(self.W, X, y, reg)
            self.W -= learning_rate * grad
            hist.append(loss)
        return hist

    def predict(self, X):
        return np.argmax(X.dot(self.W), axis=1)


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.randn(40, 6)
    y = X[:, :3].argmax(axis=1)
    s = Softmax(6, 3)
    s.train(X, y)
    print((s.predict(X) == y).mean())
