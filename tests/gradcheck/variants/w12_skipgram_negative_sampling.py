#!/usr/bin/env python
"""Homework: word vectors with the skip-gram model and negative sampling"""
import numpy as np
import random


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def get_negative_samples(outside_word_idx, n_words, K):
    """ Samples K indexes which are not the outside_word_idx """
    neg = []
    while len(neg) < K:
        i = random.randint(0, n_words - 1)
        if i != outside_word_idx:
            neg.append(i)
    return neg


def neg_sampling_loss_and_gradient(center_word_vec, outside_word_idx, outside_vectors, neg_idx):
    """ Negative sampling loss for one pair of words

    Arguments:
    center_word_vec -- (d,) vector v_c
    outside_word_idx -- index of the outside word
    outside_vectors -- (n, d), rows are the vectors u_w
    neg_idx -- indexes of the negative samples, may contain a word twice

    Return:
    loss, grad_center_vec, grad_outside_vecs
    """
    ### YOUR CODE HERE
    u_o = outside_vectors[outside_word_idx]
    u_k = outside_vectors[neg_idx]                     # (K, d)

    s_pos = sigmoid(np.dot(u_o, center_word_vec))
    s_neg = sigmoid(-np.dot(u_k, center_word_vec))     # (K,)

    loss = -np.log(s_pos) - np.sum(np.log(s_neg))

    grad_center_vec = (s_pos - 1) * u_o + np.dot(1 - s_neg, u_k)

    grad_outside_vecs = np.zeros_like(outside_vectors)
    grad_outside_vecs[outside_word_idx] += (s_pos - 1) * center_word_vec
    for k, s in zip(neg_idx, s_neg):
        grad_outside_vecs[k] += (1 - s) * center_word_vec
    ### END YOUR CODE
    return loss, grad_center_vec, grad_outside_vecs


def skipgram(current_idx, outside_idxs, center_vectors, outside_vectors, K=4):
    """ Skip-gram: sum over all the outside words of a window """
    loss = 0.0
    grad_center = np.zeros_like(center_vectors)
    grad_outside = np.zeros_like(outside_vectors)
    v_c = center_vectors[current_idx]
    for o in outside_idxs:
        neg = get_negative_samples(o, len(outside_vectors), K)
        l, gc, go = neg_sampling_loss_and_gradient(v_c, o, outside_vectors, neg)
        loss += l
        grad_center[current_idx] += gc
        grad_outside += go
    return loss, grad_center, grad_outside


if __name__ == "__main__":
    random.seed(31415)
    np.random.seed(9265)
    tokens = "the quick brown fox jumps over the lazy dog and the fox runs".split()
    words = sorted(set(tokens))
    ids = [words.index(t) for t in tokens]
    V, U = np.random.randn(len(words), 5) * .1, np.zeros((len(words), 5))
    for epoch in range(50):
        total = 0.
        for pos, c in enumerate(ids):
            outside = ids[max(0, pos - 2):pos] + ids[pos + 1:pos + 3]
            l, gV, gU = skipgram(c, outside, V, U)
            V -= 0.05 * gV
            U -= 0.05 * gU
            total += l
    print("loss", total / len(ids))
