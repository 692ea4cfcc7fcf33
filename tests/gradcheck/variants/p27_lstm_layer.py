"""LSTM over a whole sequence, input (T, N, D); gives all hidden states (T, N, H)."""
import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class LSTM:
    def __init__(self, n_in=2, n_hidden=3):
        self.H = n_hidden
        self.W = np.random.randn(n_in + n_hidden, 4 * n_hidden) * 0.4
        self.b = np.zeros(4 * n_hidden)

    def forward(self, xs):
        T, N, _ = xs.shape
        self.xs, self.steps = xs, []
        h, c = np.zeros((N, self.H)), np.zeros((N, self.H))
        out = []
        for t in range(T):
            inp = np.concatenate([xs[t], h], axis=1)
            zi, zf, zo, zg = np.split(inp @ self.W + self.b, 4, axis=1)
            i, f, o, g = sigmoid(zi), sigmoid(zf), sigmoid(zo), np.tanh(zg)
            c_old, c = c, f * c + i * g
            h = o * np.tanh(c)
            self.steps.append((inp, i, f, o, g, c_old, c))
            out.append(h)
        return np.stack(out)

    def backward(self, dout):
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)
        dxs = np.zeros_like(self.xs)
        dh_next, dc_next = np.zeros_like(dout[0]), np.zeros_like(dout[0])
        for t in reversed(range(len(self.steps))):
            inp, i, f, o, g, c_old, c = self.steps[t]
            dh = dout[t] + dh_next
            tc = np.tanh(c)
            dc = dc_next + dh * o * (1 - tc ** 2)
            dzo = dh * tc * o * (1 - o)
            dzf = dc * c * f * (1 - f)
            dzi = dc * g * i * (1 - i)
            dzg = dc * i * (1 - g ** 2)
            dz = np.concatenate([dzi, dzf, dzo, dzg], axis=1)
            self.dW += inp.T @ dz
            self.db += dz.sum(axis=0)
            d_inp = dz @ self.W.T
            dxs[t], dh_next = d_inp[:, :-self.H], d_inp[:, -self.H:]
            dc_next = dc * f
        return dxs
