"""Instance normalisation for style transfer (NCHW), no affine parameters."""
import numpy as np

EPS = 1e-5


class InstanceNorm2D:
    def __init__(self):
        self.stats = None
        self.x = None

    def forward(self, x):
        mean = x.mean(axis=(2, 3), keepdims=True)
        var = x.var(axis=(2, 3), keepdims=True)
        self.x = x
        self.stats = {'mean': mean, 'var': var}
        return (x - mean) / np.sqrt(var + EPS)

    def backward(self, dy):
        mean, var = self.stats['mean'], self.stats['var']
        x = self.x
        M = x.shape[2] * x.shape[3]
        inv = 1 / np.sqrt(var + EPS)
        dvar = np.sum(dy * (x - mean), axis=(2, 3), keepdims=True) * -0.5 * inv
        dmean = -np.sum(dy * inv, axis=(2, 3), keepdims=True)
        dx = dy * inv + dvar * 2 * (x - mean) / M + dmean / M
        return dx


def check_stats(y):
    print('mean', y.mean(axis=(2, 3)))
    print('std ', y.std(axis=(2, 3)))


if __name__ == '__main__':
    layer = InstanceNorm2D()
    img = np.random.rand(1, 3, 5, 5) * 255
    out = layer.forward(img)
    check_stats(out)
    print(layer.backward(out).shape)
