# UFLDL: autoencoder with a linear decoder (sigmoid hidden units, linear output)
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def unroll(W1, W2, b1, b2):
    return np.hstack([W1.ravel(), W2.ravel(), b1.ravel(), b2.ravel()])


def roll(theta, visible, hidden):
    k = visible * hidden
    W1 = theta[:k].reshape(hidden, visible)
    W2 = theta[k:2 * k].reshape(visible, hidden)
    b1 = theta[2 * k:2 * k + hidden].reshape(hidden, 1)
    b2 = theta[2 * k + hidden:].reshape(visible, 1)
    return W1, W2, b1, b2


def linear_decoder_cost(theta, visible, hidden, lam, data):
    """Cost 1/(2m) * |x_hat - x|^2 + lam/2 * (|W1|^2 + |W2|^2) and its gradient."""
    W1, W2, b1, b2 = roll(theta, visible, hidden)
    m = data.shape[1]

    a1 = data
    a2 = sigmoid(W1.dot(a1) + b1)
    a3 = W2.dot(a2) + b2

    diff = a3 - data
    cost = 0.5 * np.sum(diff ** 2) / m
    cost += 0.5 * lam * (np.sum(W1 ** 2) + np.sum(W2 ** 2))

    delta3 = diff * a3 * (1 - a3)
    delta2 = W2.T.dot(delta3) * a2 * (1 - a2)

    W2grad = delta3.dot(a2.T) / m + lam * W2
    W1grad = delta2.dot(a1.T) / m + lam * W1
    b2grad = delta3.sum(axis=1, keepdims=True) / m
    b1grad = delta2.sum(axis=1, keepdims=True) / m

    return cost, unroll(W1grad, W2grad, b1grad, b2grad)


if __name__ == "__main__":
    rng = np.random.RandomState(0)
    visible, hidden = 12, 6
    theta = 0.1 * rng.randn(2 * visible * hidden + visible + hidden)
    data = rng.randn(visible, 200)
    for i in range(100):
        cost, grad = linear_decoder_cost(theta, visible, hidden, 3e-3, data)
        theta = theta - 0.1 * grad
        if i % 10 == 0:
            print(i, cost)
