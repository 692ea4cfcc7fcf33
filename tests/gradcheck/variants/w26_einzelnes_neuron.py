# Ein einzelnes Neuron lernt die UND-Funktion (ohne numpy)
import math
import random


class Perzeptron:
    def __init__(self, anzahl_eingaben, lernrate=0.5):
        self.gewichte = [random.uniform(-1, 1) for _ in range(anzahl_eingaben)]
        self.schwelle = random.uniform(-1, 1)
        self.lernrate = lernrate

    def summe(self, eingabe):
        s = -self.schwelle
        for w, x in zip(self.gewichte, eingabe):
            s += w * x
        return s

    def ausgabe(self, eingabe):
        return 1.0 / (1.0 + math.exp(-self.summe(eingabe)))

    def fehler(self, eingabe, soll):
        return 0.5 * (soll - self.ausgabe(eingabe)) ** 2

    def gradient(self, eingabe, soll):
        """Ableitungen des Fehlers nach den Gewichten und nach der Schwelle"""
        o = self.ausgabe(eingabe)
        delta = (o - soll) * o * (1 - o)
        grad_w = [delta * x for x in eingabe]
        grad_s = -delta          # die Schwelle wird abgezogen
        return grad_w, grad_s

    def lerne(self, daten, epochen=1000):
        for epoche in range(epochen):
            gesamt = 0
            for eingabe, soll in daten:
                gesamt += self.fehler(eingabe, soll)
                grad_w, grad_s = self.gradient(eingabe, soll)
                for i in range(len(self.gewichte)):
                    self.gewichte[i] -= self.lernrate * grad_w[i]
                self.schwelle -= self.lernrate * grad_s
            if epoche % 200 == 0:
                print("Epoche", epoche, "Fehler", round(gesamt, 4))


if __name__ == "__main__":
    random.seed(4)
    und = [([0, 0], 0), ([0, 1], 0), ([1, 0], 0), ([1, 1], 1)]
    p = Perzeptron(2)
    p.lerne(und)
    for eingabe, soll in und:
        print(eingabe, "->", round(p.ausgabe(eingabe), 3), "soll", soll)
