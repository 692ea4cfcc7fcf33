import numpy as np
from collections import Counter


class CBOW:
    """Continuous bag of words with the full softmax, one example at a time."""

    def __init__(self, vocab_size, embed_dim=10, window=2, lr=0.05):
        self.V = vocab_size
        self.window = window
        self.lr = lr
        self.W_in = np.random.uniform(-0.5, 0.5, (vocab_size, embed_dim))
        self.W_out = np.random.uniform(-0.5, 0.5, (embed_dim, vocab_size))

    def forward(self, context):
        self.context = context
        self.h = np.mean(self.W_in[context], axis=0)
        u = self.h @ self.W_out
        e = np.exp(u - np.max(u))
        self.y_pred = e / e.sum()
        return self.y_pred

    def loss(self, target):
        return -np.log(self.y_pred[target])

    def backward(self, target):
        e = self.y_pred.copy()
        e[target] -= 1

        dW_out = np.outer(self.h, e)
        dh = self.W_out @ e
        dW_in = np.zeros_like(self.W_in)
        for w in self.context:
            dW_in[w] += dh
        return dW_in, dW_out

    def train(self, corpus, epochs=20):
        for epoch in range(epochs):
            total = 0
            for i, target in enumerate(corpus):
                left = corpus[max(0, i - self.window):i]
                right = corpus[i + 1:i + 1 + self.window]
                self.forward(left + right)
                total += self.loss(target)
                dW_in, dW_out = self.backward(target)
                self.W_in -= self.lr * dW_in
                self.W_out -= self.lr * dW_out
            if epoch % 5 == 0:
                print('Epoch: %d  Loss: %.4f' % (epoch, total / len(corpus)))

    def most_similar(self, w, top_n=3):
        norm = np.linalg.norm(self.W_in, axis=1)
        sims = self.W_in @ self.W_in[w] / (norm * norm[w])
        return np.argsort(-sims)[1:top_n + 1]


if __name__ == '__main__':
    np.random.seed(42)
    text = "we are about to study the idea of a computational process computational processes are " \
           "abstract beings that inhabit computers as they evolve processes manipulate other abstract things called data"
    tokens = text.split()
    vocab = [w for w, _ in Counter(tokens).most_common()]
    word2id = {w: i for i, w in enumerate(vocab)}
    model = CBOW(len(vocab))
    model.train([word2id[t] for t in tokens])
    print([vocab[i] for i in model.most_similar(word2id['process'])])
