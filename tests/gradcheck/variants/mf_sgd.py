import numpy as np


class MatrixFactorization:
    """Funk-SVD.

    For one rating r_ui we minimise
        1/2 (r - mu - b_u - b_i - p_u.q_i)^2 + reg/2 (b_u^2 + b_i^2 + |p_u|^2 + |q_i|^2)
    """

    def __init__(self, n_users, n_items, k=4, lr=0.02, reg=0.05, mu=3.5, seed=0):
        rng = np.random.default_rng(seed)
        self.P = rng.normal(0, 0.3, (n_users, k))
        self.Q = rng.normal(0, 0.3, (n_items, k))
        self.bu = np.zeros(n_users)
        self.bi = np.zeros(n_items)
        self.lr, self.reg, self.mu = lr, reg, mu

    def predict(self, u, i):
        return self.mu + self.bu[u] + self.bi[i] + self.P[u] @ self.Q[i]

    def loss(self, u, i, r):
        e = r - self.predict(u, i)
        w = self.bu[u] ** 2 + self.bi[i] ** 2 + self.P[u] @ self.P[u] + self.Q[i] @ self.Q[i]
        return 0.5 * e ** 2 + 0.5 * self.reg * w

    def sgd_step(self, u, i, r):
        e = r - self.predict(u, i)
        self.bu[u] += self.lr * (e - self.reg * self.bu[u])
        self.bi[i] += self.lr * (e - self.reg * self.bi[i])
        pu = self.P[u]
        self.P[u] += self.lr * (e * self.Q[i] - self.reg * self.P[u])
        self.Q[i] += self.lr * (e * pu - self.reg * self.Q[i])

    def fit(self, ratings, epochs=10):
        for ep in range(epochs):
            total = 0.0
            for u, i, r in ratings:
                total += self.loss(u, i, r)
                self.sgd_step(u, i, r)
            print("epoch %d loss %.4f" % (ep, total))


if __name__ == "__main__":
    data = [(0, 0, 5), (0, 1, 3), (1, 0, 4), (1, 2, 1), (2, 1, 2), (2, 2, 5)]
    MatrixFactorization(3, 3).fit(data)
