import numpy as np


class Softmax:
    """full Jacobian, no tricks"""

    def forward(self, x):
        e = np.exp(x)
        self.y = e / e.sum(axis=1, keepdims=True)
        return self.y

    def backward(self, dy):
        dx = np.zeros_like(dy)
        for i in range(len(dy)):
            yi = self.y[i].reshape(-1, 1)
            jac = np.diagflat(yi) - yi @ yi.T
            dx[i] = jac @ dy[i]
        return dx


class CrossEntropy:
    """targets one-hot; mean over the batch"""

    def forward(self, y, t):
        self.y, self.t = y, t
        return -np.sum(t * np.log(y)) / y.shape[0]

    def backward(self):
        return -self.t / self.y / self.y.shape[0]


class Linear:
    def __init__(self, i, o):
        self.W, self.b = np.random.randn(i, o) * 0.1, np.zeros(o)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dy):
        self.dW, self.db = self.x.T @ dy, dy.sum(0)
        return dy @ self.W.T


if __name__ == '__main__':
    lin, sm, ce = Linear(2, 3), Softmax(), CrossEntropy()
    x = np.random.randn(30, 2)
    t = np.eye(3)[(x[:, 0] > 0).astype(int) + (x[:, 1] > 0)]
    for i in range(200):
        loss = ce.forward(sm.forward(lin.forward(x)), t)
        lin.backward(sm.backward(ce.backward()))
        lin.W -= 0.5 * lin.dW
        lin.b -= 0.5 * lin.db
    print('loss', loss)
