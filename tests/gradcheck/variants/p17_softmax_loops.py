"""Softmax classifier, first version with explicit loops."""
import numpy as np


def softmax_loss_naive(W, X, y, reg=0.1):
    """
    W: (D, C) weights, X: (N, D) minibatch, y: (N,) labels, reg: regularisation strength
    Returns a tuple of: loss as single float, gradient with respect to W
    """
    loss = 0.0
    dW = np.zeros_like(W)
    num_train, num_classes = X.shape[0], W.shape[1]

    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for k in range(num_classes):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]

    loss /= num_train
    loss += reg * np.sum(W * W)

    dW /= num_train
    dW += reg * W
    return loss, dW
