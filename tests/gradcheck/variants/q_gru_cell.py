import numpy as np


class GRUCell(object):
    """GRU Cell class."""

    def __init__(self, input_size, hidden_size):
        self.d = input_size
        self.h = hidden_size
        h, d = self.h, self.d

        self.Wrx, self.Wzx, self.Wnx = (np.random.randn(h, d) * 0.5 for _ in range(3))
        self.Wrh, self.Wzh, self.Wnh = (np.random.randn(h, h) * 0.5 for _ in range(3))
        self.brx, self.bzx, self.bnx = (np.random.randn(h) * 0.5 for _ in range(3))
        self.brh, self.bzh, self.bnh = (np.random.randn(h) * 0.5 for _ in range(3))
        self.zero_grad()

    def zero_grad(self):
        for name in ("Wrx", "Wzx", "Wnx", "Wrh", "Wzh", "Wnh",
                     "brx", "bzx", "bnx", "brh", "bzh", "bnh"):
            setattr(self, "d" + name, np.zeros_like(getattr(self, name)))

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def forward(self, x, h_prev_t):
        """x: (input_dim), h_prev_t: (hidden_dim); returns h_t: (hidden_dim)"""
        self.x = x
        self.hidden = h_prev_t

        self.r = self.sigmoid(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = self.sigmoid(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.n_h = self.Wnh @ h_prev_t + self.bnh
        self.n = np.tanh(self.Wnx @ x + self.bnx + self.r * self.n_h)
        h_t = (1 - self.z) * self.n + self.z * h_prev_t
        return h_t

    def backward(self, delta):
        """delta: (hidden_dim), gradient wrt h_t; returns dx, dh_prev_t"""
        dz = delta * (self.hidden - self.n)
        dn = delta * (1 - self.z)

        dn_pre = dn * (1 - self.n ** 2)
        dr = dn_pre * self.n_h
        dz_pre = dz * self.z * (1 - self.z)
        dr_pre = dr * self.r * (1 - self.r)

        self.dWnx += np.outer(dn_pre, self.x)
        self.dbnx += dn_pre
        self.dWnh += np.outer(dn_pre * self.r, self.hidden)
        self.dbnh += dn_pre

        self.dWzx += np.outer(dz_pre, self.x)
        self.dbzx += dz_pre
        self.dWzh += np.outer(dz_pre, self.hidden)
        self.dbzh += dz_pre

        self.dWrx += np.outer(dr_pre, self.x)
        self.dbrx += dr_pre
        self.dWrh += np.outer(dr_pre, self.hidden)
        self.dbrh += dr_pre

        dx = self.Wnx.T @ dn_pre + self.Wzx.T @ dz_pre + self.Wrx.T @ dr_pre
        dh_prev_t = delta * self.z
        dh_prev_t = dh_prev_t + self.Wnh.T @ (dn_pre * self.r)
        dh_prev_t = dh_prev_t + self.Wzh.T @ dz_pre + self.Wrh.T @ dr_pre
        return dx, dh_prev_t
