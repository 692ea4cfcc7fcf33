# Rede neural simples feita só com listas do Python (sem numpy)
import math
import random


class RedeNeural:
    def __init__(self, n_entradas, n_ocultos, n_saidas, taxa=0.3):
        self.taxa = taxa
        self.pesos_oculta = [[random.uniform(-1, 1) for _ in range(n_entradas)] for _ in range(n_ocultos)]
        self.vies_oculta = [0.0] * n_ocultos
        self.pesos_saida = [[random.uniform(-1, 1) for _ in range(n_ocultos)] for _ in range(n_saidas)]
        self.vies_saida = [0.0] * n_saidas

    def propagar(self, entrada):
        self.entrada = entrada
        self.oculta = []
        for pesos, vies in zip(self.pesos_oculta, self.vies_oculta):
            soma = sum(p * e for p, e in zip(pesos, entrada)) + vies
            self.oculta.append(math.tanh(soma))
        self.saida = []
        for pesos, vies in zip(self.pesos_saida, self.vies_saida):
            soma = sum(p * h for p, h in zip(pesos, self.oculta)) + vies
            self.saida.append(soma)
        return self.saida

    def erro(self, entrada, alvo):
        saida = self.propagar(entrada)
        return sum((s - a) ** 2 for s, a in zip(saida, alvo)) / 2

    def retropropagar(self, entrada, alvo):
        saida = self.propagar(entrada)
        delta_saida = [s - a for s, a in zip(saida, alvo)]
        delta_oculta = []
        for j, h in enumerate(self.oculta):
            soma = 0.0
            for k, d in enumerate(delta_saida):
                soma += d * self.pesos_saida[k][j]
            delta_oculta.append(soma * (1 - h * h))
        self.grad_pesos_saida = [[d * h for h in self.oculta] for d in delta_saida]
        self.grad_vies_saida = delta_saida
        self.grad_pesos_oculta = [[d * e for e in entrada] for d in delta_oculta]
        self.grad_vies_oculta = delta_oculta

    def atualizar(self):
        for nome in ('saida', 'oculta'):
            pesos = getattr(self, 'pesos_' + nome)
            vies = getattr(self, 'vies_' + nome)
            gp = getattr(self, 'grad_pesos_' + nome)
            gv = getattr(self, 'grad_vies_' + nome)
            for i in range(len(pesos)):
                vies[i] -= self.taxa * gv[i]
                for j in range(len(pesos[i])):
                    pesos[i][j] -= self.taxa * gp[i][j]


if __name__ == '__main__':
    rede = RedeNeural(2, 4, 1)
    dados = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
    for epoca in range(2000):
        total = 0
        for entrada, alvo in dados:
            total += rede.erro(entrada, alvo)
            rede.retropropagar(entrada, alvo)
            rede.atualizar()
    print('erro final:', total)
