"""word2vec con muestreo negativo (skip-gram), un par (centro, contexto) por vez."""
import numpy as np


class SkipGramNegativo:
    def __init__(self, vocabulario=8, dimension=4, semilla=0):
        azar = np.random.default_rng(semilla)
        self.entrada = azar.normal(0, 0.5, (vocabulario, dimension))
        self.salida = azar.normal(0, 0.5, (vocabulario, dimension))

    @staticmethod
    def _sigma(z):
        return 1 / (1 + np.exp(-z))

    def perdida(self, centro, contexto, negativos):
        self.centro, self.contexto = centro, contexto
        self.negativos = np.asarray(negativos)
        v = self.entrada[centro]
        self.p_pos = self._sigma(self.salida[contexto] @ v)
        self.p_neg = self._sigma(-self.salida[self.negativos] @ v)
        return -np.log(self.p_pos) - np.log(self.p_neg).sum()

    def gradientes(self):
        v = self.entrada[self.centro]
        d_entrada = np.zeros_like(self.entrada)
        d_salida = np.zeros_like(self.salida)
        error_pos = self.p_pos - 1
        error_neg = 1 - self.p_neg
        d_entrada[self.centro] = error_pos * self.salida[self.contexto] + error_neg @ self.salida[self.negativos]
        d_salida[self.contexto] += error_pos * v
        for k, e in zip(self.negativos, error_neg):
            d_salida[k] += e * v
        return {"entrada": d_entrada, "salida": d_salida}

    def paso(self, centro, contexto, negativos, tasa=0.05):
        costo = self.perdida(centro, contexto, negativos)
        g = self.gradientes()
        self.entrada -= tasa * g["entrada"]
        self.salida -= tasa * g["salida"]
        return costo
