import numpy as np

# Elman network, one sequence, prediction of the next value at every step


class Elman:
    def __init__(self, n_in=1, n_hid=4, n_out=1):
        rng = np.random.RandomState(6)
        self.Wi = rng.normal(0, .7, (n_hid, n_in))
        self.Wr = rng.normal(0, .5, (n_hid, n_hid))
        self.Wo = rng.normal(0, .7, (n_out, n_hid))

    def run(self, seq):
        """seq: (T, n_in)"""
        context = np.zeros(len(self.Wr))
        self.states = [context.copy()]
        outputs = []
        for u in seq:
            context[:] = np.tanh(self.Wi @ u + self.Wr @ context)
            outputs.append(self.Wo @ context)
            self.states.append(context)
        return np.array(outputs)

    def error(self, seq, target):
        return 0.5 * np.sum((self.run(seq) - target) ** 2)

    def gradient(self, seq, target):
        out = self.run(seq)
        e = out - target
        gi, gr, go = (np.zeros_like(w) for w in (self.Wi, self.Wr, self.Wo))
        carry = np.zeros(len(self.Wr))
        for t in range(len(seq) - 1, -1, -1):
            h, h_prev = self.states[t + 1], self.states[t]
            go += np.outer(e[t], h)
            d = (self.Wo.T @ e[t] + carry) * (1 - h * h)
            gi += np.outer(d, seq[t])
            gr += np.outer(d, h_prev)
            carry = self.Wr.T @ d
        return gi, gr, go


if __name__ == '__main__':
    s = np.sin(0.5 * np.arange(20)).reshape(-1, 1)
    net = Elman()
    for k in range(200):
        gi, gr, go = net.gradient(s[:-1], s[1:])
        net.Wi -= 0.02 * gi
        net.Wr -= 0.02 * gr
        net.Wo -= 0.02 * go
    print('error', net.error(s[:-1], s[1:]))
