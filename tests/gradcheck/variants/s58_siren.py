"""
SIREN: a network with sine activations that memorises an image.
https://arxiv.org/abs/2006.09661
"""
import numpy as np


class SineLayer:
    def __init__(self, fan_in, fan_out, omega=30.0, first=False):
        bound = 1 / fan_in if first else np.sqrt(6 / fan_in) / omega
        self.omega = omega
        self.W = np.random.uniform(-bound, bound, (fan_in, fan_out))
        self.b = np.random.uniform(-bound, bound, fan_out)

    def forward(self, x):
        self.x = x
        self.phase = self.omega * (x @ self.W + self.b)
        return np.sin(self.phase)

    def backward(self, dy):
        dpre = dy * np.cos(self.phase) * self.omega
        self.dW = self.x.T @ dpre
        self.db = dpre.sum(0)
        return dpre @ self.W.T


class Siren:
    def __init__(self, hidden=16, omega=10.0):
        self.l1 = SineLayer(2, hidden, omega, first=True)
        self.l2 = SineLayer(hidden, hidden, omega)
        self.Wo = np.random.uniform(-1, 1, (hidden, 1)) / np.sqrt(hidden)
        self.bo = np.zeros(1)

    def forward(self, coords, pixels):
        self.h = self.l2.forward(self.l1.forward(coords))
        self.diff = self.h @ self.Wo + self.bo - pixels
        return (self.diff ** 2).mean()

    def backward(self):
        d = 2 * self.diff / self.diff.size
        self.dWo = self.h.T @ d
        self.dbo = d.sum(0)
        return self.l1.backward(self.l2.backward(d @ self.Wo.T))

    def step(self, lr):
        self.Wo -= lr * self.dWo
        self.bo -= lr * self.dbo
        for l in (self.l1, self.l2):
            l.W -= lr * l.dW
            l.b -= lr * l.db


if __name__ == "__main__":
    np.random.seed(0)
    g = np.linspace(-1, 1, 16)
    coords = np.stack(np.meshgrid(g, g), -1).reshape(-1, 2)
    pixels = np.cos(6 * np.hypot(coords[:, :1], coords[:, 1:]))
    net = Siren()
    for i in range(301):
        loss = net.forward(coords, pixels)
        net.backward()
        net.step(1e-2)
        if i % 100 == 0:
            print(i, "psnr %.1f dB" % (-10 * np.log10(loss / 4)))
