# Elman RNN that continues a sine wave. Functions only; columns = sequences
import numpy as np


def init(n_x, n_h, n_y, seed=0):
    rng = np.random.RandomState(seed)
    return {"Wxh": rng.randn(n_h, n_x) * 0.3, "Whh": rng.randn(n_h, n_h) * 0.3,
            "Why": rng.randn(n_y, n_h) * 0.3, "bh": np.zeros((n_h, 1)), "by": np.zeros((n_y, 1))}


def forward(params, xs):
    """xs: list of arrays (n_x, batch)"""
    h = {-1: np.zeros((params["Whh"].shape[0], xs[0].shape[1]))}
    y = {}
    for t, x in enumerate(xs):
        h[t] = np.tanh(params["Wxh"] @ x + params["Whh"] @ h[t - 1] + params["bh"])
        y[t] = params["Why"] @ h[t] + params["by"]
    return y, h


def loss(ys, targets):
    return sum(np.sum((ys[t] - targets[t]) ** 2) for t in range(len(targets))) / (2 * targets[0].shape[1])


def backward(params, xs, ys, hs, targets):
    grads = {name: np.zeros(p.shape) for name, p in params.items()}
    batch = xs[0].shape[1]
    from_future = 0.0
    for t in range(len(xs) - 1, -1, -1):
        e = (ys[t] - targets[t]) / batch
        grads["Why"] += e @ hs[t].T
        grads["by"] += e.sum(axis=1, keepdims=True)
        d = (params["Why"].T @ e + from_future) * (1 - hs[t] ** 2)
        grads["Wxh"] += d @ xs[t].T
        grads["Whh"] += d @ hs[t - 1].T
        grads["bh"] += d.sum(axis=1, keepdims=True)
        from_future = params["Whh"].T @ d
    return grads


def train(epochs=150, T=10, batch=16, lr=0.05):
    params = init(1, 8, 1)
    rng = np.random.RandomState(2)
    history = []
    for _ in range(epochs):
        phase = rng.rand(1, batch) * 2 * np.pi
        wave = [np.sin(phase + 0.4 * t) for t in range(T + 1)]
        xs, targets = wave[:-1], wave[1:]
        ys, hs = forward(params, xs)
        history.append(loss(ys, targets))
        grads = backward(params, xs, ys, hs, targets)
        for name in params:
            params[name] -= lr * grads[name]
    return params, history


if __name__ == "__main__":
    _, hist = train()
    print("loss: %.3f -> %.4f" % (hist[0], hist[-1]))
