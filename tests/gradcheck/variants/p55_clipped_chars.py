"""min-char-rnn as a function: lossfun(P, inputs, targets) -> loss, gradients (clipped against explosions)."""
import numpy as np


def init(vocab=4, hidden=3, seed=8):
    r = np.random.RandomState(seed)
    return {
        "Wxh": r.randn(hidden, vocab) * 0.1, "Whh": r.randn(hidden, hidden) * 0.1,
        "Why": r.randn(vocab, hidden) * 0.1, "bh": np.zeros((hidden, 1)), "by": np.zeros((vocab, 1)),
    }


def lossfun(P, inputs, targets):
    """mean cross entropy per character; inputs and targets are lists of whole numbers"""
    T, vocab = len(inputs), P["by"].shape[0]
    onehot = np.eye(vocab)
    hs, probs, loss = [np.zeros_like(P["bh"])], [], 0.0
    for i, t in zip(inputs, targets):
        x = onehot[:, [i]]
        hs.append(np.tanh(P["Wxh"] @ x + P["Whh"] @ hs[-1] + P["bh"]))
        y = P["Why"] @ hs[-1] + P["by"]
        p = np.exp(y - y.max())
        probs.append(p / p.sum())
        loss -= np.log(probs[-1][t, 0]) / T
    grads = {k: np.zeros_like(v) for k, v in P.items()}
    dh_next = np.zeros_like(hs[0])
    for step in range(T - 1, -1, -1):
        dy = (probs[step] - onehot[:, [targets[step]]]) / T
        grads["Why"] += dy @ hs[step + 1].T
        grads["by"] += dy
        dz = (P["Why"].T @ dy + dh_next) * (1 - hs[step + 1] ** 2)
        grads["Wxh"] += dz @ onehot[[inputs[step]]]
        grads["Whh"] += dz @ hs[step].T
        grads["bh"] += dz
        dh_next = P["Whh"].T @ dz
    for g in grads.values():
        np.clip(g, -5, 5, out=g)
    return loss, grads
