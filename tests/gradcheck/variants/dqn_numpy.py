import numpy as np


class QNetwork:
    def __init__(self, state_dim=3, n_actions=2, hidden=6, lr=0.01, seed=0):
        rng = np.random.RandomState(seed)
        self.W1 = rng.randn(state_dim, hidden) * 0.5
        self.b1 = np.zeros(hidden)
        self.W2 = rng.randn(hidden, n_actions) * 0.5
        self.b2 = np.zeros(n_actions)
        self.lr = lr

    def forward(self, s):
        self.s = s
        self.a = np.maximum(0.0, s @ self.W1 + self.b1)
        self.q = self.a @ self.W2 + self.b2
        return self.q

    def loss(self, s, actions, targets):
        q = self.forward(s)
        td = q[np.arange(len(actions)), actions] - targets
        return np.mean(td ** 2)

    def backward(self, s, actions, targets):
        q = self.forward(s)
        n = len(actions)
        rows = np.arange(n)
        dq = np.zeros_like(q)
        dq[rows, actions] = 2.0 * (q[rows, actions] - targets) / n
        self.dW2 = self.a.T @ dq
        self.db2 = dq.sum(0)
        da = dq @ self.W2.T
        dz = da * (self.a > 0)
        self.dW1 = self.s.T @ dz
        self.db1 = dz.sum(0)

    def train(self, batch, target_net, gamma=0.99):
        s, a, r, s2, done = batch
        y = r + gamma * (1 - done) * target_net.forward(s2).max(axis=1)
        self.backward(s, a, y)
        for name in ("W1", "b1", "W2", "b2"):
            p = getattr(self, name)
            p -= self.lr * getattr(self, "d" + name)
