# Rede neural do zero - trabalho da disciplina de IA
import numpy as np


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def tanh(z):
    return np.tanh(z)


def d_sigmoide(z):
    s = sigmoide(z)
    return s * (1 - s)


def d_tanh(z):
    return 1 - np.tanh(z) ** 2


ATIVACOES = {"sigmoide": (sigmoide, d_sigmoide), "tanh": (tanh, d_tanh)}


class Camada:
    """Camada densa com a ativacao dentro"""

    def __init__(self, n_entradas, n_saidas, ativacao="sigmoide"):
        self.pesos = np.random.randn(n_entradas, n_saidas) * np.sqrt(1 / n_entradas)
        self.vies = np.zeros(n_saidas)
        self.f, self.df = ATIVACOES[ativacao]

    def forward(self, x):
        self.x = x
        self.z = x @ self.pesos + self.vies
        self.a = self.f(self.z)
        return self.a

    def backward(self, grad_saida):
        delta = grad_saida * self.df(self.a)
        self.d_pesos = self.x.T @ delta
        self.d_vies = delta.sum(axis=0)
        return delta @ self.pesos.T

    def atualizar(self, taxa):
        self.pesos -= taxa * self.d_pesos
        self.vies -= taxa * self.d_vies


def treinar(camadas, X, Y, taxa=1.0, epocas=300):
    for epoca in range(epocas):
        saida = X
        for c in camadas:
            saida = c.forward(saida)
        erro = saida - Y
        grad = erro / len(X)
        for c in reversed(camadas):
            grad = c.backward(grad)
        for c in camadas:
            c.atualizar(taxa)
    return 0.5 * np.mean(np.sum(erro ** 2, axis=1))


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.rand(100, 2) * 2 - 1
    Y = (np.abs(X).sum(axis=1, keepdims=True) < 0.9).astype(float)
    camadas = [Camada(2, 8, "tanh"), Camada(8, 1)]
    print("erro final:", treinar(camadas, X, Y))
