#!/usr/bin/env python
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling_loss_and_grads(center_vec, outside_idx, outside_vectors, negative_idx):
    """ Negative sampling loss for one (center, outside) pair of words

    center_vec -- (d,), outside_idx -- int, outside_vectors -- (V, d)
    negative_idx -- list of ints, may contain the same word several times

    J = -log s(u_o . v) - sum_k log s(-u_k . v)

    Return: loss, gradient of the center vector, gradient of the outside vectors
    """
    grad_outside = np.zeros_like(outside_vectors)

    u_o = outside_vectors[outside_idx]
    s_o = sigmoid(u_o @ center_vec)
    loss = -np.log(s_o)
    grad_center = (s_o - 1) * u_o
    grad_outside[outside_idx] += (s_o - 1) * center_vec

    for k in negative_idx:
        u_k = outside_vectors[k]
        s_k = sigmoid(-(u_k @ center_vec))
        loss -= np.log(s_k)
        grad_center += (1 - s_k) * u_k
        grad_outside[k] += s_k * center_vec

    return loss, grad_center, grad_outside


def sgd_epoch(center, outside, pairs, K=3, lr=0.05):
    total = 0
    for c, o in pairs:
        negs = [k for k in np.random.randint(0, len(outside), 2 * K) if k != o][:K]
        loss, gc, go = neg_sampling_loss_and_grads(center[c], o, outside, negs)
        center[c] -= lr * gc
        outside -= lr * go
        total += loss
    return total / len(pairs)


if __name__ == "__main__":
    np.random.seed(9265)
    center, outside = np.random.randn(8, 3), np.random.randn(8, 3)
    pairs = [(i, (i + 1) % 8) for i in range(8)]
    for epoch in range(30):
        l = sgd_epoch(center, outside, pairs)
    print(l)
