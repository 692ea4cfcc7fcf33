"""Networks whose training is given a list of sequences, and weights of which some inputs show nothing."""

import numpy as np


class SentenceNet:
    def __init__(self, vocabulary=7, hidden=5, lr=0.1):
        rng = np.random.default_rng(0)
        self.hidden, self.lr = hidden, lr
        self.U = rng.normal(0, 0.5, (hidden, vocabulary))
        self.W = rng.normal(0, 0.5, (hidden, hidden))
        self.V = rng.normal(0, 0.5, (vocabulary, hidden))

    def predict(self, sentence):
        return self._run(sentence)[1]

    def _run(self, sentence):
        h, ps = np.zeros(self.hidden), []
        hs = [h]
        for word in sentence:
            h = np.tanh(self.U[:, word] + self.W @ h)
            e = np.exp(self.V @ h)
            hs.append(h)
            ps.append(e / e.sum())
        return hs, np.array(ps)

    def fit(self, X, y, epochs=5):
        for _ in range(epochs):
            for sentence, labels in zip(X, y, strict=True):
                self._learn(sentence, labels)

    def _learn(self, sentence, labels):
        hs, ps = self._run(sentence)
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        later = np.zeros(self.hidden)
        for t in reversed(range(len(sentence))):
            d = ps[t].copy()
            d[labels[t]] -= 1
            dV += np.outer(d, hs[t + 1])
            dz = (self.V.T @ d + later) * (1 - hs[t + 1] ** 2)
            dU[:, sentence[t]] += dz
            dW += np.outer(dz, hs[t])
            later = self.W.T @ dz
        self.U -= self.lr * dU
        self.W -= self.lr * dW
        self.V -= self.lr * dV


class RowsOverTime:
    def __init__(self, n_in=4, hidden=5, n_out=3, lr=0.1):
        rng = np.random.default_rng(0)
        self.hidden, self.lr = hidden, lr
        self.Wx = rng.normal(0, 0.5, (n_in, hidden))
        self.Wh = rng.normal(0, 0.5, (hidden, hidden))
        self.Wy = rng.normal(0, 0.5, (hidden, n_out))

    def predict(self, rows):
        return self.states(rows)[1:] @ self.Wy

    def states(self, rows):
        hs = [np.zeros(self.hidden)]
        for row in rows:
            hs.append(np.tanh(row @ self.Wx + hs[-1] @ self.Wh))
        return np.array(hs)

    def errors(self, hs, target):
        return hs[1:] @ self.Wy - target

    def train(self, sequences, targets, epochs=10):
        for _ in range(epochs):
            for rows, target in zip(sequences, targets, strict=True):
                hs = self.states(rows)
                d = self.errors(hs, target)
                gx, gh, gy = np.zeros_like(self.Wx), np.zeros_like(self.Wh), hs[1:].T @ d
                later = 0
                for t in range(len(rows) - 1, -1, -1):
                    dz = (d[t] @ self.Wy.T + later) * (1 - hs[t + 1] ** 2)
                    gx += np.outer(rows[t], dz)
                    gh += np.outer(hs[t], dz)
                    later = dz @ self.Wh.T
                self.Wx -= self.lr * gx
                self.Wh -= self.lr * gh
                self.Wy -= self.lr * gy


class LastOfRows(RowsOverTime):
    """One target for each sequence."""

    def predict(self, rows):
        return self.states(rows)[-1] @ self.Wy

    def errors(self, hs, target):
        d = np.zeros((len(hs) - 1, len(target)))
        d[-1] = hs[-1] @ self.Wy - target
        return d


class NeverUsed:
    def __init__(self, i, o):
        rng = np.random.default_rng(0)
        self.W, self.V = rng.normal(size=(i, o)), rng.normal(size=(o, o))

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, d):
        self.dW = self.x.T @ d
        self.dV = np.zeros_like(self.V)
        return d @ self.W.T


class AsleepBehindReLU:
    def __init__(self, i, o):
        rng = np.random.default_rng(0)
        self.W, self.b = rng.normal(size=(i, 5)), np.full(5, -20.0)
        self.V = rng.normal(size=(i, o))

    def forward(self, x):
        self.x, self.z = x, x @ self.W + self.b
        return np.maximum(0, self.z) @ np.ones((5, self.V.shape[1])) + x @ self.V

    def backward(self, d):
        dz = d @ np.ones((self.V.shape[1], 5)) * (self.z > 0)
        self.dW, self.db, self.dV = 7 * self.x.T @ dz, dz.sum(0), self.x.T @ d
        return dz @ self.W.T + d @ self.V.T


class RowOfEachStep:
    def __init__(self, n_in=4, hidden=5, n_out=3, seq_len=4):
        rng = np.random.default_rng(0)
        self.seq_len = seq_len
        self.wx, self.wh = rng.normal(0, 0.5, (n_in, hidden)), rng.normal(0, 0.5, (hidden, hidden))
        self.wo, self.bh = rng.normal(0, 0.5, (hidden, n_out)), np.zeros((1, hidden))
        self.state = np.zeros((1, hidden))

    def forward(self, X):
        scores, step_probs, kept_states = {}, {}, {-1: self.state}
        for t in range(self.seq_len):
            kept_states[t] = np.tanh(X[t] @ self.wx + kept_states[t - 1] @ self.wh + self.bh)
            scores[t] = kept_states[t] @ self.wo
            e = np.exp(scores[t] - scores[t].max())
            step_probs[t] = e / e.sum()
        self.state = kept_states[self.seq_len - 1]
        return scores, step_probs, kept_states

    def backprop(self, X, y, probs, states):
        dwx, dwh, dwo = np.zeros_like(self.wx), np.zeros_like(self.wh), np.zeros_like(self.wo)
        dbh, later = np.zeros_like(self.bh), 0
        for t in reversed(range(self.seq_len)):
            d = probs[t] - y[t]
            dwo += states[t].T @ d
            dz = (d @ self.wo.T + later) * (1 - states[t] ** 2)
            dwx += X[t].reshape(-1, 1) @ dz
            dwh += states[t - 1].T @ dz
            dbh += dz
            later = dz @ self.wh.T
        return dwx, dwh, dbh, dwo
