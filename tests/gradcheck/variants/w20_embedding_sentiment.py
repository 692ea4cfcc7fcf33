import numpy as np


class SentimentModel(object):
    """bag of embeddings -> tanh hidden layer -> one sigmoid unit"""

    def __init__(self, vocab_size, emb_dim=8, hidden=6, lr=0.1, seed=13):
        r = np.random.RandomState(seed)
        self.E = r.normal(scale=0.3, size=(vocab_size, emb_dim))
        self.W = r.normal(scale=0.3, size=(emb_dim, hidden))
        self.b = np.zeros(hidden)
        self.u = r.normal(scale=0.3, size=hidden)
        self.c = np.zeros(1)
        self.lr = lr

    def forward(self, docs):
        """docs: list of lists of token ids (different lengths)"""
        self.docs = docs
        self.avg = np.array([self.E[d].mean(axis=0) for d in docs])
        self.h = np.tanh(self.avg.dot(self.W) + self.b)
        self.p = 1.0 / (1.0 + np.exp(-(self.h.dot(self.u) + self.c)))
        return self.p

    def loss(self, docs, y):
        p = self.forward(docs)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, y):
        n = len(y)
        dlogit = (self.p - y) / n
        g = {}
        g['u'] = self.h.T.dot(dlogit)
        g['c'] = np.array([dlogit.sum()])
        dh = np.outer(dlogit, self.u)
        dpre = dh * (1 - self.h ** 2)
        g['W'] = self.avg.T.dot(dpre)
        g['b'] = dpre.sum(0)
        davg = dpre.dot(self.W.T)
        g['E'] = np.zeros_like(self.E)
        for d, row in zip(self.docs, davg):
            # a word can be several times in the same text
            np.add.at(g['E'], d, row / len(d))
        return g

    def update(self, g):
        for k, v in g.items():
            setattr(self, k, getattr(self, k) - self.lr * v)


def main():
    texts = [("good good movie", 1), ("a really bad film", 0), ("i like this film", 1), ("boring and bad bad movie", 0),
             ("like it really good", 1), ("this is boring", 0)]
    vocab = {}
    docs = [[vocab.setdefault(w, len(vocab)) for w in t.split()] for t, _ in texts]
    y = np.array([l for _, l in texts], dtype=float)
    m = SentimentModel(len(vocab), lr=1.0)
    for i in range(200):
        loss = m.loss(docs, y)
        m.update(m.backward(y))
        if i % 50 == 0:
            print(i, loss)


if __name__ == '__main__':
    main()
