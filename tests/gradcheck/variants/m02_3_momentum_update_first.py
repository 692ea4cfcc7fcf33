import numpy as np


class CapaDensa:
    tasa = 0.1
    inercia = 0.9

    def __init__(self, entradas=3, salidas=2):
        self.pesos = np.random.randn(entradas, salidas)
        self.sesgo = np.zeros(salidas)
        self.vel_pesos = np.zeros_like(self.pesos)
        self.vel_sesgo = np.zeros_like(self.sesgo)

    def adelante(self, entrada):
        self.entrada = entrada
        return entrada.dot(self.pesos) + self.sesgo

    def atras(self, error):
        self.grad_pesos = self.entrada.T.dot(error)
        self.grad_sesgo = error.sum(axis=0)
        self.vel_pesos = self.inercia * self.vel_pesos - self.tasa * self.grad_pesos
        self.vel_sesgo = self.inercia * self.vel_sesgo - self.tasa * self.grad_sesgo
        previo = self.pesos
        self.pesos = self.pesos + self.vel_pesos
        self.sesgo = self.sesgo + self.vel_sesgo
        return error.dot(self.pesos.T)

    # los nombres ingleses para la red
    forward = adelante
    backward = atras
