import numpy as np


class EdgeFilter:
    """One 3 x 3 filter over a stack of grey images, starts as the Sobel filter and is then trained."""

    def __init__(self):
        self.kernel = np.array([[1, 0, -1],
                                [2, 0, -2],
                                [1, 0, -1]])
        self.offset = 0
        self.dkernel = None
        self.doffset = None

    def forward(self, images):
        self.images = images
        n, h, w = images.shape
        out = np.zeros((n, h - 2, w - 2))
        for i in range(3):
            for j in range(3):
                out += self.kernel[i, j] * images[:, i:i + h - 2, j:j + w - 2]
        return out + self.offset

    def backward(self, dout):
        n, h, w = self.images.shape
        self.dkernel = np.zeros((3, 3))
        dimages = np.zeros(self.images.shape)
        for i in range(3):
            for j in range(3):
                self.dkernel[i, j] = np.sum(dout * self.images[:, i:i + h - 2, j:j + w - 2])
                dimages[:, i:i + h - 2, j:j + w - 2] += self.kernel[i, j] * dout
        self.doffset = dout.sum()
        return dimages

    def train(self, images, wanted, lr=0.02, steps=60):
        for step in range(steps):
            diff = self.forward(images) - wanted
            self.backward(diff / diff.size)
            self.kernel = self.kernel - lr * self.dkernel
            self.offset = self.offset - lr * self.doffset
        return 0.5 * np.mean(diff ** 2)


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    images = rng.normal(size=(6, 8, 8))
    wanted = EdgeFilter().forward(images.transpose(0, 2, 1)).transpose(0, 2, 1)
    f = EdgeFilter()
    print("loss", f.train(images, wanted, lr=0.5))
    print(f.kernel.round(2))
