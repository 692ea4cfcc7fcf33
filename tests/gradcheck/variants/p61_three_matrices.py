"""Regression with three weight matrices; nothing but functions and dictionaries."""
import numpy as np


def init_network(n_in=3, width=4, seed=99):
    gen = np.random.default_rng(seed)
    return {
        "U": gen.normal(size=(n_in, width)),
        "V": gen.normal(size=(width, width)),
        "S": gen.normal(size=(width, width)),
        "w": gen.normal(size=(width, 1)),
    }


def forward_pass(params, X):
    cache = {"X": X}
    cache["h1"] = np.tanh(X @ params["U"])
    cache["h2"] = np.tanh(cache["h1"] @ params["V"])
    cache["h3"] = np.tanh(cache["h2"] @ params["S"])
    cache["out"] = cache["h3"] @ params["w"]
    return cache


def half_mse(out, y):
    return 0.5 * np.mean((out - y) ** 2)


def backward_pass(params, cache, y):
    grads = {}
    d = (cache["out"] - y) / len(y)
    grads["w"] = cache["h3"].T @ d
    d = d @ params["w"].T * (1 - cache["h3"] ** 2)
    grads["S"] = cache["h2"].T @ d
    d = d @ params["V"].T * (1 - cache["h2"] ** 2)
    grads["V"] = cache["h1"].T @ d
    d = d @ params["V"].T * (1 - cache["h1"] ** 2)
    grads["U"] = cache["X"].T @ d
    return grads
