"""
Forward and back-propagation for a typical deep feedforward network,
written after Algorithms 6.3 and 6.4 (Goodfellow, Bengio, Courville).

    h[0] = x,  a[k] = b[k] + W[k] h[k-1],  h[k] = f(a[k]),  y_hat = h[l]
    J = L(y_hat, y) + lambda * Omega(theta),  Omega = 1/2 sum_k |W[k]|_F^2
"""
import numpy as np


def softplus(a):
    return np.log1p(np.exp(a))


def softplus_prime(a):
    return 1.0 / (1.0 + np.exp(-a))


def init(sizes, seed=0):
    rng = np.random.RandomState(seed)
    W, b = [None], [None]          # index 0 is not used, as in the book
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        W.append(rng.randn(n_out, n_in) / np.sqrt(n_in))
        b.append(np.zeros(n_out))
    return W, b


def forward(W, b, x):
    l = len(W) - 1
    h, a = [x], [None]
    for k in range(1, l + 1):
        a.append(b[k] + W[k] @ h[k - 1])
        h.append(softplus(a[k]) if k < l else a[k])
    return a, h


def objective(W, b, x, y, lam):
    _, h = forward(W, b, x)
    omega = 0.5 * sum(np.sum(Wk ** 2) for Wk in W[1:])
    return 0.5 * np.sum((h[-1] - y) ** 2) + lam * omega


def backward(W, b, x, y, lam):
    l = len(W) - 1
    a, h = forward(W, b, x)
    grad_W, grad_b = [None] * (l + 1), [None] * (l + 1)
    # gradient on the output layer
    g = h[l] - y
    for k in range(l, 0, -1):
        # convert the gradient on the layer's output into a gradient into the pre-nonlinearity activation
        if k < l:
            g = g * softplus_prime(a[k])
        grad_b[k] = g
        grad_W[k] = np.outer(g, h[k - 1]) + lam * W[k]
        # propagate the gradients w.r.t. the next lower-level hidden layer's activations
        g = W[k].T @ g
    return grad_W, grad_b


def sgd(W, b, data, epsilon=0.02, lam=1e-3, epochs=10):
    for epoch in range(epochs):
        for x, y in data:
            grad_W, grad_b = backward(W, b, x, y, lam)
            for k in range(1, len(W)):
                W[k] = W[k] - epsilon * grad_W[k]
                b[k] = b[k] - epsilon * grad_b[k]


if __name__ == "__main__":
    W, b = init([3, 8, 5, 1])
    X = np.random.randn(100, 3)
    data = [(x, np.array([np.sin(x[0]) + x[1] * x[2]])) for x in X]
    sgd(W, b, data)
    print(np.mean([objective(W, b, x, y, 0.0) for x, y in data]))
