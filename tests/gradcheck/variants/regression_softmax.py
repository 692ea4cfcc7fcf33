import numpy as np


class RegressionSoftmax:
    """Régression logistique multinomiale.

    cout = somme des entropies croisées (PAS la moyenne) + penalite * ||poids||²
    """

    def __init__(self, nb_entrees, nb_classes, penalite=0.1, graine=0):
        alea = np.random.default_rng(graine)
        self.poids = alea.normal(size=(nb_entrees, nb_classes))
        self.biais = alea.normal(size=nb_classes)
        self.penalite = penalite

    def probabilites(self, X):
        scores = X @ self.poids + self.biais
        scores -= scores.max(axis=1)[:, None]
        e = np.exp(scores)
        return e / e.sum(axis=1)[:, None]

    def cout(self, X, etiquettes):
        p = self.probabilites(X)
        entropie = -np.log(p[range(len(X)), etiquettes]).sum()
        return entropie + self.penalite * (self.poids ** 2).sum()

    def gradient(self, X, etiquettes):
        ecart = self.probabilites(X)
        ecart[range(len(X)), etiquettes] -= 1
        grad_poids = X.T @ ecart + 2 * self.penalite * self.poids
        grad_biais = ecart.sum(axis=0)
        return grad_poids, grad_biais

    def apprendre(self, X, etiquettes, pas=0.01, iterations=100):
        historique = []
        for _ in range(iterations):
            gp, gb = self.gradient(X, etiquettes)
            self.poids -= pas * gp
            self.biais -= pas * gb
            historique.append(self.cout(X, etiquettes))
        return historique
