# many-to-one RNN (last hidden state is read out), batch of sequences (N, T, D)
import numpy as np


class ManyToOneRNN:
    def __init__(self, D=2, H=4, O=1, seed=1):
        r = np.random.RandomState(seed)
        self.U = r.randn(D, H) * .6
        self.W = r.randn(H, H) * .6
        self.b = np.zeros(H)
        self.V = r.randn(H, O)
        self.c = np.zeros(O)

    def forward(self, x):
        N, T, _ = x.shape
        self.x = x
        self.s = np.zeros((N, T + 1, self.W.shape[0]))
        # s[:, -1] stays zero = initial state
        for t in range(T):
            self.s[:, t] = np.tanh(x[:, t] @ self.U + self.s[:, t - 1] @ self.W + self.b)
        return self.s[:, T - 1] @ self.V + self.c

    def loss(self, x, y):
        o = self.forward(x)
        return ((o - y) ** 2).sum() / (2 * len(y))

    def bptt(self, x, y):
        o = self.forward(x)
        T = x.shape[1]
        do = (o - y) / len(y)
        dV = self.s[:, T - 1].T @ do
        dc = do.sum(0)
        dU, dW, db = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.b)
        ds = do @ self.V.T
        for t in np.arange(T)[::-1]:
            da = ds * (1 - self.s[:, t] ** 2)
            dU += x[:, t].T @ da
            dW += self.s[:, t].T @ da
            db += da.sum(0)
            ds = da @ self.W.T
        return dU, dW, db, dV, dc


if __name__ == '__main__':
    x = np.random.randn(16, 6, 2)
    y = x.sum(axis=(1, 2)).reshape(-1, 1)
    net = ManyToOneRNN()
    for it in range(50):
        for p, g in zip((net.U, net.W, net.b, net.V, net.c), net.bptt(x, y)):
            p -= 0.02 * g
    print(net.loss(x, y))
