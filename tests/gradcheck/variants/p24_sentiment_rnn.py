"""Many-to-one recurrent net: reads a sentence of word vectors (T, D), says happy (1) or sad (0)."""
import numpy as np


class SentimentRNN:
    def __init__(self, dim=3, hidden=4):
        self.W_xh = np.random.randn(dim, hidden) * 0.6
        self.W_hh = np.random.randn(hidden, hidden) * 0.6
        self.b_h = np.zeros(hidden)
        self.w_y = np.random.randn(hidden)
        self.b_y = np.zeros(1)

    def forward(self, sentence):
        self.sentence = sentence
        self.states = [np.zeros(len(self.b_h))]
        for word in sentence:
            self.states.append(np.tanh(word @ self.W_xh + self.states[-1] @ self.W_hh + self.b_h))
        score = self.states[-1] @ self.w_y + self.b_y[0]
        self.p = 1 / (1 + np.exp(-score))
        return self.p

    def loss(self, p, label):
        return -(label * np.log(p) + (1 - label) * np.log(1 - p))

    def backward(self, label):
        d_score = self.p - label
        grads = {
            "w_y": d_score * self.states[-1],
            "b_y": np.array([d_score]),
            "W_xh": np.zeros_like(self.W_xh),
            "W_hh": np.zeros_like(self.W_hh),
            "b_h": np.zeros_like(self.b_h),
        }
        dh = d_score * self.w_y
        for t in range(len(self.sentence), 0, -1):
            da = dh * (1 - self.states[t] ** 2)
            grads["W_xh"] += np.outer(self.sentence[t - 1], da)
            grads["W_hh"] += np.outer(self.states[t - 1], da)
            grads["b_h"] = da
            dh = self.W_hh @ da
        return grads
