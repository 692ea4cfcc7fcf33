import numpy as np


class CBOW:
    """Continuous bag of words: the mean of the context vectors predicts the word in the middle."""

    def __init__(self, vocab_size=9, emb_dim=4):
        self.C = np.random.normal(0, 0.4, (vocab_size, emb_dim))
        self.O = np.random.normal(0, 0.4, (emb_dim, vocab_size))

    def forward(self, contexts):
        # contexts: (batch, 2 * window) of word numbers
        self.contexts = contexts
        self.hidden = self.C[contexts].mean(axis=1)
        logits = self.hidden @ self.O
        logits = logits - logits.max(axis=1, keepdims=True)
        self.probs = np.exp(logits)
        self.probs /= self.probs.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, targets):
        picked = self.probs[np.arange(len(targets)), targets]
        return -np.log(picked).mean()

    def backward(self, targets):
        n = len(targets)
        dlogits = self.probs.copy()
        dlogits[np.arange(n), targets] -= 1
        dlogits /= n
        self.dO = self.hidden.T @ dlogits
        dhidden = dlogits @ self.O.T
        self.dC = np.zeros_like(self.C)
        for j in range(self.contexts.shape[1]):
            np.add.at(self.dC, self.contexts[:, j], dhidden)

    @property
    def params(self):
        return [self.C, self.O]

    @property
    def grads(self):
        return [self.dC, self.dO]

    def update(self, lr):
        for p, g in zip(self.params, self.grads):
            p -= lr * g


if __name__ == "__main__":
    np.random.seed(4)
    ids = np.random.randint(0, 9, 60)
    ctx = np.stack([ids[:-4], ids[1:-3], ids[3:-1], ids[4:]], axis=1)
    mid = ids[2:-2]
    model = CBOW()
    for it in range(100):
        model.forward(ctx)
        if it % 25 == 0:
            print(it, model.loss(mid))
        model.backward(mid)
        model.update(0.5)
