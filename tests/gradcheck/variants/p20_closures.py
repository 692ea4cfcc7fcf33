"""A tiny network without classes: make_mlp returns two closures and the parameters."""
import numpy as np


def make_mlp(n_in=3, n_hidden=4, n_out=2, seed=11):
    rng = np.random.default_rng(seed)
    params = {
        "w1": rng.normal(size=(n_hidden, n_in)),
        "b1": rng.normal(size=n_hidden),
        "w2": rng.normal(size=(n_out, n_hidden)),
        "b2": rng.normal(size=n_out),
    }
    tape = {}

    def forward(x):
        tape["x"] = x
        z1 = params["w1"] @ x + params["b1"]
        tape["s1"] = 1 / (1 + np.exp(-z1))
        z2 = params["w2"] @ tape["s1"] + params["b2"]
        tape["s2"] = 1 / (1 + np.exp(-z2))
        return tape["s2"]

    def backward(t):
        """gradients of sum((output - t) ** 2)"""
        s1, s2 = tape["s1"], tape["s2"]
        e2 = 2 * (s2 - t) * s2 * (1 - s2)
        e1 = params["w2"].T @ e2
        return {
            "w1": np.outer(e1, tape["x"]),
            "b1": e1,
            "w2": np.outer(e2, s1),
            "b2": e2,
        }

    return forward, backward, params


if __name__ == "__main__":
    fwd, bwd, p = make_mlp()
    for _ in range(20):
        out = fwd(np.array([0.5, -1.0, 2.0]))
        grads = bwd(np.array([0.2, 0.8]))
        for k in p:
            p[k] -= 0.1 * grads[k]
    print(out)
