"""Uebungsblatt 5, Aufgabe 2: Backpropagation von Hand und zum Vergleich mit NumPy."""
import numpy as np


class Blatt5Netz:
    """zwei Eingaben, zwei verdeckte Neuronen (tanh), zwei lineare Ausgaben"""

    def __init__(self):
        # Gewichte wie auf dem Blatt
        self.W1 = np.array([[1, -1], [2, 0]])
        self.b1 = np.array([0, 1])
        self.W2 = np.array([[1, 2], [-1, 1]])
        self.b2 = np.array([1, -1])

    def forward(self, x):
        self.x = np.array(x)
        self.s1 = self.W1 @ self.x + self.b1
        self.o1 = np.tanh(self.s1)
        self.o2 = self.W2 @ self.o1 + self.b2
        return self.o2

    def fehler(self, ziel):
        return 0.5 * np.sum((self.o2 - ziel) ** 2)

    def backward(self, ziel):
        d2 = self.o2 - ziel
        d1 = (self.W2 @ d2) * (1 - self.o1 ** 2)
        self.dW2 = np.outer(d2, self.o1)
        self.db2 = d2
        self.dW1 = np.outer(d1, self.x)
        self.db1 = d1

    def lernschritt(self, eta):
        self.W1 = self.W1 - eta * self.dW1
        self.b1 = self.b1 - eta * self.db1
        self.W2 = self.W2 - eta * self.dW2
        self.b2 = self.b2 - eta * self.db2


if __name__ == "__main__":
    netz = Blatt5Netz()
    x, ziel = np.array([1, 2]), np.array([0, 1])
    print("Ausgabe", netz.forward(x), "Fehler", netz.fehler(ziel))
    netz.backward(ziel)
    for name in ("dW1", "db1", "dW2", "db2"):
        print(name, "=", np.round(getattr(netz, name), 4).tolist())
    netz.lernschritt(0.1)
    netz.forward(x)
    print("Fehler nach einem Schritt", netz.fehler(ziel))
