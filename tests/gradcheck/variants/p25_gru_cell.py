"""One step of a gated recurrent unit (weights act on the concatenation of h and x)."""
import numpy as np


def sigm(a):
    return 1 / (1 + np.exp(-a))


class GRUCell:
    def __init__(self, n_x=3, n_h=4):
        s = 1 / np.sqrt(n_x + n_h)
        self.Wz = np.random.uniform(-s, s, (n_h + n_x, n_h))
        self.Wr = np.random.uniform(-s, s, (n_h + n_x, n_h))
        self.Wn = np.random.uniform(-s, s, (n_h + n_x, n_h))
        self.bz, self.br, self.bn = np.zeros(n_h), np.zeros(n_h), np.zeros(n_h)
        self.n_h = n_h

    def forward(self, x, h_prev):
        self.h_prev = h_prev
        self.hx = np.hstack([h_prev, x])
        self.z = sigm(self.hx @ self.Wz + self.bz)
        self.r = sigm(self.hx @ self.Wr + self.br)
        self.rhx = np.hstack([self.r * h_prev, x])
        self.n = np.tanh(self.rhx @ self.Wn + self.bn)
        return (1 - self.z) * self.n + self.z * h_prev

    def backward(self, dh):
        dn = dh * (1 - self.z) * (1 - self.n ** 2)
        dz = dh * (self.h_prev - self.n) * self.z * (1 - self.z)
        d_rhx = dn @ self.Wn.T
        d_rh = d_rhx[:, :self.n_h]
        dr = d_rh * self.h_prev * self.r * (1 - self.r)
        d_hx = dz @ self.Wz.T + dr @ self.Wr.T
        dh_prev = dh * self.z + d_hx[:, :self.n_h]
        dx = d_hx[:, self.n_h:] + d_rhx[:, self.n_h:]
        self.grads = {
            "Wz": self.hx.T @ dz, "bz": dz.sum(0),
            "Wr": self.hx.T @ dr, "br": dr.sum(0),
            "Wn": self.rhx.T @ dn, "bn": dn.sum(0),
        }
        return dx, dh_prev
