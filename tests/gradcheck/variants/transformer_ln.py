import numpy as np
from dataclasses import dataclass, field


@dataclass
class Normalisierung:
    """Layer-Normalisierung, elementweise Affinität, Achse -1"""
    breite: int = 5
    eps: float = 1e-5
    skala: np.ndarray = field(default=None)
    versatz: np.ndarray = field(default=None)

    def __post_init__(self):
        if self.skala is None:
            self.skala = np.linspace(0.8, 1.2, self.breite)
        if self.versatz is None:
            self.versatz = np.zeros(self.breite)

    def vorwaerts(self, x):
        mittel = x.mean(axis=-1, keepdims=True)
        zentriert = x - mittel
        varianz = (zentriert ** 2).mean(axis=-1, keepdims=True)
        self._inv = 1.0 / np.sqrt(varianz + self.eps)
        self._zentriert = zentriert
        self._xhut = zentriert * self._inv
        return self.skala * self._xhut + self.versatz

    def rueckwaerts(self, dy):
        n = self.breite
        achsen = tuple(range(dy.ndim - 1))
        self.d_skala = (dy * self._xhut).sum(axis=achsen)
        self.d_versatz = dy.sum(axis=achsen)
        dxhut = dy * self.skala
        dvar = np.sum(dxhut * self._zentriert, axis=-1, keepdims=True) * (-0.5) * self._inv ** 3
        dmittel = -np.sum(dxhut * self._inv, axis=-1, keepdims=True)
        # der Beitrag der Varianz zum Mittelwert ist null, weil sum(zentriert) = 0
        return dxhut * self._inv + dvar * 2 * self._zentriert / n + dmittel / n


if __name__ == '__main__':
    ln = Normalisierung()
    print(ln.vorwaerts(np.arange(10.).reshape(2, 5)))
    print(ln.rueckwaerts(np.eye(2, 5)))
