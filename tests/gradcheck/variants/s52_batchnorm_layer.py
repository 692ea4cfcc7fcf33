import numpy as np


class BatchNorm1D:

    def __init__(self, num_features, momentum=0.9, eps=1e-5):
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.momentum = momentum
        self.eps = eps

    def forward(self, X, is_training=True):
        self.is_training = is_training
        if is_training:
            mean, var = X.mean(axis=0), X.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.X_hat = (X - mean) / self.std
        return self.gamma * self.X_hat + self.beta

    def backward(self, dY):
        self.dgamma = np.sum(dY * self.X_hat, axis=0)
        self.dbeta = np.sum(dY, axis=0)
        if not self.is_training:
            return dY * self.gamma / self.std
        N = dY.shape[0]
        return self.gamma / (N * self.std) * (N * dY - self.dbeta - self.X_hat * self.dgamma)


if __name__ == '__main__':
    np.random.seed(0)
    bn = BatchNorm1D(4)
    target = np.random.randn(32, 4)
    X = np.random.randn(32, 4) * [1, 5, 10, 0.1] + [0, 3, -2, 8]
    for i in range(200):
        Y = bn.forward(X, True)
        dX = bn.backward(2 * (Y - target) / target.size)
        X = X - 5 * dX
        bn.gamma -= 0.1 * bn.dgamma
        bn.beta -= 0.1 * bn.dbeta
    print('train loss', np.mean((Y - target) ** 2))
    print('eval loss ', np.mean((bn.forward(X, False) - target) ** 2))
