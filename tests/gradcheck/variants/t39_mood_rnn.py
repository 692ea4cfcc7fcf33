"""Is a short sentence happy or sad? Vanilla RNN, many to one."""
import numpy as np


class MoodRNN:
    def __init__(self, vocab=10, hidden=6, classes=2):
        r = np.random.RandomState(11)
        self.weights = dict(
            xh=r.randn(hidden, vocab) * 0.3,
            hh=r.randn(hidden, hidden) * 0.3,
            hy=r.randn(classes, hidden) * 0.3,
        )
        self.biases = dict(h=np.zeros(hidden), y=np.zeros(classes))

    def forward(self, words):
        """words: list of ints -> probabilities"""
        w, b = self.weights, self.biases
        h = np.zeros_like(b["h"])
        self.words, self.states = words, [h]
        for word in words:
            h = np.tanh(w["xh"][:, word] + w["hh"] @ h + b["h"])
            self.states.append(h)
        s = w["hy"] @ h + b["y"]
        e = np.exp(s - s.max())
        self.probs = e / e.sum()
        return self.probs

    def loss(self, words, mood):
        return -np.log(self.forward(words)[mood])

    def backprop(self, mood):
        d_s = self.probs.copy()
        d_s[mood] -= 1
        d_w = {k: np.zeros_like(v) for k, v in self.weights.items()}
        d_b = {"h": np.zeros_like(self.biases["h"]), "y": d_s}
        d_w["hy"] += np.outer(d_s, self.states[-1])
        d_h = self.weights["hy"].T @ d_s
        for t in range(len(self.words), 0, -1):
            d_pre = d_h * (1 - self.states[t] ** 2)
            d_b["h"] += d_pre
            d_w["hh"] += np.outer(d_pre, self.states[t - 1])
            d_w["xh"][:, self.words[t - 1]] += d_pre
            d_h = self.weights["hh"].T @ d_pre
        return d_w, d_b

    def learn(self, mood, rate=0.1):
        d_w, d_b = self.backprop(mood)
        for k in d_w:
            self.weights[k] -= rate * d_w[k]
        for k in d_b:
            self.biases[k] -= rate * d_b[k]


SENTENCES = [("i am happy", 1), ("i am sad", 0), ("not happy at all", 0), ("not sad", 1), ("am i good", 1)]

if __name__ == "__main__":
    words = sorted({w for s, _ in SENTENCES for w in s.split()})
    ix = {w: i for i, w in enumerate(words)}
    net = MoodRNN(vocab=len(words))
    for epoch in range(101):
        total = 0
        for s, mood in SENTENCES:
            total += net.loss([ix[w] for w in s.split()], mood)
            net.learn(mood)
        if epoch % 50 == 0:
            print(epoch, total / len(SENTENCES))
