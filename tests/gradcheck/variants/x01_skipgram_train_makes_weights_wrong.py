import numpy as np
from collections import defaultdict


class Word2Vec:
    """skip-gram, full softmax. Follows the well known "Word2vec from scratch" post, but tidied."""

    def __init__(self, settings):
        self.n = settings["n"]
        self.eta = settings["learning_rate"]
        self.epochs = settings["epochs"]
        self.window = settings["window_size"]

    def generate_training_data(self, corpus):
        words = sorted({w for s in corpus for w in s})
        self.v_count = len(words)
        self.word_index = {w: i for i, w in enumerate(words)}
        data = []
        for sentence in corpus:
            for i, w in enumerate(sentence):
                context = [self.onehot(sentence[j]) for j in range(i - self.window, i + self.window + 1)
                           if j != i and 0 <= j < len(sentence)]
                data.append((self.onehot(w), context))
        return data

    def onehot(self, word):
        v = np.zeros(self.v_count)
        v[self.word_index[word]] = 1
        return v

    def softmax(self, x):
        e = np.exp(x - np.max(x))
        return e / e.sum()

    def forward_pass(self, x):
        h = np.dot(self.w1.T, x)
        u = np.dot(self.w2.T, h)
        return self.softmax(u), h, u

    def backprop(self, e, h, x):
        dl_dw2 = np.outer(h, e)
        dl_dw1 = np.outer(x, np.dot(self.w2, e.T))
        self.w1 = self.w1 - self.eta * dl_dw1
        self.w2 = self.w2 - self.eta * dl_dw2

    def train(self, training_data):
        rng = np.random.default_rng(3)
        self.w1 = rng.uniform(-1, 1, (self.v_count, self.n))
        self.w2 = rng.uniform(-1, 1, (self.n, self.v_count))
        for i in range(self.epochs):
            self.loss = 0
            for w_t, w_c in training_data:
                y_pred, h, u = self.forward_pass(w_t)
                EI = np.sum([word - y_pred for word in w_c], axis=0)
                self.loss += -sum(u[np.argmax(word)] for word in w_c) \
                    + len(w_c) * np.log(np.sum(np.exp(u)))
                self.backprop(EI, h, w_t)
            if i % 10 == 0:
                print("epoch", i, "loss", round(float(self.loss), 3))


if __name__ == "__main__":
    corpus = [t.split() for t in ("the fox jumps over the lazy dog", "the dog sleeps all day")]
    w2v = Word2Vec({"n": 5, "learning_rate": 0.05, "epochs": 31, "window_size": 2})
    w2v.train(w2v.generate_training_data(corpus))
