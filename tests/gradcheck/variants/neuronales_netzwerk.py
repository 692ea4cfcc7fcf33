# Neuronales Netz selbst programmiert - Beispiel aus dem Informatikkurs Q2
import numpy as np


class NeuronalesNetz:

    def __init__(self, eingabeknoten, versteckteknoten, ausgabeknoten, lernrate):
        self.lr = lernrate
        self.w_ev = np.random.normal(0.0, eingabeknoten ** -0.5, (versteckteknoten, eingabeknoten))
        self.w_va = np.random.normal(0.0, versteckteknoten ** -0.5, (ausgabeknoten, versteckteknoten))

    def aktivierung(self, x):
        return 1 / (1 + np.exp(-x))

    def trainiere(self, eingabe_liste, ziel_liste):
        # Listen in Spaltenvektoren umwandeln
        eingaben = np.array(eingabe_liste, ndmin=2).T
        ziele = np.array(ziel_liste, ndmin=2).T

        versteckt = self.aktivierung(self.w_ev @ eingaben)
        ausgabe = self.aktivierung(self.w_va @ versteckt)

        # Fehler E = 1/2 * Summe (ziel - ausgabe)^2
        fehler = ziele - ausgabe
        delta_a = fehler * ausgabe * (1 - ausgabe)
        # rueckwaerts durch die alten Gewichte
        delta_v = (self.w_va.T @ delta_a) * versteckt * (1 - versteckt)

        self.w_va += self.lr * (delta_a @ versteckt.T)
        self.w_ev += self.lr * (delta_v @ eingaben.T)
        return 0.5 * float(np.sum(fehler ** 2))

    def frage_ab(self, eingabe_liste):
        eingaben = np.array(eingabe_liste, ndmin=2).T
        versteckt = self.aktivierung(self.w_ev @ eingaben)
        return self.aktivierung(self.w_va @ versteckt)


if __name__ == "__main__":
    netz = NeuronalesNetz(2, 4, 1, 0.5)
    daten = [([0.01, 0.01], [0.01]), ([0.01, 0.99], [0.99]),
             ([0.99, 0.01], [0.99]), ([0.99, 0.99], [0.01])]
    for epoche in range(5000):
        gesamt = sum(netz.trainiere(e, z) for e, z in daten)
        if epoche % 1000 == 0:
            print(epoche, gesamt)
