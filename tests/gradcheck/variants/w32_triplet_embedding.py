import numpy as np


def init_embedder(in_dim, hid, emb, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(in_dim, hid)) / np.sqrt(in_dim), np.zeros(hid),
            rng.normal(size=(hid, emb)) / np.sqrt(hid), np.zeros(emb)]


def embed(params, x):
    W1, b1, W2, b2 = params
    pre = x @ W1 + b1
    hid = np.maximum(pre, 0)
    return hid @ W2 + b2, (x, pre, hid)


def embed_backward(params, cache, d_emb):
    W1, b1, W2, b2 = params
    x, pre, hid = cache
    d_hid = d_emb @ W2.T
    d_pre = d_hid * (pre > 0)
    return [x.T @ d_pre, d_pre.sum(axis=0), hid.T @ d_emb, d_emb.sum(axis=0)]


def triplet_loss(params, anchor, positive, negative, margin=1.0):
    """FaceNet loss, mean over the triplets: max(0, |a-p|^2 - |a-n|^2 + margin)

    Returns (loss, grads), grads is a list in the order of params."""
    a, cache_a = embed(params, anchor)
    p, cache_p = embed(params, positive)
    n, cache_n = embed(params, negative)

    d_ap = np.sum((a - p) ** 2, axis=1)
    d_an = np.sum((a - n) ** 2, axis=1)
    hinge = d_ap - d_an + margin
    loss = np.mean(np.maximum(hinge, 0))

    active = (hinge > 0)[:, None] / len(anchor)
    grad_a = 2 * (a - p) * active
    grad_p = -2 * (a - p) * active
    grad_n = 2 * (a - n) * active

    grads = [ga + gp + gn for ga, gp, gn in zip(embed_backward(params, cache_a, grad_a),
                                                embed_backward(params, cache_p, grad_p),
                                                embed_backward(params, cache_n, grad_n))]
    return loss, grads


def make_triplets(rng, protos, n):
    pos = rng.integers(0, len(protos), n)
    neg = (pos + rng.integers(1, len(protos), n)) % len(protos)
    noise = lambda: 0.4 * rng.normal(size=(n, protos.shape[1]))
    return protos[pos] + noise(), protos[pos] + noise(), protos[neg] + noise()


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    protos = rng.normal(size=(4, 6))
    params = init_embedder(6, 16, 3)
    for step in range(200):
        loss, grads = triplet_loss(params, *make_triplets(rng, protos, 32))
        params = [w - 0.02 * g for w, g in zip(params, grads)]
        if step % 40 == 0:
            print(step, loss)
