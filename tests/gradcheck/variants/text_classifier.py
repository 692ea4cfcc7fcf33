# fastText-like bag of words classifier: embedding -> mean -> linear -> softmax
import numpy as np


class Embedding:
    def __init__(self, vocab_size, dim, rng):
        self.weight = rng.normal(0, 0.5, size=(vocab_size, dim))
        self.grad = np.zeros_like(self.weight)

    def forward(self, tokens):
        # tokens: (batch, length) of int
        self.tokens = tokens
        return self.weight[tokens]

    def backward(self, dout):
        self.grad = np.zeros_like(self.weight)
        self.grad[self.tokens] += dout


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.weight = rng.normal(0, 0.5, size=(n_in, n_out))
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, dout):
        self.dweight = self.x.T @ dout
        self.dbias = dout.sum(axis=0)
        return dout @ self.weight.T


class TextClassifier:
    def __init__(self, vocab_size=20, dim=6, n_classes=3, seed=0):
        rng = np.random.default_rng(seed)
        self.embedding = Embedding(vocab_size, dim, rng)
        self.linear = Linear(dim, n_classes, rng)

    def forward(self, tokens):
        vectors = self.embedding.forward(tokens)
        self.length = tokens.shape[1]
        scores = self.linear.forward(vectors.mean(axis=1))
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, tokens, labels):
        probs = self.forward(tokens)
        return -np.mean(np.log(probs[np.arange(len(labels)), labels]))

    def backward(self, labels):
        n = len(labels)
        dscores = self.probs.copy()
        dscores[np.arange(n), labels] -= 1
        dscores /= n
        dmean = self.linear.backward(dscores)
        dvectors = np.repeat(dmean[:, None, :], self.length, axis=1) / self.length
        self.embedding.backward(dvectors)

    def step(self, lr):
        self.embedding.weight -= lr * self.embedding.grad
        self.linear.weight -= lr * self.linear.dweight
        self.linear.bias -= lr * self.linear.dbias


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 20, size=(64, 10))
    labels = (tokens < 7).sum(axis=1) % 3
    model = TextClassifier()
    for epoch in range(100):
        loss = model.loss(tokens, labels)
        model.backward(labels)
        model.step(0.5)
        if epoch % 20 == 0:
            print(epoch, round(loss, 4))
