"""Deep autoencoder with an L1 penalty on the code; the model is a plain dict of arrays."""
import numpy as np

L1 = 0.05


def init_model(n=6, h=4, code=2, seed=21):
    rs = np.random.RandomState(seed)
    sizes = [n, h, code, h, n]
    model = {}
    for k, (a, b) in enumerate(zip(sizes, sizes[1:]), start=1):
        model[f"W{k}"] = rs.randn(a, b) * np.sqrt(1.0 / a)
        model[f"b{k}"] = np.zeros(b)
    return model


def encode_decode(model, X):
    acts = [X]
    for k in range(1, 5):
        z = acts[-1] @ model[f"W{k}"] + model[f"b{k}"]
        acts.append(np.tanh(z) if k in (1, 3) else z)
    return acts


def reconstruction_loss(acts, X, model):
    n = X.shape[0]
    return 0.5 * np.sum((acts[4] - X) ** 2) / n + L1 * np.sum(np.abs(acts[2])) / n


def gradients(model, acts, X):
    n = X.shape[0]
    grads = {}
    delta = (acts[4] - X) / n
    for k in range(4, 0, -1):
        grads[f"W{k}"] = acts[k - 1].T @ delta
        grads[f"b{k}"] = delta.sum(axis=0)
        delta = delta @ model[f"W{k}"].T
        if k - 1 == 2:
            delta = delta + L1 * np.sign(acts[2]) / n
        elif k - 1 in (1, 3):
            delta = delta * (1 - acts[k - 1] ** 2)
    return grads
