# Autoencoder con pesos atados (tied weights): el decodificador usa W traspuesta
# Práctica 3 - Aprendizaje Automático
import numpy as np


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


class Autoencoder:
    def __init__(self, n_entrada, n_oculta, semilla=0):
        gen = np.random.RandomState(semilla)
        limite = np.sqrt(6.0 / (n_entrada + n_oculta))
        self.W = gen.uniform(-limite, limite, (n_entrada, n_oculta))
        self.b = np.zeros(n_oculta)      # sesgo del codificador
        self.c = np.zeros(n_entrada)     # sesgo del decodificador

    def codificar(self, X):
        return sigmoide(X @ self.W + self.b)

    def decodificar(self, H):
        return sigmoide(H @ self.W.T + self.c)

    def costo(self, X):
        R = self.decodificar(self.codificar(X))
        return 0.5 * np.sum((R - X) ** 2) / len(X)

    def gradientes(self, X):
        n = len(X)
        # propagación hacia adelante
        H = self.codificar(X)
        R = self.decodificar(H)

        # retropropagación
        delta_r = (R - X) * R * (1 - R) / n
        delta_h = (delta_r @ self.W) * H * (1 - H)

        dW = X.T @ delta_h
        db = delta_h.sum(axis=0)
        dc = delta_r.sum(axis=0)
        return dW, db, dc

    def entrenar(self, X, epocas=100, tasa=0.5, tam_lote=20):
        for ep in range(epocas):
            orden = np.random.permutation(len(X))
            for i in range(0, len(X), tam_lote):
                lote = X[orden[i:i + tam_lote]]
                dW, db, dc = self.gradientes(lote)
                self.W -= tasa * dW
                self.b -= tasa * db
                self.c -= tasa * dc
            if ep % 20 == 0:
                print("época %d, costo = %.4f" % (ep, self.costo(X)))


if __name__ == "__main__":
    np.random.seed(1)
    patrones = (np.random.rand(4, 12) > 0.5).astype(float)
    X = patrones[np.random.randint(0, 4, 100)]
    X = np.abs(X - (np.random.rand(*X.shape) < 0.05))
    ae = Autoencoder(12, 3)
    ae.entrenar(X)
