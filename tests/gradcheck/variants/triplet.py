import numpy as np


def squared_dist(a, b):
    return np.sum((a - b) ** 2, axis=1)


class TripletLoss:
    """max(0, |a-p|^2 - |a-n|^2 + margin), average over the batch"""

    def __init__(self, margin=0.5):
        self.margin = margin

    def forward(self, anchor, positive, negative):
        self.triple = (anchor, positive, negative)
        v = squared_dist(anchor, positive) - squared_dist(anchor, negative) + self.margin
        self.active = v > 0
        return np.where(self.active, v, 0).sum() / len(v)

    def backward(self):
        a, p, n = self.triple
        w = (self.active / len(a))[:, None]
        # (2a - 2p) - (2a - 2n) = 2 (n - p)
        grad_a = w * 2 * (n - p)
        grad_p = w * 2 * (p - a)
        grad_n = w * 2 * (a - n)
        return {'anchor': grad_a, 'positive': grad_p, 'negative': grad_n}


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    a, p, n = rng.normal(size=(3, 6, 2))
    crit = TripletLoss()
    for k in range(100):
        L = crit.forward(a, p, n)
        g = crit.backward()
        a = a - g['anchor']
        p = p - g['positive']
        n = n - g['negative']
    print('loss', L, 'active', crit.active.sum())
