import numpy as np

sig = lambda v: 1 / (1 + np.exp(-v))


class LSTM:
    def __init__(self, n_x=2, n_a=3):
        self.n_x, self.n_a = n_x, n_a
        self.W = np.random.randn(4 * n_a, n_a + n_x) * 0.4
        self.b = np.zeros((4 * n_a, 1))
        self.b[:n_a] = 1.0          # forget gate open

    def forward(self, x):
        """x: (n_x, m, T_x) as in the course, returns all a of shape (n_a, m, T_x)"""
        n, (_, m, T) = self.n_a, x.shape
        a = c = np.zeros((n, m))
        self.x, self.caches, out = x, [], np.zeros((n, m, T))
        for t in range(T):
            concat = np.concatenate((a, x[:, :, t]))
            g = self.W @ concat + self.b
            f, i, o, cc = sig(g[:n]), sig(g[n:2 * n]), sig(g[2 * n:3 * n]), np.tanh(g[3 * n:])
            c_prev, c = c, f * c + i * cc
            a = o * np.tanh(c)
            out[:, :, t] = a
            self.caches.append((concat, f, i, o, cc, c_prev, c))
        return out

    def backward(self, da):
        n = self.n_a
        self.dW, self.db = np.zeros(self.W.shape), np.zeros(self.b.shape)
        dx = np.zeros(self.x.shape)
        da_next, dc_next = 0, 0
        for t in reversed(range(da.shape[2])):
            concat, f, i, o, cc, c_prev, c = self.caches[t]
            dh = da[:, :, t] + da_next
            th = np.tanh(c)
            dc = dc_next + dh * o * (1 - th ** 2)
            dg = np.concatenate((dc * c_prev * f * (1 - f), dc * cc * i * (1 - i),
                                 dh * th * o * (1 - o), dc * i * (1 - cc ** 2)))
            self.dW += dg @ concat.T
            self.db += dg.sum(axis=1, keepdims=True)
            dconcat = self.W.T @ dg
            da_next, dx[:, :, t] = dconcat[:n], dconcat[n:]
            dc_next = dc * f
        return dx
