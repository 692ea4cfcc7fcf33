import numpy as np


def relu(x):
    return x * (x > 0)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class VAE:
    """Variational autoencoder with Bernoulli decoder. Loss = reconstruction + KL, mean over batch."""

    def __init__(self, x_dim=8, h_dim=6, z_dim=2, seed=0):
        rng = np.random.RandomState(seed)

        def glorot(a, b):
            return rng.randn(a, b) * np.sqrt(2.0 / (a + b))
        self.p = {
            "We": glorot(x_dim, h_dim), "be": np.zeros(h_dim),
            "Wmu": glorot(h_dim, z_dim), "bmu": np.zeros(z_dim),
            "Wlv": glorot(h_dim, z_dim), "blv": np.zeros(z_dim),
            "Wd": glorot(z_dim, h_dim), "bd": np.zeros(h_dim),
            "Wo": glorot(h_dim, x_dim), "bo": np.zeros(x_dim),
        }
        self.z_dim = z_dim

    def forward(self, x, eps):
        p = self.p
        c = {"x": x, "eps": eps}
        c["h"] = relu(x @ p["We"] + p["be"])
        c["mu"] = c["h"] @ p["Wmu"] + p["bmu"]
        c["logvar"] = c["h"] @ p["Wlv"] + p["blv"]
        c["std"] = np.exp(0.5 * c["logvar"])
        c["z"] = c["mu"] + c["std"] * eps
        c["hd"] = np.tanh(c["z"] @ p["Wd"] + p["bd"])
        c["y"] = sigmoid(c["hd"] @ p["Wo"] + p["bo"])
        return c

    def loss(self, x, eps):
        c = self.forward(x, eps)
        rec = -np.sum(x * np.log(c["y"]) + (1 - x) * np.log(1 - c["y"]))
        kl = -0.5 * np.sum(1 + c["logvar"] - c["mu"] ** 2 - np.exp(c["logvar"]))
        return (rec + kl) / len(x)

    def backward(self, x, eps):
        p, c, g = self.p, self.forward(x, eps), {}
        n = len(x)
        do = (c["y"] - x) / n
        g["Wo"], g["bo"] = c["hd"].T @ do, do.sum(0)
        dhd = do @ p["Wo"].T * (1 - c["hd"] ** 2)
        g["Wd"], g["bd"] = c["z"].T @ dhd, dhd.sum(0)
        dz = dhd @ p["Wd"].T
        dmu = dz + c["mu"] / n
        dlv = dz * eps * 0.5 * c["std"] + 0.5 * (np.exp(c["logvar"]) - 1) / n
        g["Wmu"], g["bmu"] = c["h"].T @ dmu, dmu.sum(0)
        g["Wlv"], g["blv"] = c["h"].T @ dlv, dlv.sum(0)
        dh = (dmu @ p["Wmu"].T + dlv @ p["Wlv"].T) * (c["h"] > 0)
        g["We"], g["be"] = x.T @ dh, dh.sum(0)
        return g


if __name__ == "__main__":
    vae = VAE()
    data = (np.random.rand(64, 8) > 0.5).astype(float)
    for epoch in range(50):
        eps = np.random.randn(64, vae.z_dim)
        for k, d in vae.backward(data, eps).items():
            vae.p[k] -= 0.1 * d
        if epoch % 10 == 0:
            print(epoch, vae.loss(data, eps))
