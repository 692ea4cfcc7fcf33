import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class GAN:
    """One-dimensional toy GAN; G and D have one hidden layer each."""

    def __init__(self, z_dim=2, hidden=6, x_dim=2, seed=0):
        rng = np.random.RandomState(seed)
        self.G = {"W1": rng.randn(z_dim, hidden) * 0.5, "b1": np.zeros(hidden),
                  "W2": rng.randn(hidden, x_dim) * 0.5, "b2": np.zeros(x_dim)}
        self.D = {"W1": rng.randn(x_dim, hidden) * 0.5, "b1": np.zeros(hidden),
                  "W2": rng.randn(hidden, 1) * 0.5, "b2": np.zeros(1)}

    def generate(self, z):
        h = np.tanh(z @ self.G["W1"] + self.G["b1"])
        return h @ self.G["W2"] + self.G["b2"], h

    def discriminate(self, x):
        u = x @ self.D["W1"] + self.D["b1"]
        h = np.where(u > 0, u, 0.2 * u)
        return sigmoid(h @ self.D["W2"] + self.D["b2"]), (x, u, h)

    def d_loss(self, real, z):
        fake, _ = self.generate(z)
        return -np.mean(np.log(self.discriminate(real)[0])) - np.mean(np.log(1 - self.discriminate(fake)[0]))

    def g_loss(self, z):
        # non-saturating generator loss
        return -np.mean(np.log(self.discriminate(self.generate(z)[0])[0]))

    def _back_d(self, dlogit, cache):
        x, u, h = cache
        g = {"W2": h.T @ dlogit, "b2": dlogit.sum(0)}
        du = dlogit @ self.D["W2"].T * np.where(u > 0, 1.0, 0.2)
        g["W1"], g["b1"] = x.T @ du, du.sum(0)
        return g, du @ self.D["W1"].T

    def d_grads(self, real, z):
        p_real, c_real = self.discriminate(real)
        p_fake, c_fake = self.discriminate(self.generate(z)[0])
        g_real, _ = self._back_d((p_real - 1) / len(real), c_real)
        g_fake, _ = self._back_d(p_fake / len(z), c_fake)
        return {k: g_real[k] + g_fake[k] for k in g_real}

    def g_grads(self, z):
        fake, h = self.generate(z)
        p, cache = self.discriminate(fake)
        _, dx = self._back_d((p - 1) / len(z), cache)
        g = {"W2": h.T @ dx, "b2": dx.sum(0)}
        dh = dx @ self.G["W2"].T * (1 - h ** 2)
        g["W1"], g["b1"] = z.T @ dh, dh.sum(0)
        return g

    def train(self, data, steps=100, batch=32, lr=0.05):
        for step in range(steps):
            real = data[np.random.randint(0, len(data), batch)]
            for k, d in self.d_grads(real, np.random.randn(batch, 2)).items():
                self.D[k] -= lr * d
            for k, d in self.g_grads(np.random.randn(batch, 2)).items():
                self.G[k] -= lr * d


if __name__ == "__main__":
    data = np.random.randn(500, 2) * 0.3 + np.array([2.0, -1.0])
    gan = GAN()
    gan.train(data)
    print(gan.d_loss(data[:64], np.random.randn(64, 2)))
