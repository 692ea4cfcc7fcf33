#!/usr/bin/env python
import random

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def getNegativeSamples(target, dataset, K):
    """ Samples K indexes which are not the target """
    indices = [None] * K
    for k in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == target:
            newidx = dataset.sampleTokenIdx()
        indices[k] = newidx
    return indices


def negSamplingCostAndGradient(predicted, target, outputVectors, dataset, K=10):
    """ Negative sampling cost function for word2vec models

    Note: the same word may be negatively sampled multiple times. For
    example if an outside word is sampled twice, you shall have to
    double count the gradient with respect to this word.
    """
    # Sampling of indices is done for you.
    indices = [target]
    indices.extend(getNegativeSamples(target, dataset, K))

    grad = np.zeros(outputVectors.shape)
    gradPred = np.zeros(predicted.shape)

    z = sigmoid(np.dot(outputVectors[target], predicted))
    cost = -np.log(z)
    grad[target] += (z - 1.0) * predicted
    gradPred += (z - 1.0) * outputVectors[target]

    for k in indices[1:]:
        zk = sigmoid(-np.dot(outputVectors[k], predicted))
        cost -= np.log(zk)
        grad[k] = (1.0 - zk) * predicted
        gradPred += (1.0 - zk) * outputVectors[k]

    return cost, gradPred, grad


def skipgram(currentWord, C, contextWords, tokens, inputVectors, outputVectors,
             dataset, word2vecCostAndGradient=negSamplingCostAndGradient):
    cost = 0.0
    gradIn = np.zeros(inputVectors.shape)
    gradOut = np.zeros(outputVectors.shape)
    center = tokens[currentWord]
    for w in contextWords:
        c, gin, gout = word2vecCostAndGradient(inputVectors[center], tokens[w], outputVectors, dataset)
        cost += c
        gradIn[center] += gin
        gradOut += gout
    return cost, gradIn, gradOut


class DummyDataset:
    def __init__(self, seed=31415):
        self.rng = random.Random(seed)

    def sampleTokenIdx(self):
        return self.rng.randint(0, 4)


if __name__ == "__main__":
    tokens = dict([("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 4)])
    vectors = np.random.randn(10, 3)
    print(skipgram("c", 3, ["a", "b", "e", "d", "b"], tokens, vectors[:5], vectors[5:], DummyDataset()))
