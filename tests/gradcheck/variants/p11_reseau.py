"""Petit réseau de neurones pour le TP n°4 : une couche cachée, sortie sigmoïde, coût quadratique."""
import numpy as np


def sigmoide(x):
    return 1 / (1 + np.exp(-x))


class Reseau:
    def __init__(self, entrees=3, caches=4, sorties=2):
        self.poids1 = np.random.randn(entrees, caches)
        self.biais1 = np.zeros(caches)
        self.poids2 = np.random.randn(caches, sorties)
        self.biais2 = np.zeros(sorties)

    def propager(self, entree):
        self.entree = entree
        self.cachee = np.tanh(entree @ self.poids1 + self.biais1)
        self.sortie = sigmoide(self.cachee @ self.poids2 + self.biais2)
        return self.sortie

    def cout(self, sortie, cible):
        return ((sortie - cible) ** 2).sum() / 2

    def retropropager(self, cible):
        erreur = self.sortie - cible
        delta2 = erreur * self.sortie * (1 - self.sortie)
        self.grad_poids2 = self.cachee.T @ delta2
        self.grad_biais2 = delta2.sum(axis=0)
        delta1 = (erreur @ self.poids2.T) * (1 - self.cachee ** 2)
        self.grad_poids1 = self.entree.T @ delta1
        self.grad_biais1 = delta1.sum(axis=0)

    def mettre_a_jour(self, taux=0.1):
        for nom in ("poids1", "biais1", "poids2", "biais2"):
            setattr(self, nom, getattr(self, nom) - taux * getattr(self, "grad_" + nom))
