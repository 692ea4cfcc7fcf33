import numpy as np


class BatchNorm1d:
    """Batch normalisation over axis 0, input is (batch, features)."""

    def __init__(self, num_features, eps=1e-5, momentum=0.9):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.eps = eps
        self.momentum = momentum
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def forward(self, x):
        if self.training:
            mu = x.mean(axis=0)
            var = x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mu, var = self.running_mean, self.running_var

        self.xc = x - mu
        self.istd = 1.0 / np.sqrt(var + self.eps)
        self.xhat = self.xc * self.istd
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        N = dout.shape[0]
        self.dgamma = np.sum(dout * self.xhat, axis=0)
        self.dbeta = np.sum(dout, axis=0)

        dxhat = dout * self.gamma
        dvar = np.sum(dxhat * self.xc, axis=0) * -0.5 * self.istd ** 3
        dmu = -np.sum(dxhat, axis=0) * self.istd
        dx = dxhat * self.istd + dvar * 2.0 * self.xc / N + dmu
        return dx

    def step(self, lr):
        self.gamma -= lr * self.dgamma
        self.beta -= lr * self.dbeta

    def train(self):
        self.training = True

    def eval(self):
        self.training = False


if __name__ == "__main__":
    bn = BatchNorm1d(4)
    x = np.random.randn(32, 4) * 5 + 3
    out = bn.forward(x)
    print("mean", out.mean(axis=0).round(6), "std", out.std(axis=0).round(4))
    print("dx", bn.backward(out ** 2).shape)
