"""Tiny character level language model. Needs only numpy."""
import numpy as np

TEXT = "hello hello help the yellow shell "
chars = sorted(set(TEXT))
V = len(chars)
ch2ix = {c: i for i, c in enumerate(chars)}
ix2ch = {i: c for c, i in ch2ix.items()}

H = 12
T = 8


def new_model(scale=0.1):
    return {
        "Wxh": np.random.randn(H, V) * scale,
        "Whh": np.random.randn(H, H) * scale,
        "Why": np.random.randn(V, H) * scale,
        "bh": np.zeros((H, 1)),
        "by": np.zeros((V, 1)),
    }


def lossAndGrads(model, inputs, targets, hprev):
    """inputs, targets: lists of ints. hprev: (H, 1). Returns loss, gradients, last state"""
    x, h, p = {}, {-1: hprev}, {}
    loss = 0
    for t in range(len(inputs)):
        x[t] = np.zeros((V, 1))
        x[t][inputs[t]] = 1
        h[t] = np.tanh(model["Wxh"] @ x[t] + model["Whh"] @ h[t - 1] + model["bh"])
        y = model["Why"] @ h[t] + model["by"]
        p[t] = np.exp(y - y.max())
        p[t] /= p[t].sum()
        loss -= np.log(p[t][targets[t], 0])

    g = {k: np.zeros_like(v) for k, v in model.items()}
    dhnext = np.zeros_like(hprev)
    for t in range(len(inputs) - 1, -1, -1):
        dy = p[t].copy()
        dy[targets[t]] -= 1
        g["Why"] += dy @ h[t].T
        g["by"] += dy
        dh = model["Why"].T @ dy + dhnext
        draw = (1 - h[t] * h[t]) * dh
        g["bh"] += draw
        g["Wxh"] += draw @ x[t].T
        g["Whh"] += draw @ h[t - 1].T
        dhnext = model["Whh"].T @ draw
    return loss, g, h[len(inputs) - 1]


def sample(model, h, seed, n):
    out = []
    x = np.zeros((V, 1))
    x[seed] = 1
    for _ in range(n):
        h = np.tanh(model["Wxh"] @ x + model["Whh"] @ h + model["bh"])
        y = model["Why"] @ h + model["by"]
        p = np.exp(y) / np.exp(y).sum()
        ix = np.random.choice(V, p=p.ravel())
        x = np.zeros((V, 1))
        x[ix] = 1
        out.append(ix2ch[ix])
    return "".join(out)


if __name__ == "__main__":
    model = new_model()
    mem = {k: np.zeros_like(v) for k, v in model.items()}
    pos, hprev = 0, np.zeros((H, 1))
    for n in range(400):
        if pos + T + 1 >= len(TEXT):
            pos, hprev = 0, np.zeros((H, 1))
        inp = [ch2ix[c] for c in TEXT[pos:pos + T]]
        tgt = [ch2ix[c] for c in TEXT[pos + 1:pos + T + 1]]
        loss, grads, hprev = lossAndGrads(model, inp, tgt, hprev)
        for k in model:
            d = np.clip(grads[k], -5, 5)
            mem[k] += d * d
            model[k] -= 0.1 * d / np.sqrt(mem[k] + 1e-8)
        pos += T
        if n % 100 == 0:
            print(n, loss, sample(model, hprev, inp[0], 20))
