# parity of three bits with a small network, numpy only
import numpy as np

np.random.seed(1)

def sig(x):
    return 1/(1+np.exp(-x))

X = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], dtype=float)
Y = (X.sum(1, keepdims=True) % 2)

hidden = 6
lr = 2.0

w1 = np.random.uniform(-1, 1, (3, hidden))
b1 = np.zeros((1, hidden))
w2 = np.random.uniform(-1, 1, (hidden, 1))
b2 = np.zeros((1, 1))

losses = []
for epoch in range(1000):
    # forward
    a1 = sig(X @ w1 + b1)
    out = sig(a1 @ w2 + b2)
    loss = 0.5 * np.mean((out - Y) ** 2)
    losses.append(loss)

    # output layer
    d2 = (out - Y) * out * (1 - out) / len(X)
    w2 -= lr * a1.T @ d2
    b2 -= lr * d2.sum(0, keepdims=True)

    # hidden layer
    d1 = d2 @ w2.T * a1 * (1 - a1)
    w1 -= lr * X.T @ d1
    b1 -= lr * d1.sum(0, keepdims=True)

    if epoch % 500 == 0:
        print("epoch", epoch, "loss", loss)

print("prediction:", out.ravel().round(2))
