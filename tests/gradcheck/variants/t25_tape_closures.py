# No classes. A forward function returns (value, pullback); pullback maps dout to the gradients.
import numpy as np


def linear(x, w, b):
    def pullback(g):
        return g @ w.T, x.T @ g, g.sum(axis=0)
    return x @ w + b, pullback


def tanh(x):
    y = np.tanh(x)

    def pullback(g):
        return g * (1 - x ** 2)
    return y, pullback


def mse(pred, target):
    diff = pred - target

    def pullback(g=1.0):
        return g * 2 * diff / diff.size
    return (diff ** 2).mean(), pullback


def value_and_grad(params, x, t):
    w1, b1, w2, b2 = params
    z1, back1 = linear(x, w1, b1)
    a1, back2 = tanh(z1)
    z2, back3 = linear(a1, w2, b2)
    loss, back4 = mse(z2, t)

    dz2 = back4()
    da1, dw2, db2 = back3(dz2)
    dz1 = back2(da1)
    _, dw1, db1 = back1(dz1)
    return loss, [dw1, db1, dw2, db2]


def init_params(n_in, n_hid, n_out, seed=0):
    r = np.random.default_rng(seed)
    return [r.normal(0, 0.5, (n_in, n_hid)), np.zeros(n_hid),
            r.normal(0, 0.5, (n_hid, n_out)), np.zeros(n_out)]


if __name__ == "__main__":
    r = np.random.default_rng(1)
    x = r.normal(size=(50, 3))
    t = np.sin(x.sum(1, keepdims=True))
    params = init_params(3, 10, 1)
    for step in range(300):
        loss, grads = value_and_grad(params, x, t)
        params = [p - 0.005 * g for p, g in zip(params, grads)]
        if step % 100 == 0:
            print(step, loss)
