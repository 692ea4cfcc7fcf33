import numpy as np

# Autoencodeur simple (TP 4).  x -> h -> x_rec


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


class Perte:
    """erreur quadratique moyenne sur toutes les cases"""

    def valeur(self, rec, x):
        return np.mean((rec - x) ** 2)

    def derivee(self, rec, x):
        return 2 * (rec - x) / len(x)


class AutoEncodeur:
    def __init__(self, n_entree=6, n_cache=3):
        gen = np.random.RandomState(4)
        self.W1 = gen.normal(0, .5, (n_entree, n_cache))
        self.b1 = np.zeros(n_cache)
        self.W2 = gen.normal(0, .5, (n_cache, n_entree))
        self.b2 = np.zeros(n_entree)
        self.perte = Perte()

    def propager(self, x):
        self.x = x
        self.h = sigmoide(x @ self.W1 + self.b1)
        self.rec = self.h @ self.W2 + self.b2
        return self.rec

    def cout(self, x):
        return self.perte.valeur(self.propager(x), x)

    def retropropager(self):
        d2 = self.perte.derivee(self.rec, self.x)
        dW2 = self.h.T @ d2
        db2 = d2.sum(0)
        d1 = (d2 @ self.W2.T) * self.h * (1 - self.h)
        dW1 = self.x.T @ d1
        db1 = d1.sum(0)
        return dW1, db1, dW2, db2


if __name__ == '__main__':
    ae = AutoEncodeur()
    x = np.random.rand(10, 6)
    for it in range(100):
        c = ae.cout(x)
        dW1, db1, dW2, db2 = ae.retropropager()
        ae.W1 -= .3 * dW1
        ae.b1 -= .3 * db1
        ae.W2 -= .3 * dW2
        ae.b2 -= .3 * db2
    print('cout final', c)
