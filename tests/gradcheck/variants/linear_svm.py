import numpy as np


def svm_loss_vectorized(W, X, y, reg):
    """
    Structured SVM loss function, vectorized implementation.

    Inputs have dimension D, there are C classes, and we operate on minibatches
    of N examples.

    Inputs:
    - W: A numpy array of shape (D, C) containing weights.
    - X: A numpy array of shape (N, D) containing a minibatch of data.
    - y: A numpy array of shape (N,) containing training labels
    - reg: (float) regularization strength

    Returns a tuple of:
    - loss as single float
    - gradient with respect to weights W; an array of same shape as W
    """
    num_train = X.shape[0]

    scores = X.dot(W)
    correct = scores[np.arange(num_train), y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train + 0.5 * reg * np.sum(W * W)

    # gradient, reusing the margins
    binary = (margins > 0).astype(float)
    row_sum = np.sum(binary, axis=1)
    binary[np.arange(num_train), y] = -1
    dW = X.T.dot(binary) / num_train
    dW += reg * W

    return loss, dW


class LinearSVM:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=50):
        num_classes = np.max(y) + 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(X.shape[1], num_classes)
        history = []
        for it in range(num_iters):
            idx = np.random.choice(len(X), batch_size)
            loss, grad = svm_loss_vectorized(self.W, X[idx], y[idx], reg)
            history.append(loss)
            self.W -= learning_rate * grad
        return history

    def predict(self, X):
        return X.dot(self.W).argmax(axis=1)


if __name__ == '__main__':
    X = np.random.randn(300, 5)
    y = np.argmax(X[:, :3], axis=1)
    svm = LinearSVM()
    svm.train(X, y, learning_rate=0.1, num_iters=300)
    print('accuracy', np.mean(svm.predict(X) == y))
