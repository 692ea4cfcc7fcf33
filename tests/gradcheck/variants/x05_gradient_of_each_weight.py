import numpy as np

step_size = 1e-3


def squashed(x):
    return 1 / (1 + np.exp(-x))


def half_squares(y, out):
    return sum(0.5 * (y[i] - out[i]) ** 2 for i in range(y.size))


def forward(x, W1, W2):
    return np.dot(W2, squashed(np.dot(W1, x)))


def W2_grad(x, y, out, W1):
    h = squashed(np.dot(W1, x))
    return np.dot(out - y, h.T)


def W1_grad(x, y, out, W1, W2):
    z = np.dot(W1, x)
    back = np.dot(W2.T, out - y)
    return np.dot(back * squashed(z) * (1 - squashed(z)), x.T)


W1, W2 = np.random.rand(5, 3), np.random.rand(2, 5)
for _ in range(100):
    x, y = np.random.rand(3, 1), np.array([[3.0], [-1.0]])
    out = forward(x, W1, W2)
    W1, W2 = W1 - step_size * W1_grad(x, y, out, W1, W2), W2 - step_size * W2_grad(x, y, out, W1)
