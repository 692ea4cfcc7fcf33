# -*- coding: utf-8 -*-
# Rede para o MNIST com dropout invertido (trabalho 2)
import numpy as np


class Rede:
    def __init__(self, entradas, ocultos, classes, manter=0.8):
        self.manter = manter
        self.treinando = True
        self.pesos = [
            np.random.randn(entradas, ocultos) * np.sqrt(2.0 / entradas),
            np.random.randn(ocultos, classes) * np.sqrt(2.0 / ocultos),
        ]
        self.vies = [np.zeros((1, ocultos)), np.zeros((1, classes))]

    def forward(self, X):
        self.X = X
        self.z1 = X @ self.pesos[0] + self.vies[0]
        self.h = np.maximum(0, self.z1)
        if self.treinando:
            self.mascara = (np.random.rand(*self.h.shape) < self.manter) / self.manter
        else:
            self.mascara = np.ones_like(self.h)
        self.h = self.h * self.mascara
        z2 = self.h @ self.pesos[1] + self.vies[1]
        z2 = z2 - z2.max(axis=1, keepdims=True)
        e = np.exp(z2)
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def perda(self, Y):
        """entropia cruzada, Y em one-hot"""
        return -np.sum(Y * np.log(self.p)) / len(Y)

    def backward(self, Y):
        m = len(Y)
        d2 = (self.p - Y) / m
        d1 = (d2 @ self.pesos[1].T) * self.mascara * (self.z1 > 0)
        grad_pesos = [self.X.T @ d1, self.h.T @ d2]
        grad_vies = [d1.sum(axis=0, keepdims=True), d2.sum(axis=0, keepdims=True)]
        return grad_pesos, grad_vies

    def atualizar(self, grad_pesos, grad_vies, taxa=0.1):
        for k in range(2):
            self.pesos[k] -= taxa * grad_pesos[k]
            self.vies[k] -= taxa * grad_vies[k]


if __name__ == "__main__":
    X = np.random.rand(50, 20)
    Y = np.eye(4)[X[:, :4].argmax(1)]
    rede = Rede(20, 16, 4)
    for epoca in range(100):
        rede.forward(X)
        rede.atualizar(*rede.backward(Y), taxa=0.5)
    rede.treinando = False
    print("acerto:", (rede.forward(X).argmax(1) == Y.argmax(1)).mean())
