# -*- coding: utf-8 -*-
# Einfaches rekurrentes Netz auf Zeichenebene (Hausaufgabe Maschinelles Lernen)
import numpy as np


class ZeichenRNN:
    def __init__(self, anzahl_zeichen, versteckt, startwert=1):
        rng = np.random.RandomState(startwert)
        self.V = anzahl_zeichen
        self.H = versteckt
        self.Wxh = rng.randn(versteckt, anzahl_zeichen) * 0.3
        self.Whh = rng.randn(versteckt, versteckt) * 0.3
        self.Why = rng.randn(anzahl_zeichen, versteckt) * 0.3
        self.bh = np.zeros((versteckt, 1))
        self.by = np.zeros((anzahl_zeichen, 1))

    def verlust(self, eingaben, ziele, h_alt):
        """Vorwaerts und rueckwaerts durch die ganze Folge.

        Rueckgabe: Verlust (Summe der Kreuzentropien), Gradienten, letzter Zustand
        """
        xs, hs, ps = {}, {-1: h_alt.copy()}, {}
        verlust = 0.0
        for t, zeichen in enumerate(eingaben):
            xs[t] = np.zeros((self.V, 1))
            xs[t][zeichen] = 1
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t - 1] + self.bh)
            y = self.Why @ hs[t] + self.by
            e = np.exp(y - y.max())
            ps[t] = e / e.sum()
            verlust -= np.log(ps[t][ziele[t], 0])

        grad = {name: np.zeros_like(getattr(self, name))
                for name in ("Wxh", "Whh", "Why", "bh", "by")}
        dh_naechst = np.zeros((self.H, 1))
        for t in range(len(eingaben) - 1, -1, -1):
            dy = ps[t].copy()
            dy[ziele[t]] -= 1
            grad["Why"] += dy @ hs[t].T
            grad["by"] += dy
            dh = self.Why.T @ dy + dh_naechst
            dz = (1 - hs[t] ** 2) * dh
            grad["bh"] += dz
            grad["Wxh"] += dz @ xs[t].T
            grad["Whh"] += dz @ hs[t - 1].T
            dh_naechst = self.Whh @ dz
        return verlust, grad, hs[len(eingaben) - 1]

    def schritt(self, grad, lernrate=0.05):
        for name, g in grad.items():
            setattr(self, name, getattr(self, name) - lernrate * np.clip(g, -5, 5))


if __name__ == "__main__":
    text = "fischers fritz fischt frische fische "
    zeichen = sorted(set(text))
    index = {z: i for i, z in enumerate(zeichen)}
    netz = ZeichenRNN(len(zeichen), 16)
    h = np.zeros((16, 1))
    for runde in range(200):
        ein = [index[z] for z in text[:-1]]
        aus = [index[z] for z in text[1:]]
        v, g, _ = netz.verlust(ein, aus, h)
        netz.schritt(g)
        if runde % 20 == 0:
            print(runde, v)
