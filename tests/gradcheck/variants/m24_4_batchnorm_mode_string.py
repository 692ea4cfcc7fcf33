import numpy as np


class BatchNormalization:
    def __init__(self, n=3, eps=1e-5, rho=0.95):
        self.gamma = np.ones((n, 1))
        self.beta = np.zeros((n, 1))
        self.eps, self.rho = eps, rho
        self.moving = {"mean": np.zeros((n, 1)), "var": np.ones((n, 1))}

    def forward(self, Z, mode='train'):
        if mode == 'train':
            mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
            for key, value in (("mean", mean), ("var", var)):
                self.moving[key] = self.rho * self.moving[key] + (1 - self.rho) * value
        elif mode == 'test':
            mean, var = self.moving["mean"], self.moving["var"]
        else:
            raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
        self.root = np.sqrt(var + self.eps)
        self.norm = (Z - mean) / self.root
        return self.gamma * self.norm + self.beta

    def backward(self, dZ_tilde):
        self.dgamma = (dZ_tilde * self.norm).sum(axis=1, keepdims=True)
        self.dbeta = dZ_tilde.sum(axis=1, keepdims=True)
        dnorm = dZ_tilde * self.gamma
        return dnorm / self.root
