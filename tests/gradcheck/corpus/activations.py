"""Activations, dropout and normalisation in many styles."""

import numpy as np

ARGS = {
    "Relu": "", "Leaky": "0.1", "Sigmoid": "", "Tanh": "", "Softplus": "", "Swish": "", "Elu": "", "Softmax": "",
    "ReluOfCache": "", "SigmoidCall": "", "Gelu": "", "Dropout": "0.4", "DropoutFlag": "0.5", "BatchNorm": "4",
    "BatchNormSteps": "4", "LayerNorm": "4", "ReluCopy": "", "Maxout": "4 3",
}  # fmt: skip


class Relu:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0)

    def backward(self, dout):
        return np.where(self.mask, dout, 0)


class Leaky:
    def __init__(self, alpha):
        self.slope = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, d):
        return d * np.where(self.x > 0, 1.0, self.slope)


class Sigmoid:
    def forward(self, x):
        self.out = 1.0 / (1.0 + np.exp(-x))
        return self.out

    def backward(self, dout):
        dx = dout * self.out * (1.0 - self.out)
        return dx


class Tanh:
    def forward(self, z):
        self.A = np.tanh(z)
        return self.A

    def backward(self, dLdA):
        dAdZ = 1 - self.A * self.A
        return dLdA * dAdZ


class Softplus:
    def forward(self, x):
        self.x = x
        return np.logaddexp(0, x)

    def backward(self, g):
        s = 1 / (1 + np.exp(-self.x))
        return g * s


class Swish:
    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-x))
        return x * self.s

    def backward(self, g):
        ds = self.s * (1 - self.s)
        dx = g * self.s
        dx += g * self.x * ds
        return dx


class Elu:
    def forward(self, x):
        self.x = x
        self.y = np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
        return self.y

    def backward(self, g):
        return g * np.where(self.x > 0, 1, self.y + 1)


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, d):
        inner = (self.p * d).sum(axis=1, keepdims=True)
        return self.p * (d - inner)


class ReluOfCache:
    def forward(self, Z):
        return np.maximum(0, Z), Z

    def backward(self, dA, cache):
        Z = cache
        dZ = dA * (Z > 0)
        return dZ


class SigmoidCall:
    """__call__ and gradient, as in a well-known repository."""

    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        p = self.__call__(x)
        return p * (1 - p)


class Gelu:
    def forward(self, x):
        self.x = x
        self.t = np.tanh(0.8 * (x + 0.04 * x**3))
        return 0.5 * x * (1 + self.t)

    def backward(self, g):
        inner = 0.8 * (1 + 0.12 * self.x**2)
        dt = (1 - self.t**2) * inner
        d = 0.5 * (1 + self.t)
        d += 0.5 * self.x * dt
        return g * d


class Dropout:
    def __init__(self, p):
        self.p = p

    def forward(self, x):
        self.mask = np.random.rand(*x.shape) > self.p
        return x * self.mask / (1 - self.p)

    def backward(self, dy):
        return dy * self.mask / (1 - self.p)


class DropoutFlag:
    def __init__(self, dropout_ratio):
        self.ratio = dropout_ratio

    def forward(self, x, train_flg=True):
        if train_flg:
            self.keep = np.random.rand(*x.shape) > self.ratio
            return x * self.keep / (1.0 - self.ratio)
        return x

    def backward(self, dout):
        return dout * self.keep / (1.0 - self.ratio)


class BatchNorm:
    def __init__(self, d):
        self.gamma, self.beta = np.random.rand(d) + 0.5, np.zeros(d)

    def forward(self, x):
        self.inv = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        self.hat = (x - x.mean(axis=0)) * self.inv
        return self.gamma * self.hat + self.beta

    def backward(self, dy):
        self.dgamma = (dy * self.hat).sum(axis=0)
        self.dbeta = dy.sum(axis=0)
        dhat = dy * self.gamma
        dx = dhat - dhat.mean(axis=0)
        dx -= self.hat * (dhat * self.hat).mean(axis=0)
        return dx * self.inv


class BatchNormSteps:
    """Step by step through the graph."""

    def __init__(self, d):
        self.gamma, self.beta = np.random.rand(d) + 0.5, np.zeros(d)

    def forward(self, x):
        self.mu = x.mean(axis=0)
        self.xc = x - self.mu
        self.var = np.mean(self.xc**2, axis=0)
        self.std = np.sqrt(self.var + 1e-5)
        self.xn = self.xc / self.std
        return self.gamma * self.xn + self.beta

    def backward(self, dout):
        n = len(dout)
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum(dxn * self.xc / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / n) * self.xc * dvar
        dmu = np.sum(dxc, axis=0)
        return dxc - dmu / n


class LayerNorm:
    def __init__(self, d):
        self.g, self.b = np.random.rand(d) + 0.5, np.zeros(d)

    def forward(self, x):
        self.sigma = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        self.n = (x - x.mean(axis=-1, keepdims=True)) / self.sigma
        return self.g * self.n + self.b

    def backward(self, dy):
        self.dg = (dy * self.n).sum(axis=0)
        self.db = dy.sum(axis=0)
        dn = dy * self.g
        dx = dn - dn.mean(axis=-1, keepdims=True)
        dx -= self.n * (dn * self.n).mean(axis=-1, keepdims=True)
        return dx / self.sigma


class ReluCopy:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0) + 0.1 * x

    def backward(self, d):
        dz = d.copy()
        dz[self.x <= 0] = 0
        return dz + 0.1 * d


class Maxout:
    """The larger of x A and x B."""

    def __init__(self, i, o):
        self.A, self.B = np.random.randn(i, o), np.random.randn(i, o)

    def forward(self, x):
        self.x = x
        self.u, self.v = x @ self.A, x @ self.B
        return np.maximum(self.u, self.v)

    def backward(self, d):
        first = self.u > self.v
        du = d * first
        dv = d * (1 - first)
        self.dA = self.x.T @ du
        self.dB = self.x.T @ dv
        return du @ self.A.T + dv @ self.B.T
