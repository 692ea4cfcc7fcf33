"""LSTM for a numeric series. Last hidden state -> one number."""
import numpy as np


class Param:
    def __init__(self, value):
        self.v = value
        self.d = np.zeros_like(value)  # derivative
        self.m = np.zeros_like(value)  # for adagrad


def sig(x):
    return 1 / (1 + np.exp(-x))


class LstmNetwork:
    def __init__(self, n_in=2, n_hidden=5, n_out=1):
        n = n_in + n_hidden
        self.nh = n_hidden
        for name in "fiog":
            setattr(self, "W_" + name, Param(np.random.randn(n, n_hidden) / np.sqrt(n)))
            setattr(self, "b_" + name, Param(np.zeros(n_hidden)))
        self.W_y = Param(np.random.randn(n_hidden, n_out) / np.sqrt(n_hidden))
        self.b_y = Param(np.zeros(n_out))

    def params(self):
        return [p for p in vars(self).values() if isinstance(p, Param)]

    def forward(self, X):
        """X: (batch, time, features)"""
        B, T, _ = X.shape
        h, c = np.zeros((B, self.nh)), np.zeros((B, self.nh))
        self.tape = []
        for t in range(T):
            z = np.concatenate([X[:, t], h], axis=1)
            f = sig(z @ self.W_f.v + self.b_f.v)
            i = sig(z @ self.W_i.v + self.b_i.v)
            o = sig(z @ self.W_o.v + self.b_o.v)
            g = np.tanh(z @ self.W_g.v + self.b_g.v)
            c_old = c
            c = f * c_old + i * g
            h = o * np.tanh(c)
            self.tape.append((z, f, i, o, g, c_old, c))
        self.h = h
        return h @ self.W_y.v + self.b_y.v

    def backward(self, dy):
        for p in self.params():
            p.d[...] = 0
        self.W_y.d += self.h.T @ dy
        self.b_y.d += dy.sum(0)
        dh = dy @ self.W_y.v.T
        dc = np.zeros_like(dh)
        for z, f, i, o, g, c_old, c in reversed(self.tape):
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            da = {
                "o": dh * np.tanh(c) * o * (1 - o),
                "f": dc * c_old * f * (1 - f),
                "i": dc * g * i * (1 - i),
                "g": dc * i * (1 - g * g),
            }
            dz = 0
            for k, a in da.items():
                W, b = getattr(self, "W_" + k), getattr(self, "b_" + k)
                W.d += z.T @ a
                b.d += a.sum(0)
                dz = dz + a @ W.v.T
            dh = dz[:, -self.nh:]
            dc = dc * i

    def step(self, lr=0.1):
        for p in self.params():
            p.m += p.d ** 2
            p.v -= lr * p.d / np.sqrt(p.m + 1e-8)


if __name__ == "__main__":
    X = np.random.randn(20, 6, 2)
    y = X[:, :, 0].mean(1, keepdims=True)
    net = LstmNetwork()
    for epoch in range(60):
        out = net.forward(X)
        net.backward((out - y) / len(X))
        net.step()
        if epoch % 20 == 0:
            print(epoch, 0.5 * ((out - y) ** 2).mean())
