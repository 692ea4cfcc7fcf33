import numpy as np


class BagOfWordsClassifier:
    """mean of the word vectors -> linear -> softmax. For our sentiment project."""

    def __init__(self, vocab=10, dim=4, classes=2, seed=0):
        rs = np.random.RandomState(seed)
        self.E = rs.uniform(-.5, .5, (vocab, dim))
        self.W = rs.uniform(-.5, .5, (dim, classes))
        self.b = np.zeros(classes)

    def _features(self, sentences):
        return np.stack([self.E[s].mean(axis=0) for s in sentences])

    def loss_and_grads(self, sentences, labels):
        """sentences: list of index lists (different lengths!)"""
        n = len(sentences)
        H = self._features(sentences)
        logits = H @ self.W + self.b
        logits -= logits.max(axis=1, keepdims=True)
        logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        loss = -logp[range(n), labels].mean()

        g = np.exp(logp)
        for i, l in enumerate(labels):
            g[i, l] -= 1.0
        g /= n
        gE = np.zeros_like(self.E)
        gH = g @ self.W.T
        for i, s in enumerate(sentences):
            for w in s:                      # a word may occur twice
                gE[w] += gH[i] / len(s)
        return loss, dict(E=gE, W=H.T @ g, b=g.sum(axis=0))


if __name__ == '__main__':
    data = [[1, 2, 3], [4, 4, 5, 6], [7], [0, 9, 1, 1]]
    y = [0, 1, 1, 0]
    clf = BagOfWordsClassifier()
    for ep in range(100):
        loss, grads = clf.loss_and_grads(data, y)
        clf.E -= grads['E']
        clf.W -= grads['W']
        clf.b -= grads['b']
    print('loss', loss)
