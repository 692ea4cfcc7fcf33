"""Uebung 7, Aufgabe 2: Self-Attention mit einem Kopf, nur NumPy."""
import numpy as np


def softmax(s):
    s = s - s.max(axis=-1, keepdims=True)
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


class SelbstAufmerksamkeit:
    """X hat die Form (T, d_modell): eine Zeile pro Wort."""

    def __init__(self, d_modell=6, d_kopf=4, seed=0):
        r = np.random.RandomState(seed)
        self.Wq = r.randn(d_modell, d_kopf) * 0.5
        self.Wk = r.randn(d_modell, d_kopf) * 0.5
        self.Wv = r.randn(d_modell, d_kopf) * 0.5
        self.skala = 1.0 / np.sqrt(d_kopf)

    def vorwaerts(self, X):
        self.X = X
        self.Q = X @ self.Wq
        self.K = X @ self.Wk
        self.V = X @ self.Wv
        self.A = softmax(self.Q @ self.K.T * self.skala)
        return self.A @ self.V

    def rueckwaerts(self, dO):
        dV = self.A.T @ dO
        dA = dO @ self.V.T
        # Softmax zeilenweise
        dS = self.A * (dA - (dA * self.A).sum(axis=-1, keepdims=True))
        dS = dS * self.skala
        dQ = dS @ self.K
        dK = dS @ self.Q
        self.dWq = self.X.T @ dQ
        self.dWk = self.X.T @ dK
        self.dWv = self.X.T @ dV
        dX = dQ @ self.Wq.T + dK @ self.Wk.T + dV @ self.Wv.T
        return dX


if __name__ == '__main__':
    schicht = SelbstAufmerksamkeit()
    X = np.random.randn(5, 6)
    ziel = np.random.randn(5, 4)
    for schritt in range(30):
        O = schicht.vorwaerts(X)
        schicht.rueckwaerts(O - ziel)
        schicht.Wq -= 0.05 * schicht.dWq
        schicht.Wk -= 0.05 * schicht.dWk
        schicht.Wv -= 0.05 * schicht.dWv
    print('Fehler', 0.5 * np.sum((O - ziel) ** 2))
