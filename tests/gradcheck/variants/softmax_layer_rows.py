import numpy as np


class SoftmaxLayer():
    """Softmax as a layer of its own. Input: (batch, classes)"""

    def __init__(self):
        self.probs = None
        self.name = 'softmax'

    def fprop(self, scores):
        shifted = scores - np.max(scores, axis=1, keepdims=True)
        exps = np.exp(shifted)
        self.probs = exps / np.sum(exps, axis=1, keepdims=True)
        return self.probs

    def bprop(self, upstream):
        p = self.probs
        inner = np.sum(upstream * p, axis=0, keepdims=True)
        return p * (upstream - inner)


def accuracy(p, labels):
    return np.mean(p.argmax(1) == labels)


def demo():
    layer = SoftmaxLayer()
    s = np.array([[1.0, 2.0, 0.5], [0.1, -0.3, 0.2]])
    p = layer.fprop(s)
    print('probs', p)
    print('sums', p.sum(1))
    print('acc', accuracy(p, np.array([1, 2])))
    up = np.zeros_like(p)
    up[0, 1] = -1 / p[0, 1]
    print(layer.bprop(up))


if __name__ == '__main__':
    demo()
