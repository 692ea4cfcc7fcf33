import numpy as np


class CrossNetwork:
    """
    Cross part of "Deep & Cross" (ranking):
        x_{l+1} = x_0 * (x_l . w_l) + b_l + x_l
    x : (n, d), one weight vector per layer
    """

    def __init__(self, d=4, n_layers=3):
        rng = np.random.default_rng(2)
        self.w = [rng.normal(0, 0.4, d) for _ in range(n_layers)]
        self.b = [rng.normal(0, 0.1, d) for _ in range(n_layers)]
        self.d = d
        self.dw = []
        self.db = []

    def zero_grad(self):
        L = len(self.w)
        self.dw = [np.zeros(self.d)] * L
        self.db = [np.zeros(self.d) for _ in range(L)]

    def forward(self, x0):
        self.xs = [x0]
        for w, b in zip(self.w, self.b):
            xl = self.xs[-1]
            self.xs.append(x0 * (xl @ w)[:, None] + b + xl)
        return self.xs[-1]

    def backward(self, dout):
        self.zero_grad()
        x0 = self.xs[0]
        dx0 = np.zeros_like(x0)
        dx = dout
        for l in reversed(range(len(self.w))):
            xl = self.xs[l]
            ds = np.sum(dx * x0, axis=1)
            self.dw[l] += xl.T @ ds
            self.db[l] += dx.sum(axis=0)
            dx0 += dx * (xl @ self.w[l])[:, None]
            dx = dx + ds[:, None] * self.w[l]
        return dx + dx0


if __name__ == '__main__':
    net = CrossNetwork()
    x = np.random.randn(6, 4)
    y = net.forward(x)
    net.backward(np.ones_like(y))
    print([round(float(np.linalg.norm(g)), 4) for g in net.dw + net.db])
