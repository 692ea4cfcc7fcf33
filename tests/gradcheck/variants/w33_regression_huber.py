# -*- coding: utf-8 -*-
"""
TP 4 : réseau de neurones pour la régression robuste (perte de Huber)
"""
import numpy as np


def perte_huber(y_pred, y_vrai, seuil):
    erreur = y_pred - y_vrai
    petit = np.abs(erreur) <= seuil
    quad = 0.5 * erreur ** 2
    lin = seuil * (np.abs(erreur) - 0.5 * seuil)
    return np.where(petit, quad, lin).mean()


def derivee_huber(y_pred, y_vrai, seuil):
    erreur = y_pred - y_vrai
    return np.clip(erreur, -1, 1) / erreur.size


class Reseau:
    def __init__(self, n_entrees, n_caches, seuil=2.0, graine=0):
        alea = np.random.RandomState(graine)
        self.seuil = seuil
        # poids de la couche cachée et de la sortie
        self.W1 = alea.randn(n_entrees, n_caches) * 0.5
        self.b1 = np.zeros((1, n_caches))
        self.W2 = alea.randn(n_caches, 1) * 0.5
        self.b2 = np.zeros((1, 1))

    def propager(self, X):
        self.X = X
        self.Z = X @ self.W1 + self.b1
        self.A = np.log1p(np.exp(self.Z))     # softplus
        return self.A @ self.W2 + self.b2

    def cout(self, X, y):
        return perte_huber(self.propager(X), y, self.seuil)

    def retropropager(self, y_pred, y):
        d_sortie = derivee_huber(y_pred, y, self.seuil)
        dW2 = self.A.T @ d_sortie
        db2 = d_sortie.sum(axis=0, keepdims=True)
        dA = d_sortie @ self.W2.T
        dZ = dA / (1 + np.exp(-self.Z))       # la dérivée de softplus est la sigmoïde
        dW1 = self.X.T @ dZ
        db1 = dZ.sum(axis=0, keepdims=True)
        return dW1, db1, dW2, db2

    def apprendre(self, X, y, nb_iter=500, pas=0.1):
        for k in range(nb_iter):
            y_pred = self.propager(X)
            dW1, db1, dW2, db2 = self.retropropager(y_pred, y)
            self.W1 -= pas * dW1
            self.b1 -= pas * db1
            self.W2 -= pas * dW2
            self.b2 -= pas * db2
            if k % 100 == 0:
                print("itération", k, "perte", perte_huber(y_pred, y, self.seuil))


if __name__ == "__main__":
    alea = np.random.RandomState(0)
    X = alea.uniform(-2, 2, (100, 1))
    y = 3 * X ** 2 - X + 0.3 * alea.randn(100, 1)
    y[::10] += 15                              # valeurs aberrantes
    r = Reseau(1, 12)
    r.apprendre(X, y)
