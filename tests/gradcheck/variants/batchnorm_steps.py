import numpy as np


class BatchNorm1d:
    """step by step through the computational graph (as in the famous blog post)"""

    def __init__(self, num_features, eps=1e-5, momentum=0.9):
        self.gamma = np.random.uniform(0.5, 1.5, num_features)
        self.beta = np.zeros(num_features)
        self.eps = eps
        self.momentum = momentum
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)

    def forward(self, x, train=True):
        if not train:
            xh = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
            return self.gamma * xh + self.beta
        mu = x.mean(axis=0)
        xmu = x - mu
        var = np.mean(xmu ** 2, axis=0)
        sqrtvar = np.sqrt(var + self.eps)
        ivar = 1. / sqrtvar
        xhat = xmu * ivar
        self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
        self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        self.cache = (xhat, xmu, ivar, sqrtvar, var)
        return self.gamma * xhat + self.beta

    def backward(self, dout):
        xhat, xmu, ivar, sqrtvar, var = self.cache
        N = dout.shape[0]
        self.dbeta = dout.sum(axis=0)
        self.dgamma = (dout * xhat).sum(axis=0)
        dxhat = dout * self.gamma
        divar = (dxhat * xmu).sum(axis=0)
        dxmu1 = dxhat * ivar
        dsqrtvar = -1. / (sqrtvar ** 2) * divar
        dvar = 0.5 * ivar * dsqrtvar
        dxmu2 = 2 * xmu * dvar / N
        dx1 = dxmu1 + dxmu2
        dmu = -dx1.sum(axis=0)
        dx2 = np.ones_like(dout) * dmu / N
        return dx1


if __name__ == '__main__':
    bn = BatchNorm1d(3)
    x = np.random.randn(8, 3) * 4 + 2
    y = bn.forward(x)
    print(y.mean(0), y.std(0))
    print(bn.backward(np.random.randn(8, 3)).sum(0))
