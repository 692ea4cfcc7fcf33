"""Variational autoencoder, numpy only. Bernoulli decoder, gaussian encoder."""
import numpy as np

EPS = 1e-9


def init(d, h, z, seed=0):
    r = np.random.RandomState(seed)
    g = lambda a, b: r.randn(a, b) * np.sqrt(1.0 / a)
    return {
        "We": g(d, h), "be": np.zeros(h),
        "Wm": g(h, z), "bm": np.zeros(z),
        "Wv": g(h, z) * 0.1, "bv": np.zeros(z),
        "Wd": g(z, h), "bd": np.zeros(h),
        "Wo": g(h, d), "bo": np.zeros(d),
    }


def forward(P, x, noise):
    c = {"x": x, "noise": noise}
    c["he"] = np.tanh(x @ P["We"] + P["be"])
    c["mu"] = c["he"] @ P["Wm"] + P["bm"]
    c["logvar"] = c["he"] @ P["Wv"] + P["bv"]
    c["z"] = c["mu"] + np.exp(0.5 * c["logvar"]) * noise      # reparametrization trick
    c["hd"] = np.tanh(c["z"] @ P["Wd"] + P["bd"])
    c["out"] = 1 / (1 + np.exp(-(c["hd"] @ P["Wo"] + P["bo"])))
    return c


def loss_fn(c):
    x, o = c["x"], c["out"]
    n = x.shape[0]
    bce = -np.sum(x * np.log(o + EPS) + (1 - x) * np.log(1 - o + EPS))
    kld = -0.5 * np.sum(1 + c["logvar"] - c["mu"] ** 2 - np.exp(c["logvar"]))
    return (bce + kld) / n


def backward(P, c):
    n = c["x"].shape[0]
    G = {}
    # decoder
    do = (c["out"] - c["x"]) / n
    G["Wo"], G["bo"] = c["hd"].T @ do, do.sum(0)
    dhd = (do @ P["Wo"].T) * (1 - c["hd"] ** 2)
    G["Wd"], G["bd"] = c["z"].T @ dhd, dhd.sum(0)
    dz = dhd @ P["Wd"].T
    # sampling + KL
    dmu = dz + c["mu"] / n
    dlogvar = dz * c["noise"] * 0.5 * np.exp(0.5 * c["logvar"]) + 0.5 * (np.exp(c["logvar"]) - 1) / n
    # encoder
    G["Wm"], G["bm"] = c["he"].T @ dmu, dmu.sum(0)
    G["Wv"], G["bv"] = c["he"].T @ dlogvar, dlogvar.sum(0)
    dhe = (dmu @ P["Wm"].T + dlogvar @ P["Wv"].T) * (1 - c["he"] ** 2)
    G["We"], G["be"] = c["x"].T @ dhe, dhe.sum(0)
    return G


def train(x, h=16, z=2, epochs=200, lr=0.05, seed=0):
    rng = np.random.RandomState(seed)
    P = init(x.shape[1], h, z, seed)
    for e in range(epochs):
        c = forward(P, x, rng.randn(len(x), z))
        for k, g in backward(P, c).items():
            P[k] -= lr * g
        if e % 50 == 0:
            print("epoch %3d  -elbo %.3f" % (e, loss_fn(c)))
    return P


if __name__ == "__main__":
    rng = np.random.RandomState(5)
    protos = (rng.rand(3, 10) > 0.5).astype(float)
    train(protos[rng.randint(0, 3, 90)])
