"""Batch normalisation, forward(x, training): running averages are used when training is False."""
import numpy as np


class BatchNorm1d:
    def __init__(self, features, momentum=0.9, eps=1e-5):
        self.gamma = np.ones(features)
        self.beta = np.zeros(features)
        self.running_mean = np.zeros(features)
        self.running_var = np.ones(features)
        self.momentum, self.eps = momentum, eps

    def forward(self, x, training=True):
        self.training = training
        if training:
            mu, var = x.mean(axis=0), x.var(axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mu, var = self.running_mean, self.running_var
        self.xmu = x - mu
        self.ivar = 1 / np.sqrt(var + self.eps)
        self.xhat = self.xmu * self.ivar
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        n = dout.shape[0]
        self.dbeta = dout.sum(axis=0)
        self.dgamma = np.sum(dout * self.xhat, axis=0)
        dxhat = dout * self.gamma
        if not self.training:
            return dxhat * self.ivar
        dvar = np.sum(dxhat * self.xmu, axis=0) * -0.5 * self.ivar ** 3
        dmu = -np.sum(dxhat, axis=0) * self.ivar
        return dxhat * self.ivar + dvar * 2 * self.xmu / n + dmu / n
