# 6.036 Homework: implementing neural networks with modules. Data points are columns.
import math
import numpy as np


class Module:
    def sgd_step(self, lrate): pass  # For modules w/o weights


class Linear(Module):
    def __init__(self, m, n):
        self.m, self.n = (m, n)  # (in size, out size)
        self.W0 = np.zeros([self.n, 1])  # (n x 1)
        self.W = np.random.normal(0, 1.0 * m ** (-.5), [m, n])  # (m x n)

    def forward(self, A):
        self.A = A   # (m x b)
        return self.W.T @ A + self.W0  # (n x b)

    def backward(self, dLdZ):  # dLdZ is (n x b), uses stored self.A
        self.dLdW = self.A @ dLdZ.T                      # (m x n)
        self.dLdW0 = dLdZ.sum(axis=1).reshape((self.n, 1))  # (n x 1)
        return self.W @ dLdZ                             # (m x b)

    def sgd_step(self, lrate):  # Gradient descent step
        self.W -= lrate * self.dLdW
        self.W0 -= lrate * self.dLdW0


class Tanh(Module):  # Layer activation
    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self, dLdA):  # Uses stored self.A
        return dLdA * (1.0 - (self.A ** 2))


class ReLU(Module):  # Layer activation
    def forward(self, Z):
        self.A = np.maximum(0, Z)
        return self.A

    def backward(self, dLdA):
        return dLdA * (self.A != 0)


class SoftMax(Module):  # Output activation
    def forward(self, Z):
        return np.exp(Z) / np.sum(np.exp(Z), axis=0)

    def backward(self, dLdZ):  # Assume that dLdZ is passed in
        return dLdZ


class NLL(Module):  # Loss
    def forward(self, Ypred, Y):
        self.Ypred = Ypred
        self.Y = Y
        return float(np.sum(-Y * np.log(Ypred)))

    def backward(self):  # Note, this is the derivative of loss with respect to input of softmax
        return self.Ypred - self.Y


class Sequential:
    def __init__(self, modules, loss):
        self.modules = modules
        self.loss = loss

    def sgd(self, X, Y, iters=100, lrate=0.005):
        D, N = X.shape
        for it in range(iters):
            i = np.random.randint(N)
            Xt, Yt = X[:, i:i + 1], Y[:, i:i + 1]
            self.loss.forward(self.forward(Xt), Yt)
            self.backward(self.loss.backward())
            self.sgd_step(lrate)

    def forward(self, Xt):
        for m in self.modules: Xt = m.forward(Xt)
        return Xt

    def backward(self, delta):  # Update dLdW and dLdW0
        # Note reversed list of modules
        for m in self.modules[::-1]: delta = m.backward(delta)

    def sgd_step(self, lrate):
        for m in self.modules: m.sgd_step(lrate)


if __name__ == '__main__':
    X = np.random.randn(2, 60)
    Y = np.eye(2)[(X[0] * X[1] > 0).astype(int)].T
    nn = Sequential([Linear(2, 10), ReLU(), Linear(10, 10), Tanh(), Linear(10, 2), SoftMax()], NLL())
    nn.sgd(X, Y, 2000, 0.05)
