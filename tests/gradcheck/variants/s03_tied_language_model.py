import numpy as np


class TiedLM:
    """Predicts the next word from the mean of the vectors of the words before it.
    Input vectors and output vectors are one matrix (Press & Wolf 2017)."""

    def __init__(self, vocab=12, dim=6, seed=3):
        rng = np.random.default_rng(seed)
        emb = rng.normal(scale=0.3, size=(vocab, dim))
        self.params = {
            "E": emb,
            "W": rng.normal(scale=0.4, size=(dim, dim)),
            "c": np.zeros(vocab),
        }
        self.embed = emb
        self.decode = emb
        self.grads = {}

    def forward(self, context, target):
        """context: (N, C) word numbers, target: (N,) word numbers"""
        self.context, self.target = context, target
        self.x = self.embed[context].mean(axis=1)
        self.h = np.tanh(self.x @ self.params["W"])
        scores = self.h @ self.decode.T + self.params["c"]
        scores -= scores.max(axis=1, keepdims=True)
        self.p = np.exp(scores)
        self.p /= self.p.sum(axis=1, keepdims=True)
        return -np.mean(np.log(self.p[np.arange(len(target)), target]))

    def backward(self):
        N, C = self.context.shape
        dscores = self.p.copy()
        dscores[np.arange(N), self.target] -= 1
        dscores /= N
        dE = dscores.T @ self.h
        dh = dscores @ self.decode
        dz = dh * (1 - self.h ** 2)
        dx = dz @ self.params["W"].T
        for j in range(C):
            np.add.at(dE, self.context[:, j], dx)
        self.grads = {"E": dE, "W": self.x.T @ dz, "c": dscores.sum(axis=0)}
        return self.grads

    def step(self, lr):
        for k in self.params:
            self.params[k] -= lr * self.grads[k]


if __name__ == "__main__":
    text = "the cat sat on the mat and the dog sat on the cat".split()
    words = sorted(set(text))
    ids = np.array([words.index(w) for w in text])
    ctx = np.stack([ids[i:i + 3] for i in range(len(ids) - 3)])
    nxt = ids[3:]
    lm = TiedLM(vocab=len(words))
    for epoch in range(101):
        loss = lm.forward(ctx, nxt)
        lm.backward()
        lm.step(0.5)
        if epoch % 25 == 0:
            print(epoch, round(loss, 4))
