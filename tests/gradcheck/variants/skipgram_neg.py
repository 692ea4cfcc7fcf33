import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling_loss_and_gradient(center_vec, outside_idx, outside_vectors, neg_indices):
    """
    center_vec: (d,), outside_vectors: (V, d), neg_indices: list of K words (may repeat)
    J = -log s(u_o.v) - sum_k log s(-u_k.v)
    return loss, grad_center_vec, grad_outside_vecs
    """
    neg_indices = np.asarray(neg_indices)
    u_o = outside_vectors[outside_idx]
    u_k = outside_vectors[neg_indices]
    pos = sigmoid(u_o @ center_vec)
    neg = sigmoid(-(u_k @ center_vec))
    loss = -np.log(pos) - np.sum(np.log(neg))

    grad_center = (pos - 1) * u_o + (1 - neg) @ u_k
    grad_outside = np.zeros_like(outside_vectors)
    grad_outside[outside_idx] += (pos - 1) * center_vec
    np.add.at(grad_outside, neg_indices, np.outer(1 - neg, center_vec))
    return loss, grad_center, grad_outside


def demo(steps=20, seed=0):
    rng = np.random.default_rng(seed)
    center = rng.normal(size=(8, 5))
    outside = rng.normal(size=(8, 5))
    corpus = [0, 1, 2, 3, 1, 4, 5, 6, 7, 2]
    for s in range(steps):
        total = 0
        for t in range(1, len(corpus)):
            c, o = corpus[t], corpus[t - 1]
            neg = rng.integers(0, 8, size=3)
            loss, gc, go = neg_sampling_loss_and_gradient(center[c], o, outside, neg)
            center[c] -= 0.05 * gc
            outside -= 0.05 * go
            total += loss
        print(s, total)


if __name__ == "__main__":
    demo()
