import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class TiedAutoencoder:
    def __init__(self, n_visible=6, n_hidden=3, seed=123):
        rng = np.random.RandomState(seed)
        bound = 4 * np.sqrt(6.0 / (n_hidden + n_visible))
        self.W = rng.uniform(-bound, bound, size=(n_visible, n_hidden))
        self.hbias = np.zeros(n_hidden)
        self.vbias = np.zeros(n_visible)

    def forward(self, x):
        self.x = x
        self.y = sigmoid(np.dot(x, self.W) + self.hbias)
        self.z = sigmoid(np.dot(self.y, self.W.T) + self.vbias)
        return self.z

    def cost(self, x):
        """cross entropy, summed over the pixels, mean over the batch"""
        z = self.forward(x)
        L = -np.sum(x * np.log(z) + (1 - x) * np.log(1 - z), axis=1)
        return np.mean(L)

    def backward(self):
        n = self.x.shape[0]
        L_vbias = (self.z - self.x) / n
        L_h = np.dot(L_vbias, self.W)
        L_hbias = L_h * self.y * (1 - self.y)
        L_W = np.dot(self.x.T, L_hbias)
        return L_W, np.sum(L_hbias, axis=0), np.sum(L_vbias, axis=0)

    def train_step(self, x, lr=0.1):
        c = self.cost(x)
        gW, ghb, gvb = self.backward()
        self.W -= lr * gW
        self.hbias -= lr * ghb
        self.vbias -= lr * gvb
        return c
