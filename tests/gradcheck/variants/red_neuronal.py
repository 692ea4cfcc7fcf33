# Red neuronal multicapa - práctica de aprendizaje automático
import numpy as np


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def derivada_sigmoide(a):
    # a es la salida de la sigmoide
    return a * (1 - a)


class RedNeuronal:
    """Dos capas ocultas, coste cuadrático medio: C = 1/(2m) * suma((a3 - y)^2)."""

    def __init__(self, n_entrada, n_oculta1, n_oculta2, n_salida, tasa=0.5):
        self.W1 = np.random.randn(n_entrada, n_oculta1)
        self.b1 = np.zeros((1, n_oculta1))
        self.W2 = np.random.randn(n_oculta1, n_oculta2)
        self.b2 = np.zeros((1, n_oculta2))
        self.W3 = np.random.randn(n_oculta2, n_salida)
        self.b3 = np.zeros((1, n_salida))
        self.tasa = tasa

    def adelante(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = sigmoide(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = sigmoide(self.z2)
        self.z3 = self.a2 @ self.W3 + self.b3
        self.a3 = sigmoide(self.z3)
        return self.a3

    def coste(self, X, y):
        return np.sum((self.adelante(X) - y) ** 2) / (2 * len(X))

    def atras(self, X, y):
        m = len(X)
        salida = self.adelante(X)
        delta3 = (salida - y) * derivada_sigmoide(self.a3)
        delta2 = (delta3 @ self.W3.T) * derivada_sigmoide(self.z2)
        delta1 = (delta2 @ self.W2.T) * derivada_sigmoide(self.a1)

        self.dW3 = self.a2.T @ delta3 / m
        self.db3 = np.sum(delta3, axis=0, keepdims=True) / m
        self.dW2 = self.a1.T @ delta2 / m
        self.db2 = np.sum(delta2, axis=0, keepdims=True) / m
        self.dW1 = X.T @ delta1 / m
        self.db1 = np.sum(delta1, axis=0, keepdims=True) / m

    def entrenar(self, X, y, epocas=1000):
        for epoca in range(epocas):
            self.atras(X, y)
            for nombre in ("W1", "b1", "W2", "b2", "W3", "b3"):
                valor = getattr(self, nombre)
                valor -= self.tasa * getattr(self, "d" + nombre)
            if epoca % 200 == 0:
                print("época", epoca, "coste", self.coste(X, y))


if __name__ == "__main__":
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    y = np.array([[0], [1], [1], [0]], dtype=float)
    red = RedNeuronal(2, 6, 4, 1)
    red.entrenar(X, y)
