from abc import ABC, abstractmethod

import numpy as np


class ActivationBase(ABC):
    def __call__(self, z):
        if z.ndim == 1:
            z = z.reshape(1, -1)
        return self.fn(z)

    @abstractmethod
    def fn(self, z):
        raise NotImplementedError

    @abstractmethod
    def grad(self, x, **kwargs):
        raise NotImplementedError


class ELU(ActivationBase):
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fn(self, z):
        return np.where(z > 0, z, self.alpha * (np.exp(z) - 1))

    def grad(self, x):
        # 1 if x > 0 else alpha * e^x
        return np.where(x > 0, np.ones_like(x), self.alpha * np.exp(x))


class FullyConnected:
    def __init__(self, n_out, act_fn=None):
        r"""
        A fully-connected (dense) layer.

        Notes
        -----
        .. math::

            \mathbf{Y} = f( \mathbf{WX} + \mathbf{b} )
        """
        self.n_in = None
        self.n_out = n_out
        self.act_fn = act_fn if act_fn is not None else ELU()
        self.parameters = {"W": None, "b": None}
        self.is_initialized = False
        self.X = []

    def _init_params(self):
        b = np.zeros((1, self.n_out))
        W = np.random.uniform(-1, 1, (self.n_in, self.n_out)) * np.sqrt(6 / (self.n_in + self.n_out))
        self.parameters = {"W": W, "b": b}
        self.gradients = {"W": np.zeros_like(W), "b": np.zeros_like(b)}
        self.is_initialized = True

    def flush_gradients(self):
        self.X = []
        for k, v in self.gradients.items():
            self.gradients[k] = np.zeros_like(v)

    def forward(self, X, retain_derived=True):
        if not self.is_initialized:
            self.n_in = X.shape[1]
            self._init_params()
        Y, Z = self._fwd(X)
        if retain_derived:
            self.X.append(X)
        return Y

    def _fwd(self, X):
        W = self.parameters["W"]
        b = self.parameters["b"]
        Z = X @ W + b
        Y = self.act_fn(Z)
        return Y, Z

    def backward(self, dLdY, retain_grads=True):
        if not isinstance(dLdY, list):
            dLdY = [dLdY]
        dX = []
        X = self.X
        for dy, x in zip(dLdY, X):
            dx, dw, db = self._bwd(dy, x)
            dX.append(dx)
            if retain_grads:
                self.gradients["W"] += dw
                self.gradients["b"] += db
        return dX[0] if len(X) == 1 else dX

    def _bwd(self, dLdy, X):
        W = self.parameters["W"]
        b = self.parameters["b"]
        Z = X @ W + b
        dZ = dLdy * self.act_fn.grad(Z)
        dX = dZ @ W.T
        dW = X.T @ dZ
        dB = dZ.sum(axis=0, keepdims=True)
        return dX, dW, dB
