from types import SimpleNamespace

import numpy as np


class MaxoutNet:
    """Maxout hidden layer (k linear pieces for each unit) and a logistic output for 0/1 targets."""

    def __init__(self, n_in=4, n_hidden=5, pieces=3, seed=0):
        rng = np.random.default_rng(seed)
        self.V = rng.normal(size=(n_in, n_hidden, pieces)) * 0.5
        self.c = rng.normal(size=(n_hidden, pieces)) * 0.1
        self.w = rng.normal(size=n_hidden) * 0.5
        self.a = 0.0 * rng.normal(size=1)

    def forward(self, X, t):
        Z = np.einsum("ni,ihk->nhk", X, self.V) + self.c
        winner = Z.argmax(axis=2)
        H = Z.max(axis=2)
        logit = H @ self.w + self.a
        loss = np.mean(np.logaddexp(0, logit) - t * logit)
        self.mem = SimpleNamespace(X=X, t=t, H=H, winner=winner, logit=logit)
        return SimpleNamespace(loss=loss, prob=1 / (1 + np.exp(-logit)), hidden=H)

    def backward(self):
        m = self.mem
        d = (1 / (1 + np.exp(-m.logit)) - m.t) / len(m.t)
        dH = d[:, None] * self.w
        route = np.eye(self.c.shape[1])[m.winner]
        dZ = dH[:, :, None] * route
        return SimpleNamespace(
            V=np.einsum("ni,nhk->ihk", m.X, dZ),
            c=dZ.sum(axis=0),
            w=m.H.T @ d,
            a=d.sum(keepdims=True),
        )

    def step(self, lr=0.5):
        g = self.backward()
        for name, value in vars(g).items():
            setattr(self, name, getattr(self, name) - lr * value)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(100, 4))
    t = (np.linalg.norm(X, axis=1) < 1.9).astype(float)
    net = MaxoutNet()
    for i in range(200):
        out = net.forward(X, t)
        net.step()
    print("loss", out.loss, "acc", np.mean((out.prob > 0.5) == t))
