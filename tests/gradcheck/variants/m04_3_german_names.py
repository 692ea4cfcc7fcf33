import numpy as np


class Schicht:
    """Eine voll verbundene Schicht mit Sigmoid."""

    def __init__(self, anzahl_ein=3, anzahl_aus=2):
        self.gewichte = np.random.randn(anzahl_ein, anzahl_aus)
        self.schwelle = np.zeros(anzahl_aus)
        self.lernrate = 0.1

    def vorwaerts(self, eingabe):
        self.eingabe = eingabe
        netz = eingabe @ self.gewichte + self.schwelle
        self.ausgabe = 1 / (1 + np.exp(-netz))
        return self.ausgabe

    def rueckwaerts(self, fehler):
        delta = fehler * self.ausgabe * (1 - self.ausgabe)
        self.gradient_gewichte = self.eingabe.T @ delta
        self.gradient_schwelle = delta.mean(axis=0)
        return delta @ self.gewichte.T

    def lernen(self):
        self.gewichte -= self.lernrate * self.gradient_gewichte
        self.schwelle -= self.lernrate * self.gradient_schwelle
