# Logistische Regression zu Fuß (Kurs Maschinelles Lernen, Blatt 5)
import numpy as np


class LogistischesModell:
    def __init__(self, merkmale, lernrate=0.1):
        self.w = np.random.randn(merkmale) * 0.1
        self.b = 0.0
        self.lernrate = lernrate

    def vorhersage(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def verlust(self, X, y):
        """mittlere negative Log-Likelihood"""
        p = self.vorhersage(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, X, y):
        fehler = self.vorhersage(X) - y
        dw = X.T @ fehler / len(y)
        db = np.mean(y - self.vorhersage(X))
        return dw, db

    def trainiere(self, X, y, epochen=100):
        verlauf = []
        for _ in range(epochen):
            dw, db = self.gradient(X, y)
            self.w -= self.lernrate * dw
            self.b -= self.lernrate * db
            verlauf.append(self.verlust(X, y))
        return verlauf


if __name__ == "__main__":
    np.random.seed(5)
    X = np.random.randn(100, 2)
    y = (X @ np.array([2.0, -1.0]) > 0).astype(float)
    m = LogistischesModell(2)
    v = m.trainiere(X, y)
    print("Verlust am Anfang", v[0], "am Ende", v[-1])
    print("Genauigkeit", np.mean((m.vorhersage(X) > 0.5) == y))
