# Rede neural com dropout na camada escondida
import numpy as np


class RedeDropout:
    def __init__(self, n_entrada=4, n_oculta=8, n_saida=2, p_descarte=0.3):
        gerador = np.random.RandomState(0)
        self.W1 = gerador.randn(n_entrada, n_oculta)
        self.b1 = gerador.randn(n_oculta)
        self.W2 = gerador.randn(n_oculta, n_saida)
        self.b2 = gerador.randn(n_saida)
        self.p_descarte = p_descarte

    def propagar(self, X, semente=123):
        # semente fixa para repetir a mesma mascara
        sorteio = np.random.RandomState(semente)
        self.X = X
        self.A1 = np.tanh(X @ self.W1 + self.b1)
        self.M = sorteio.rand(*self.A1.shape) >= self.p_descarte
        self.D1 = self.A1 * self.M / (1 - self.p_descarte)
        self.Y = self.D1 @ self.W2 + self.b2
        return self.Y

    def custo(self, X, alvo):
        return 0.5 * np.sum((self.propagar(X) - alvo) ** 2)

    def retropropagar(self, alvo):
        dY = self.Y - alvo
        dW2 = self.D1.T @ dY
        db2 = dY.sum(axis=0)
        dD1 = dY @ self.W2.T
        dA1 = dD1 * self.M / self.p_descarte
        dZ1 = dA1 * (1 - self.A1 ** 2)
        dW1 = self.X.T @ dZ1
        db1 = dZ1.sum(axis=0)
        return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}


if __name__ == '__main__':
    rede = RedeDropout()
    X = np.random.randn(20, 4)
    alvo = X[:, :2] ** 2
    for passo in range(100):
        rede.propagar(X, semente=passo)
        grads = rede.retropropagar(alvo)
        for k, g in grads.items():
            setattr(rede, k, getattr(rede, k) - 0.001 * g)
    print('custo', rede.custo(X, alvo))
