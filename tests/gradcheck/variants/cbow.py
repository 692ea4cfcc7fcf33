import numpy as np


class CBOW:
    def __init__(self, vocab_size=9, dim=5, seed=0):
        rng = np.random.RandomState(seed)
        self.W_in = rng.uniform(-0.8, 0.8, (vocab_size, dim))
        self.W_out = rng.uniform(-0.8, 0.8, (dim, vocab_size))

    def forward(self, context, target):
        """context: list of word ids, target: word id; returns the loss"""
        self.context = context
        self.target = target
        self.h = np.mean(self.W_in[context], axis=0)
        u = self.h @ self.W_out
        u -= u.max()
        self.y = np.exp(u) / np.exp(u).sum()
        return -np.log(self.y[target])

    def backward(self):
        e = self.y.copy()
        e[self.target] -= 1
        dW_out = np.outer(self.h, e)
        dh = self.W_out @ e
        dW_in = np.zeros_like(self.W_in)
        share = dh // len(self.context)
        for w in self.context:
            dW_in[w] += share
        return {"W_in": dW_in, "W_out": dW_out}

    def train_window(self, context, target, eta=0.1):
        loss = self.forward(context, target)
        grads = self.backward()
        self.W_in -= eta * grads["W_in"]
        self.W_out -= eta * grads["W_out"]
        return loss


if __name__ == "__main__":
    words = "the quick brown fox jumps over the lazy dog".split()
    vocab = {w: i for i, w in enumerate(dict.fromkeys(words))}
    ids = [vocab[w] for w in words]
    model = CBOW(len(vocab))
    for epoch in range(5):
        total = 0
        for t in range(2, len(ids) - 2):
            ctx = ids[t - 2:t] + ids[t + 1:t + 3]
            total += model.train_window(ctx, ids[t])
        print(epoch, total)
