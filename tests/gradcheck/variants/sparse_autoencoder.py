# UFLDL exercise: sparse autoencoder, cost and gradient for an unrolled theta
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def kl_divergence(p, p_hat):
    return p * np.log(p / p_hat) + (1 - p) * np.log((1 - p) / (1 - p_hat))


def initialize(hidden_size, visible_size):
    # we'll choose weights uniformly from the interval [-r, r]
    r = np.sqrt(6) / np.sqrt(hidden_size + visible_size + 1)
    W1 = np.random.random((hidden_size, visible_size)) * 2 * r - r
    W2 = np.random.random((visible_size, hidden_size)) * 2 * r - r
    b1 = np.zeros(hidden_size, dtype=np.float64)
    b2 = np.zeros(visible_size, dtype=np.float64)
    return np.concatenate((W1.reshape(-1), W2.reshape(-1), b1, b2))


def sparse_autoencoder_cost(theta, visible_size, hidden_size,
                            lambda_, sparsity_param, beta, data):
    """
    theta: unrolled parameters W1, W2, b1, b2
    data: visible_size x m, data[:, i] is the i-th training example
    returns (cost, grad), grad having the shape of theta
    """
    hv = hidden_size * visible_size
    W1 = theta[0:hv].reshape(hidden_size, visible_size)
    W2 = theta[hv:2 * hv].reshape(visible_size, hidden_size)
    b1 = theta[2 * hv:2 * hv + hidden_size]
    b2 = theta[2 * hv + hidden_size:]
    m = data.shape[1]

    # Forward propagation
    z2 = W1.dot(data) + np.tile(b1, (m, 1)).transpose()
    a2 = sigmoid(z2)
    z3 = W2.dot(a2) + np.tile(b2, (m, 1)).transpose()
    h = sigmoid(z3)

    # Sparsity
    rho_hat = np.sum(a2, axis=1) / m
    rho = np.tile(sparsity_param, hidden_size)

    # Cost function
    cost = np.sum((h - data) ** 2) / (2 * m) + \
        (lambda_ / 2) * (np.sum(W1 ** 2) + np.sum(W2 ** 2)) + \
        beta * np.sum(kl_divergence(rho, rho_hat))

    # Backprop
    sparsity_delta = np.tile(- rho / rho_hat + (1 - rho) / (1 - rho_hat), (m, 1)).transpose()

    delta3 = -(data - h) * h * (1 - h)
    delta2 = (W2.transpose().dot(delta3) + beta * sparsity_delta) * a2 * (1 - a2)
    W1grad = delta2.dot(data.transpose()) / m + lambda_ * W1
    W2grad = delta3.dot(a2.transpose()) / m + lambda_ * W2
    b1grad = np.sum(delta2, axis=1) / m
    b2grad = np.sum(delta3, axis=1) / m

    grad = np.concatenate((W1grad.reshape(-1), W2grad.reshape(-1), b1grad, b2grad))
    return cost, grad


if __name__ == "__main__":
    theta = initialize(5, 16)
    patches = 0.1 + 0.8 * np.random.rand(16, 100)
    for it in range(200):
        cost, grad = sparse_autoencoder_cost(theta, 16, 5, 1e-4, 0.05, 0.1, patches)
        theta -= 0.5 * grad
    print(cost)
