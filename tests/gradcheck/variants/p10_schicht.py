"""Neuronales Netz für die Facharbeit: Schichten mit Sigmoid oder Tangens hyperbolicus."""
import numpy as np


class Schicht:
    def __init__(self, eingaenge, ausgaenge, aktivierung="tanh"):
        self.gewichte = np.random.uniform(-1, 1, (eingaenge, ausgaenge))
        self.schwellen = np.zeros(ausgaenge)
        self.aktivierung = aktivierung

    def vorwaerts(self, eingabe):
        self.eingabe = eingabe
        netto = eingabe @ self.gewichte + self.schwellen
        if self.aktivierung == "tanh":
            self.ausgabe = np.tanh(netto)
        else:
            self.ausgabe = 1 / (1 + np.exp(-netto))
        return self.ausgabe

    def rueckwaerts(self, fehler):
        if self.aktivierung == "tanh":
            delta = fehler * (1 - self.ausgabe ** 2)
        else:
            delta = fehler * self.ausgabe * (1 - self.ausgabe)
        self.grad_gewichte = self.eingabe.T @ delta
        self.grad_schwellen = delta.sum(axis=0)
        return delta @ self.gewichte.T


class Netz:
    def __init__(self, groessen):
        self.schichten = [Schicht(a, b) for a, b in zip(groessen, groessen[1:])]

    def vorhersage(self, x):
        for schicht in self.schichten:
            x = schicht.vorwaerts(x)
        return x

    def fehler(self, x, ziel):
        return 0.5 * np.sum((self.vorhersage(x) - ziel) ** 2)

    def lerne(self, x, ziel, rate=0.1):
        fehler = self.vorhersage(x) - ziel
        for schicht in self.schichten[::-1]:
            fehler = schicht.rueckwaerts(fehler)
        for schicht in self.schichten:
            schicht.gewichte -= rate * schicht.grad_gewichte
            schicht.schwellen -= rate * schicht.grad_schwellen
