import numpy as np

# XOR with a 2-3-1 net.  train() does forward, backward and the update in one go


class XorNet:
    lr = 0.5

    def __init__(self, hidden=3):
        rs = np.random.RandomState(7)
        self.w_ih = rs.uniform(-1, 1, (2, hidden))
        self.b_h = rs.uniform(-1, 1, hidden)
        self.w_ho = rs.uniform(-1, 1, (hidden, 1))
        self.b_o = rs.uniform(-1, 1, 1)

    @staticmethod
    def sig(v):
        return 1 / (1 + np.exp(-v))

    def query(self, x):
        self.h = self.sig(x @ self.w_ih + self.b_h)
        return self.sig(self.h @ self.w_ho + self.b_o)

    def loss(self, x, y):
        return 0.5 * ((self.query(x) - y) ** 2).sum()

    def train(self, x, y):
        o = self.query(x)
        e = 0.5 * ((o - y) ** 2).sum()
        d_o = (o - y) * o * (1 - o)
        grad_ho = self.h.T @ d_o
        self.w_ho = self.w_ho - self.lr * grad_ho
        self.b_o = self.b_o - self.lr * d_o.sum(0)
        d_h = (d_o @ self.w_ho.T) * self.h * (1 - self.h)
        grad_ih = x.T @ d_h
        self.w_ih = self.w_ih - self.lr * grad_ih
        self.b_h = self.b_h - self.lr * d_h.sum(0)
        return e


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
Y = np.array([[0], [1], [1], [0]], float)

if __name__ == '__main__':
    net = XorNet()
    for ep in range(2000):
        e = net.train(X, Y)
        if ep % 500 == 0:
            print('epoch', ep, 'error', e)
    print(net.query(X))
