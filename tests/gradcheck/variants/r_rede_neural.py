import numpy as np


class RedeNeural:
    """Rede com uma camada oculta. Cada COLUNA de X é um exemplo."""

    def __init__(self, n_entrada=3, n_oculta=4, n_saida=2, semente=0):
        np.random.seed(semente)
        self.W1 = np.random.randn(n_oculta, n_entrada) * 0.5
        self.b1 = np.zeros((n_oculta, 1))
        self.W2 = np.random.randn(n_saida, n_oculta) * 0.5
        self.b2 = np.zeros((n_saida, 1))

    def propagar(self, X):
        self.Z1 = self.W1 @ X + self.b1
        self.A1 = np.maximum(0, self.Z1)
        Z2 = self.W2 @ self.A1 + self.b2
        exp = np.exp(Z2 - Z2.max(axis=0, keepdims=True))
        self.A2 = exp / exp.sum(axis=0, keepdims=True)
        return self.A2

    def custo(self, Y):
        m = Y.shape[1]
        return -np.sum(Y * np.log(self.A2)) / m

    def retropropagar(self, X, Y):
        m = X.shape[1]
        dZ2 = self.A2 - Y
        self.dW2 = dZ2 @ self.A1.T / m
        self.db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = (self.W2.T @ dZ2) * (self.Z1 > 0)
        self.dW1 = dZ1 @ X.T / m
        self.db1 = np.sum(dZ1, axis=1, keepdims=True)

    def treinar(self, X, Y, taxa=0.1, epocas=100):
        for _ in range(epocas):
            self.propagar(X)
            self.retropropagar(X, Y)
            self.W1 -= taxa * self.dW1
            self.b1 -= taxa * self.db1
            self.W2 -= taxa * self.dW2
            self.b2 -= taxa * self.db2
        return self.custo(Y)
