"""Learns to turn points by 90 degrees, one random point after the other."""
import numpy as np

LEARNING_RATE = 0.05
rng = np.random.default_rng(2024)

xs = rng.uniform(-1, 1, (40, 2))
ts = np.stack([-xs[:, 1], xs[:, 0]], axis=1)

W1, b1 = rng.normal(0, 0.8, (6, 2)), rng.normal(0, 0.1, 6)
W2, b2 = rng.normal(0, 0.8, (5, 6)), rng.normal(0, 0.1, 5)
W3, b3 = rng.normal(0, 0.8, (2, 5)), rng.normal(0, 0.1, 2)

for step in range(300):
    i = rng.integers(len(xs))
    x, t = xs[i], ts[i]

    # forward
    h1 = np.tanh(W1 @ x + b1)
    h2 = np.tanh(W2 @ h1 + b2)
    out = W3 @ h2 + b3
    loss = 0.5 * np.sum((out - t) ** 2)

    # backward
    dout = out - t
    dW3 = np.outer(dout, h2)
    db3 = dout
    dz2 = (W3.T @ dout) * (1 - h2 ** 2)
    dW2 = np.outer(dz2, h1)
    db2 = dz2
    dz1 = (W2.T @ dz2) * (1 - h1)
    dW1 = np.outer(dz1, x)
    db1 = dz1

    # descent
    for param, grad in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2), (W3, dW3), (b3, db3)):
        param -= LEARNING_RATE * grad

    if step % 100 == 0:
        print(step, loss)
