import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class LSTM:
    """LSTM for sequence labelling. One big weight matrix for the four gates,
    order: input, forget, output, candidate. x_t are column vectors."""

    def __init__(self, D, H, C, seed=0):
        rng = np.random.default_rng(seed)
        self.D, self.H, self.C = D, H, C
        self.W = rng.standard_normal((4 * H, D + H)) / np.sqrt(D + H)
        self.b = np.zeros((4 * H, 1))
        self.b[H:2 * H] = 1.0          # forget bias
        self.V = rng.standard_normal((C, H)) / np.sqrt(H)
        self.c = np.zeros((C, 1))

    def step(self, x, h_prev, c_prev):
        H = self.H
        X = np.vstack((x, h_prev))
        z = self.W @ X + self.b
        i, f, o = sigmoid(z[:H]), sigmoid(z[H:2 * H]), sigmoid(z[2 * H:3 * H])
        g = np.tanh(z[3 * H:])
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        return h, c, (X, i, f, o, g, c_prev, tc)

    def forward(self, xs, targets):
        h = np.zeros((self.H, 1))
        c = np.zeros((self.H, 1))
        self.cache, self.hs, self.probs = [], [], []
        self.targets = targets
        loss = 0.0
        for x, t in zip(xs, targets):
            h, c, cache = self.step(x, h, c)
            s = self.V @ h + self.c
            p = np.exp(s - s.max())
            p /= p.sum()
            loss -= np.log(p[t, 0])
            self.cache.append(cache)
            self.hs.append(h)
            self.probs.append(p)
        return loss / len(xs)

    def backward(self):
        T, H = len(self.hs), self.H
        dW, db = np.zeros_like(self.W), np.zeros_like(self.b)
        dV, dc_out = np.zeros_like(self.V), np.zeros_like(self.c)
        dh_next = np.zeros((H, 1))
        dc_next = np.zeros((H, 1))
        for t in range(T - 1, -1, -1):
            X, i, f, o, g, c_prev, tc = self.cache[t]
            ds = self.probs[t].copy()
            ds[self.targets[t]] -= 1
            ds /= T
            dV += ds @ self.hs[t].T
            dc_out += ds

            dh = self.V.T @ ds + dh_next
            do = dh * tc
            dc = dc_next + dh * o * (1 - tc ** 2)
            di = dc * g
            dg = dc * i
            df = dc * c_prev
            dc_next = dc * f

            dz = np.vstack((di * i * (1 - i),
                            df * f * (1 - f),
                            do * o * (1 - o),
                            dg * (1 - g ** 2)))
            dW += dz @ X.T
            db += dz
            dh_next = (self.W.T @ dz)[self.D:]
        return {"W": dW, "b": db, "V": dV, "c": dc_out}

    def sgd(self, grads, lr):
        for name, g in grads.items():
            getattr(self, name)[...] -= lr * g


if __name__ == "__main__":
    # task: was the last but one input positive?
    rng = np.random.default_rng(1)
    net = LSTM(1, 8, 2)
    for it in range(600):
        seq = rng.choice([-1.0, 1.0], size=8)
        labels = [0] + [int(v > 0) for v in seq[:-1]]
        loss = net.forward([np.array([[v]]) for v in seq], labels)
        net.sgd(net.backward(), 0.5)
        if it % 100 == 0:
            print(it, loss)
