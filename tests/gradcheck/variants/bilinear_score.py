import numpy as np

"""Bilinear similarity  s_i = q_i^T A d_i + b   (for question/document matching)"""


class Bilinear:
    def __init__(self, dim):
        self.A = np.random.normal(size=(dim, dim))
        self.b = np.zeros(1)
        self.grads = {}

    def __call__(self, q, d):
        # q, d : (n, dim)
        self.q, self.d = q, d
        tmp = d @ self.A.T
        self.tmp = tmp
        return (q * tmp).sum(1) + self.b        # (n,)

    def grad(self, ds):
        """ds: (n,), gradient of the loss w.r.t. the scores"""
        w = ds.reshape(-1, 1)
        self.grads['A'] = (w * self.q).T @ self.d
        self.grads['b'] = np.array([ds.sum()])
        dq = w * self.tmp
        dd = w * (self.q @ self.A.T)
        return dq, dd


def pairs(n, dim):
    q = np.random.normal(size=(n, dim))
    return q, q + 0.1 * np.random.normal(size=(n, dim))


if __name__ == '__main__':
    layer = Bilinear(4)
    q, d = pairs(8, 4)
    t = np.ones(8)
    for k in range(20):
        s = layer(q, d)
        layer.grad((s - t) / 8)
        layer.A -= 0.05 * layer.grads['A']
        layer.b -= 0.05 * layer.grads['b']
    print("final scores:", np.round(s, 2))
