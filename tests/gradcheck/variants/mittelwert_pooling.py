import numpy as np


class MittelwertPooling:
    """Mittelwert-Pooling ohne Überlappung. Form: (Anzahl, Kanäle, Höhe, Breite)"""

    def __init__(self, fenster=2):
        self.fenster = fenster
        self.form = None

    def vorwaerts(self, eingabe):
        n, k, h, b = eingabe.shape
        f = self.fenster
        assert h % f == 0 and b % f == 0, "Bildgröße passt nicht zum Fenster"
        self.form = eingabe.shape
        bloecke = eingabe.reshape(n, k, h // f, f, b // f, f)
        return bloecke.mean(axis=(3, 5))

    # Alias, damit die Schicht im Netz benutzt werden kann
    forward = vorwaerts

    def rueckwaerts(self, fehler):
        f = self.fenster
        verteilt = np.repeat(np.repeat(fehler, f, axis=2), f, axis=3)
        gradient = verteilt / f
        return gradient.reshape(self.form)

    backward = rueckwaerts


if __name__ == '__main__':
    schicht = MittelwertPooling(2)
    bild = np.arange(16.0).reshape(1, 1, 4, 4)
    print(schicht.vorwaerts(bild))
    print(schicht.rueckwaerts(np.ones((1, 1, 2, 2))))
