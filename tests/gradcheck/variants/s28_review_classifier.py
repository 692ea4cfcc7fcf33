import numpy as np


class ReviewClassifier:
    """
    Bag of embeddings and a linear classifier.

    tokens: integer array (batch, length); labels: integer array (batch,)
    Gradients accumulate in self.grad until zero_grad() is called.
    """

    def __init__(self, vocab_size=20, emb_dim=5, n_classes=3, seed=0):
        rng = np.random.default_rng(seed)
        self.param = {
            "emb": rng.normal(size=(vocab_size, emb_dim)) * 0.5,
            "W": rng.normal(size=(emb_dim, n_classes)) * 0.5,
            "b": np.zeros(n_classes),
        }
        self.zero_grad()

    def zero_grad(self):
        self.grad = {k: np.zeros_like(v) for k, v in self.param.items()}

    def forward(self, tokens, labels):
        self.tokens, self.labels = tokens, labels
        self.bag = self.param["emb"][tokens].mean(axis=1)
        scores = self.bag @ self.param["W"] + self.param["b"]
        scores = scores - scores.max(axis=1, keepdims=True)
        exp = np.exp(scores)
        self.prob = exp / exp.sum(axis=1, keepdims=True)
        return -np.log(self.prob[range(len(labels)), labels]).mean()

    def backward(self):
        n, length = self.tokens.shape
        d = self.prob.copy()
        d[range(n), self.labels] -= 1
        d /= n
        self.grad["W"] += self.bag.T @ d
        self.grad["b"] += d.sum(axis=0)
        dbag = d @ self.param["W"].T / length
        demb = np.repeat(dbag[:, None, :], length, axis=1)
        self.grad["emb"][self.tokens] += demb

    def train_step(self, tokens, labels, lr=0.5):
        self.zero_grad()
        loss = self.forward(tokens, labels)
        self.backward()
        for k in self.param:
            self.param[k] -= lr * self.grad[k]
        return loss


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 20, size=(60, 7))
    labels = np.array([np.bincount(row // 7, minlength=3).argmax() for row in tokens])
    clf = ReviewClassifier()
    for i in range(201):
        loss = clf.train_step(tokens, labels)
        if i % 50 == 0:
            print(i, loss)
