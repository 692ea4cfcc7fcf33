"""Character level language model, vanilla recurrent net, in the spirit of the famous 100 lines."""
import numpy as np


class CharModel:
    def __init__(self, vocab_size=5, hidden_size=4):
        self.V, self.H = vocab_size, hidden_size
        self.Wxh = np.random.randn(hidden_size, vocab_size) * 0.5
        self.Whh = np.random.randn(hidden_size, hidden_size) * 0.5
        self.Why = np.random.randn(vocab_size, hidden_size) * 0.5
        self.bh = np.zeros((hidden_size, 1))
        self.by = np.zeros((vocab_size, 1))

    def loss_and_grads(self, inputs, targets, hprev=None):
        xs, hs, ps = {}, {}, {}
        hs[-1] = np.zeros((self.H, 1)) if hprev is None else np.copy(hprev)
        loss = 0
        for t in range(len(inputs)):
            xs[t] = np.zeros((self.V, 1))
            xs[t][inputs[t]] = 1
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t - 1] + self.bh)
            y = self.Why @ hs[t] + self.by
            ps[t] = np.exp(y) / np.sum(np.exp(y))
            loss += -np.log(ps[t][targets[t], 0])
        g = {k: np.zeros_like(getattr(self, k)) for k in ("Wxh", "Whh", "Why", "bh", "by")}
        dhnext = np.zeros_like(hs[0])
        for t in reversed(range(len(inputs))):
            dy = np.copy(ps[t])
            dy[targets[t]] -= 1
            g["Why"] += dy @ hs[t].T
            g["by"] += dy
            dh = self.Why.T @ dy + dhnext
            dhraw = (1 - hs[t] * hs[t]) * dh
            g["bh"] += dhraw
            g["Wxh"] += dhraw @ xs[t].T
            g["Whh"] += dhraw @ hs[t - 1].T
            dhnext = self.Whh @ dhraw
        return loss, g, hs[len(inputs) - 1]
