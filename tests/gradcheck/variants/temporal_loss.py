import numpy as np


class TemporalSoftmaxLoss:
    """
    Cross entropy over a padded batch of sequences.

    scores : (N, T, V)
    labels : (N, T) word indices
    mask   : (N, T) True where there is a real word, False for <PAD>
    """

    def __init__(self):
        self.name = "temporal softmax"

    def __call__(self, scores, labels, mask):
        N, T, V = scores.shape
        flat = scores.reshape(N * T, V)
        lab = labels.reshape(N * T)
        msk = mask.reshape(N * T).astype(float)
        e = np.exp(flat - flat.max(axis=1, keepdims=True))
        probs = e / e.sum(axis=1, keepdims=True)
        ll = np.log(probs[np.arange(N * T), lab])
        loss = -np.sum(msk * ll) / N
        self.saved = (probs, lab, msk, (N, T, V))
        return loss

    def backward(self):
        probs, lab, msk, (N, T, V) = self.saved
        dflat = probs.copy()
        dflat[np.arange(N * T), lab] -= 1
        dflat = dflat / N
        return dflat.reshape(N, T, V)


def pad(seqs, width):
    labels = np.zeros((len(seqs), width), dtype=int)
    mask = np.zeros((len(seqs), width), dtype=bool)
    for i, s in enumerate(seqs):
        labels[i, :len(s)] = s
        mask[i, :len(s)] = True
    return labels, mask


if __name__ == '__main__':
    labels, mask = pad([[1, 2, 4], [3], [2, 2]], 4)
    scores = np.random.randn(3, 4, 5)
    crit = TemporalSoftmaxLoss()
    for _ in range(20):
        value = crit(scores, labels, mask)
        scores = scores - crit.backward()
    print('loss', value)
