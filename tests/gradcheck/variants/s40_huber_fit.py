import numpy as np

DELTA = 1.0     # residuals beyond this count linearly
RIDGE = 0.01


def huber_loss(w, b, X, y):
    r = X @ w + b - y
    small = np.abs(r) <= DELTA
    per_sample = np.where(small, 0.5 * r ** 2, DELTA * (np.abs(r) - 0.5 * DELTA))
    return per_sample.mean() + 0.5 * RIDGE * np.sum(w ** 2)


def huber_grad(w, b, X, y):
    r = X @ w + b - y
    g = np.clip(r, -DELTA, DELTA) / len(y)
    return X.T @ g + RIDGE * w, g.sum()


def fit(X, y, lr=0.3, steps=300):
    w, b = np.zeros(X.shape[1]), 0.0
    for i in range(steps):
        gw, gb = huber_grad(w, b, X, y)
        w = w - lr * gw
        b = b - lr * gb
    return w, b


if __name__ == "__main__":
    rng = np.random.default_rng(13)
    X = rng.normal(size=(80, 3))
    y = X @ np.array([2.0, -1.0, 0.5]) + 4 + 0.1 * rng.normal(size=80)
    y[::10] += 15   # outliers
    w, b = fit(X, y)
    print("w =", w.round(2), "b =", round(float(b), 2), "loss =", huber_loss(w, b, X, y))
    ols = np.linalg.lstsq(np.c_[X, np.ones(80)], y, rcond=None)[0]
    print("least squares for comparison:", ols.round(2))
