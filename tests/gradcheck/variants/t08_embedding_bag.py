# coding: utf-8
import numpy as np


class Embedding:
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.idx = None

    def forward(self, idx):
        W, = self.params
        self.idx = idx
        return W[idx]

    def backward(self, dout):
        dW, = self.grads
        dW[...] = 0
        dW[self.idx] = dout
        return None


class EmbeddingDot:
    def __init__(self, vocab_size=7, dim=3):
        W = 0.5 * np.random.randn(vocab_size, dim)
        self.embed = Embedding(W)
        self.params = self.embed.params
        self.grads = self.embed.grads
        self.cache = None

    def forward(self, h, idx):
        # score of each word of the batch with its hidden vector
        target_W = self.embed.forward(idx)
        out = np.sum(target_W * h, axis=1)
        self.cache = (h, target_W)
        return out

    def backward(self, dout):
        h, target_W = self.cache
        dout = dout.reshape(dout.shape[0], 1)
        dtarget_W = dout * h
        self.embed.backward(dtarget_W)
        dh = dout * target_W
        return dh


if __name__ == '__main__':
    layer = EmbeddingDot()
    h = np.random.randn(6, 3)
    print(layer.forward(h, np.array([0, 3, 1, 3, 6, 0])))
    print(layer.backward(np.ones(6)))
    print(layer.grads)
