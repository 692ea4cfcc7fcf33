import numpy as np


class MatrixFactorization:
    """
    Recommender: r_ui ~ mu + b_u + c_i + p_u . q_i, fitted on the known entries.

    ratings : (n_users, n_items) array, 0 where unknown
    """

    def __init__(self, ratings, k=3, reg=0.02, lr=0.01, seed=0):
        rng = np.random.RandomState(seed)
        self.R = np.asarray(ratings, dtype=float)
        self.mask = self.R > 0
        n_users, n_items = self.R.shape
        self.reg = reg
        self.lr = lr
        self.mu = self.R[self.mask].mean()
        self.P = rng.normal(scale=1.0 / k, size=(n_users, k))
        self.Q = rng.normal(scale=1.0 / k, size=(n_items, k))
        self.b_u = np.zeros(n_users)
        self.c_i = np.zeros(n_items)

    def predict(self):
        return self.mu + self.b_u[:, None] + self.c_i[None, :] + self.P @ self.Q.T

    def loss(self):
        err = (self.R - self.predict())[self.mask]
        penalty = sum(np.sum(w ** 2) for w in (self.P, self.Q, self.b_u, self.c_i))
        return 0.5 * np.sum(err ** 2) + 0.5 * self.reg * penalty

    def gradients(self):
        E = np.where(self.mask, self.R - self.predict(), 0.0)
        gP = -E @ self.Q + self.reg * self.P
        gQ = -E.T @ self.P + self.reg * self.Q
        gb = -E.sum(axis=1) + self.reg * self.b_u
        gc = -E.sum(axis=0) + self.reg * self.c_i
        return {"P": gP, "Q": gQ, "b_u": gb, "c_i": gc}

    def fit(self, n_iter=200):
        for _ in range(n_iter):
            for name, g in self.gradients().items():
                setattr(self, name, getattr(self, name) - self.lr * g)
        return self

    def rmse(self):
        return np.sqrt(np.mean((self.R - self.predict())[self.mask] ** 2))


if __name__ == "__main__":
    R = np.array([
        [5, 3, 0, 1],
        [4, 0, 0, 1],
        [1, 1, 0, 5],
        [1, 0, 0, 4],
        [0, 1, 5, 4],
    ])
    mf = MatrixFactorization(R, k=2).fit(1000)
    print(mf.rmse())
    print(np.round(mf.predict(), 1))
