import numpy as np

sigmoid = lambda a: 1 / (1 + np.exp(-a))


class Highway:
    """Srivastava et al. 2015:  y = t * h + (1 - t) * x

    h = tanh(x Wh + bh)   candidate
    t = sigmoid(x Wt + bt)   transform gate
    """

    def __init__(self, size, bias_init=-1.0):
        self.Wh = np.random.randn(size, size) / np.sqrt(size)
        self.bh = np.zeros(size)
        self.Wt = np.random.randn(size, size) / np.sqrt(size)
        self.bt = np.full(size, bias_init)
        self.d = dict()

    def forward(self, x):
        h = np.tanh(x.dot(self.Wh) + self.bh)
        t = sigmoid(x.dot(self.Wt) + self.bt)
        self.ctx = (x, h, t)
        return t * h + (1 - t) * x

    def backward(self, dy):
        x, h, t = self.ctx
        dh = dy * t
        dt = dy * (h - x)
        dzh = dh * (1 - h ** 2)
        dzt = dt * t * (1 - t)
        self.d['Wh'] = x.T.dot(dzh)
        self.d['bh'] = dzh.sum(axis=0)
        self.d['Wt'] = x.T.dot(dzt)
        self.d['bt'] = dzt.sum(axis=0)
        dx = dzh.dot(self.Wh.T) + dzt.dot(self.Wt.T)
        return dx


if __name__ == '__main__':
    blocks = [Highway(4) for _ in range(3)]
    x = np.random.randn(6, 4)
    for b in blocks:
        x = b.forward(x)
    d = np.ones_like(x)
    for b in blocks[::-1]:
        d = b.backward(d)
    print('norm of input gradient', np.linalg.norm(d))
