import numpy as np

# XOR with one hidden layer, everything at module level
# we minimise  E = 1/2 * sum (y - out)^2

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)

np.random.seed(5)
w_h = np.random.uniform(-1, 1, (2, 3))
b_h = np.random.uniform(-1, 1, (1, 3))
w_o = np.random.uniform(-1, 1, (3, 1))
b_o = np.random.uniform(-1, 1, (1, 1))
lr = 0.5
epochs = 500


def sigm(v):
    return 1 / (1 + np.exp(-v))


for ep in range(epochs):
    # forward
    hid = sigm(x.dot(w_h) + b_h)
    out = sigm(hid.dot(w_o) + b_o)
    error = y - out
    E = 0.5 * np.sum(error ** 2)

    # backward (delta rule, so we ADD)
    d_out = error * out * (1 - out)
    d_hid = d_out.dot(w_o.T) * hid * (1 - hid)

    w_o += hid.T.dot(d_out) * lr
    b_o += np.sum(d_out, axis=0, keepdims=True) * lr
    w_h += x.T.dot(d_hid) * lr
    b_h += np.sum(d_hid, axis=0, keepdims=True) * lr

    if ep % 100 == 0:
        print('epoch', ep, 'E', E, 'mean abs error', np.mean(np.abs(error)))
