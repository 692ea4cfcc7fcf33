import numpy as np


def svm_loss_vectorized(W, X, y, reg=0.1):
    """
    Structured SVM loss.  W: (D, C), X: (N, D), y: (N,) integer labels.
    Returns loss as single float, gradient with respect to W, same shape.
    """
    num_train = X.shape[0]
    rows = np.arange(num_train)
    scores = X.dot(W)
    correct = scores[rows, y][:, None]
    margins = np.maximum(0, scores - correct + 1.0)
    margins[rows, y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W * W)

    binary = (margins > 0).astype(float)
    binary[rows, y] = -binary.sum(axis=1)
    dW = X.T.dot(binary) / num_train
    dW += 2 * reg * W
    return loss, dW


def svm_loss_naive(W, X, y, reg=0.1):
    # only for comparison, no gradient
    loss = 0.0
    for i in range(len(X)):
        s = X[i] @ W
        for j in range(W.shape[1]):
            if j != y[i]:
                loss += max(0, s[j] - s[y[i]] + 1)
    return loss / len(X) + reg * np.sum(W * W)


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 5)), rng.integers(0, 3, 30)
    W = rng.normal(size=(5, 3)) * 0.01
    print(svm_loss_naive(W, X, y), svm_loss_vectorized(W, X, y)[0])
    for i in range(100):
        loss, dW = svm_loss_vectorized(W, X, y)
        W -= 0.05 * dW
    print(loss)
