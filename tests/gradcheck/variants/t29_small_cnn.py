"""Minimal CNN in NumPy: conv -> relu -> maxpool 2x2 -> fully connected -> softmax."""
import numpy as np


class SmallCNN:
    def __init__(self, side=6, filters=2, classes=3):
        self.K = np.random.randn(filters, 3, 3) * 0.3
        self.kb = np.zeros(filters)
        self.flat = filters * ((side - 2) // 2) ** 2
        self.W = np.random.randn(self.flat, classes) * 0.3
        self.b = np.zeros(classes)

    def forward(self, imgs):
        """imgs: (N, side, side)"""
        self.win = np.lib.stride_tricks.sliding_window_view(imgs, (3, 3), axis=(1, 2))
        self.z = np.einsum("nijab,fab->nfij", self.win, self.K) + self.kb[None, :, None, None]
        self.a = np.maximum(self.z, 0)
        n, f, h, w = self.a.shape
        self.blocks = self.a.reshape(n, f, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, f, h // 2, w // 2, 4)
        self.where = self.blocks.argmax(-1)
        pooled = self.blocks.max(-1)
        self.feat = pooled.reshape(n, -1)
        s = self.feat @ self.W + self.b
        s -= s.max(1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
        return self.p

    def loss(self, imgs, labels):
        p = self.forward(imgs)
        return -np.log(p[np.arange(len(labels)), labels]).mean()

    def backward(self, labels):
        n, f, h, w = self.a.shape
        ds = self.p.copy()
        ds[np.arange(n), labels] -= 1
        ds /= n
        grads = {"W": self.feat.T @ ds, "b": ds.sum(0)}
        dpool = (ds @ self.W.T).reshape(n, f, h // 2, w // 2)
        dblocks = np.zeros_like(self.blocks)
        np.put_along_axis(dblocks, self.where[..., None], dpool[..., None], axis=-1)
        da = dblocks.reshape(n, f, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, f, h, w)
        dz = da * (self.z > 0)
        grads["K"] = np.einsum("nfij,nijab->fab", dz, self.win)
        grads["kb"] = dz.sum((0, 2, 3))
        return grads


def train(net, imgs, labels, lr=0.2, epochs=40):
    for e in range(epochs):
        loss = net.loss(imgs, labels)
        for name, g in net.backward(labels).items():
            setattr(net, name, getattr(net, name) - lr * g)
        if e % 10 == 0:
            print("epoch", e, "loss", loss)


if __name__ == "__main__":
    np.random.seed(0)
    imgs = np.random.rand(30, 6, 6)
    labels = np.arange(30) % 3
    for im, l in zip(imgs, labels):
        im[2 * l:2 * l + 2] += 1
    train(SmallCNN(), imgs, labels)
