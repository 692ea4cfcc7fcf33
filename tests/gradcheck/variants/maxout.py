import numpy as np


class MaxoutUnit:
    """ Goodfellow 2013.  h_j = max_k ( x W[:, j, k] + b[j, k] ) """

    def __init__(self, d_in=3, d_out=4, pieces=3, init=np.random.standard_normal):
        self.W = init((d_in, d_out, pieces))
        self.b = init((d_out, pieces))

    def feed_forward(self, x):
        z = np.einsum('ni,ijk->njk', x, self.W) + self.b
        self.winner = z.argmax(axis=2)
        self.x = x
        return z.max(axis=2)

    def feed_backward(self, delta):
        pieces = self.W.shape[2]
        hot = (self.winner[..., None] == np.arange(pieces))     # (n, j, k) bool
        dz = delta[..., None] * hot
        self.nabla_W = np.einsum('ni,njk->ijk', self.x, dz)
        self.nabla_b = dz.sum(axis=0)
        return np.einsum('njk,ijk->ni', dz, self.W)


if __name__ == '__main__':
    unit = MaxoutUnit()
    data = np.random.randn(10, 3)
    target = np.abs(data[:, [0, 1, 2, 0]])
    for i in range(300):
        out = unit.feed_forward(data)
        unit.feed_backward((out - target) / 10)
        unit.W -= 0.1 * unit.nabla_W
        unit.b -= 0.1 * unit.nabla_b
    print(np.abs(out - target).max())
