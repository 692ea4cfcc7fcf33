import numpy as np


class WordEmbedding:
    """ids: (batch, length) whole numbers -> (batch, length, dim)"""

    def __init__(self, words=5, dim=3):
        self.E = np.random.randn(words, dim) * 0.1
        self.grad_E = np.zeros((words, dim))

    def forward(self, ids):
        self.ids = ids
        return self.E[ids]

    def backward(self, d):
        self.grad_E[self.ids] += d
        return None         # words have no gradient

    def zero_grad(self):
        self.grad_E[:] = 0


if __name__ == '__main__':
    emb = WordEmbedding()
    out = emb.forward(np.array([[0, 1], [1, 4]]))
    emb.backward(np.ones_like(out))
    print(emb.grad_E)
