# Rede neural com regularização L1 + L2 e momento
# Trabalho da disciplina de Redes Neurais
import numpy as np


class RedeNeural:
    def __init__(self, camadas, taxa=0.05, momento=0.9, l1=0.0, l2=0.0):
        self.camadas = camadas
        self.taxa, self.momento = taxa, momento
        self.l1, self.l2 = l1, l2
        self.pesos = []
        self.vieses = []
        for ent, sai in zip(camadas[:-1], camadas[1:]):
            self.pesos.append(np.random.randn(sai, ent) / np.sqrt(ent))
            self.vieses.append(np.zeros((sai, 1)))
        self.vel_p = [np.zeros_like(p) for p in self.pesos]
        self.vel_v = [np.zeros_like(v) for v in self.vieses]

    def ativacao(self, z):
        return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)      # ELU

    def derivada(self, z):
        return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))

    def propagar(self, X):
        self.zs, self.saidas = [], [X]
        for k, (P, v) in enumerate(zip(self.pesos, self.vieses)):
            z = P.dot(self.saidas[-1]) + v
            self.zs.append(z)
            ultima = (k == len(self.pesos) - 1)
            self.saidas.append(z if ultima else self.ativacao(z))
        return self.saidas[-1]

    def custo(self, X, Y):
        m = X.shape[1]
        erro = self.propagar(X) - Y
        c = np.sum(erro ** 2) / (2 * m)
        for P in self.pesos:
            c += self.l1 * np.sum(np.abs(P)) + self.l2 / 2 * np.sum(P ** 2)
        return c

    def retropropagar(self, X, Y):
        m = X.shape[1]
        delta = (self.propagar(X) - Y) / m
        grad_p, grad_v = [], []
        for k in range(len(self.pesos) - 1, -1, -1):
            P = self.pesos[k]
            grad_p.insert(0, delta.dot(self.saidas[k].T) + self.l1 * np.sign(P) + self.l2 * P)
            grad_v.insert(0, delta.sum(axis=1, keepdims=True))
            if k > 0:
                delta = P.T.dot(delta) * self.derivada(self.zs[k - 1])
        return grad_p, grad_v

    def atualizar(self, grad_p, grad_v):
        for k in range(len(self.pesos)):
            self.vel_p[k] = self.momento * self.vel_p[k] - self.taxa * grad_p[k]
            self.vel_v[k] = self.momento * self.vel_v[k] - self.taxa * grad_v[k]
            self.pesos[k] += self.vel_p[k]
            self.vieses[k] += self.vel_v[k]

    def treinar(self, X, Y, epocas=200):
        for e in range(epocas):
            gp, gv = self.retropropagar(X, Y)
            self.atualizar(gp, gv)
            if e % 50 == 0:
                print("época", e, "custo", self.custo(X, Y))


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.rand(3, 100) * 2 - 1
    Y = X[:1] * X[1:2] - X[2:]
    RedeNeural([3, 10, 1], l1=1e-4, l2=1e-3).treinar(X, Y)
