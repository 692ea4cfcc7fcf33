import numpy as np


def group_norm_fwd(x, gamma, beta, G, eps):
    N, C, H, W = x.shape
    xg = x.reshape(N, G, -1)
    mu = xg.mean(axis=2, keepdims=True)
    sigma = np.sqrt(xg.var(axis=2, keepdims=True) + eps)
    xhat = ((xg - mu) / sigma).reshape(x.shape)
    return gamma * xhat + beta, (xhat, sigma, gamma, G)


def group_norm_bwd(dout, cache):
    xhat, sigma, gamma, G = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * xhat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    d = (dout * gamma).reshape(N, G, -1)
    xh = xhat.reshape(N, G, -1)
    dx = d - d.mean(axis=2, keepdims=True) - xh * (d * xh).mean(axis=2, keepdims=True)
    return (dx / sigma).reshape(dout.shape), dgamma, dbeta


class GroupNorm:
    """thin wrapper class around the two functions above"""

    def __init__(self, channels=4, groups=2, eps=1e-5):
        self.groups, self.eps = groups, eps
        self.gamma = np.random.rand(1, channels, 1, 1) + 0.5
        self.beta = np.random.rand(1, channels, 1, 1)

    def forward(self, x):
        y, self._cache = group_norm_fwd(x, self.gamma, self.beta, self.groups, self.eps)
        return y

    def backward(self, dout):
        dx, self.dgamma, self.dbeta = group_norm_bwd(dout, self._cache)
        return dx


if __name__ == '__main__':
    gn = GroupNorm()
    y = gn.forward(np.random.randn(2, 4, 3, 3))
    print(gn.backward(y).shape)
