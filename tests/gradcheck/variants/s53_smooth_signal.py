"""Smoothing of a noisy signal: the fit should be near the data and have a small second difference."""
import numpy as np


def difference_matrix(n):
    D = np.zeros((n - 2, n))
    for i in range(n - 2):
        D[i, i:i + 3] = 1, -2, 1
    return D


class Smoother:

    def __init__(self, data, lam=5.0):
        self.data = np.asarray(data, dtype=float)
        self.lam = lam
        self.D = difference_matrix(len(self.data))
        self.fit_ = self.data.copy()

    def loss(self, fit):
        residual = fit - self.data
        curvature = self.D @ fit
        return residual @ residual + self.lam * curvature @ curvature

    def gradient(self, fit):
        residual = fit - self.data
        return 2 * residual + self.lam * self.D.T @ (self.D @ fit)

    def run(self, steps=300):
        lr = 0.9 / (1 + 16 * self.lam)
        for _ in range(steps):
            self.fit_ = self.fit_ - lr * self.gradient(self.fit_)
        return self.fit_


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    t = np.linspace(0, 2 * np.pi, 60)
    noisy = np.sin(t) + 0.3 * rng.normal(size=60)
    s = Smoother(noisy)
    print("loss before", s.loss(s.fit_))
    smooth = s.run()
    print("loss after ", s.loss(smooth))
    print("rms error to the true curve: %.3f -> %.3f" % (np.std(noisy - np.sin(t)), np.std(smooth - np.sin(t))))
