from collections import namedtuple
from functools import partial

import numpy as np

Weights = namedtuple("Weights", "w_in b_in w_mid b_mid w_out b_out")
Cache = namedtuple("Cache", "x h1 h2 y")


def init_weights(n_in, n_hidden, n_out, seed=0):
    normal = partial(np.random.RandomState(seed).normal, 0.0)
    return Weights(
        w_in=normal(n_in ** -0.5, (n_in, n_hidden)),
        b_in=np.zeros(n_hidden),
        w_mid=normal(n_hidden ** -0.5, (n_hidden, n_hidden)),
        b_mid=np.zeros(n_hidden),
        w_out=normal(n_hidden ** -0.5, (n_hidden, n_out)),
        b_out=np.zeros(n_out),
    )


def forward(weights, x):
    h1 = np.tanh(np.matmul(x, weights.w_in) + weights.b_in)
    h2 = np.tanh(np.matmul(h1, weights.w_mid) + weights.b_mid)
    y = np.matmul(h2, weights.w_out) + weights.b_out
    return y, Cache(x, h1, h2, y)


def loss(y, target):
    return np.sum((y - target) ** 2) / (2 * len(target))


def backward(weights, cache, target):
    d_y = (cache.y - target) / len(target)
    d_h2 = np.matmul(d_y, weights.w_out.T) * (1 - cache.h2 ** 2)
    d_h1 = np.matmul(d_h2, weights.w_mid) * (1 - cache.h1 ** 2)
    return Weights(
        w_in=np.matmul(cache.x.T, d_h1),
        b_in=d_h1.sum(axis=0),
        w_mid=np.matmul(cache.h1.T, d_h2),
        b_mid=d_h2.sum(axis=0),
        w_out=np.matmul(cache.h2.T, d_y),
        b_out=d_y.sum(axis=0),
    )


def sgd(weights, grads, lr):
    return Weights(*[w - lr * g for w, g in zip(weights, grads)])


def train(x, target, n_hidden=10, lr=0.1, steps=300):
    weights = init_weights(x.shape[1], n_hidden, target.shape[1])
    history = []
    for _ in range(steps):
        y, cache = forward(weights, x)
        history.append(loss(y, target))
        weights = sgd(weights, backward(weights, cache, target), lr)
    return weights, history


if __name__ == "__main__":
    x = np.linspace(-2, 2, 50).reshape(-1, 1)
    _, history = train(x, np.sin(2 * x))
    print("loss %.4f -> %.4f" % (history[0], history[-1]))
