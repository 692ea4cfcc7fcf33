import numpy as np


class Embedding:
    """Lookup table. ids: integer array of any shape -> (..., dim)"""

    def __init__(self, vocab_size=7, dim=4):
        self.vocab_size = vocab_size
        self.dim = dim
        self.W = 0.1 * np.random.randn(vocab_size, dim)
        self.dW = np.zeros_like(self.W)
        self.ids = None

    def forward(self, ids):
        self.ids = np.asarray(ids)
        return self.W[self.ids]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        idx = self.ids.reshape(-1)
        g = dout.reshape(-1, self.dim)
        self.dW[idx] = g
        return None  # ids have no gradient

    def update(self, lr=0.1):
        self.W -= lr * self.dW


if __name__ == "__main__":
    emb = Embedding(10, 3)
    sentence = np.array([[1, 4, 4, 2], [0, 1, 9, 4]])
    out = emb.forward(sentence)
    emb.backward(np.ones_like(out))
    print(emb.dW)
