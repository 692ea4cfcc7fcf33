"""Sentence classifier with attention pooling over the word vectors."""
import numpy as np


class AttentionPoolingClassifier:

    def __init__(self, dim=5, seed=10):
        rng = np.random.default_rng(seed)
        self.v = rng.normal(size=dim)
        self.w = rng.normal(size=dim)
        self.b = np.zeros(1)

    def forward(self, H, y):
        """H: (sentences, words, dim), y: (sentences,) of 0 and 1; returns the mean logistic loss"""
        self.H, self.y = H, y
        e = H @ self.v
        e = np.exp(e - e.max(axis=1, keepdims=True))
        self.att = e / e.sum(axis=1, keepdims=True)
        self.pooled = np.einsum('st,std->sd', self.att, H)
        logit = self.pooled @ self.w + self.b
        self.prob = 1 / (1 + np.exp(-logit))
        return np.mean(np.log1p(np.exp(-np.abs(logit))) + np.maximum(logit, 0) - y * logit)

    def backward(self):
        dlogit = (self.prob - self.y) / len(self.y)
        self.dw = self.pooled.T @ dlogit
        self.db = dlogit.sum(keepdims=True)
        dpooled = np.outer(dlogit, self.w)
        datt = np.einsum('sd,std->st', dpooled, self.H)
        de = datt * self.att * (1 - self.att)
        self.dv = np.einsum('st,std->d', de, self.H)
        return self.att[:, :, None] * dpooled[:, None, :] + de[:, :, None] * self.v

    def fit(self, H, y, lr=0.5, epochs=100):
        for _ in range(epochs):
            loss = self.forward(H, y)
            self.backward()
            self.v -= lr * self.dv
            self.w -= lr * self.dw
            self.b -= lr * self.db
        return loss


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    H = rng.normal(size=(60, 7, 5))
    y = (H[:, :, 0].max(axis=1) > 1.3).astype(float)
    model = AttentionPoolingClassifier()
    print('loss', model.fit(H, y), 'accuracy', np.mean((model.prob > 0.5) == y))
