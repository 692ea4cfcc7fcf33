# -*- coding: utf-8 -*-
# Practica 3: capa densa con activacion tanh
import numpy as np


def derivada_tanh(y):
    """derivada de la tangente hiperbolica a partir de la salida y = tanh(z)"""
    return 1 - y ** 2


class CapaTanh:
    def __init__(self, entradas, neuronas):
        self.pesos = np.random.randn(entradas, neuronas) / np.sqrt(entradas)
        self.sesgo = np.zeros((1, neuronas))

    def adelante(self, x):
        self.x = x
        self.z = np.dot(x, self.pesos) + self.sesgo
        self.salida = np.tanh(self.z)
        return self.salida

    def atras(self, error):
        delta = error * derivada_tanh(self.z)
        self.grad_pesos = np.dot(self.x.T, delta)
        self.grad_sesgo = np.sum(delta, axis=0, keepdims=True)
        return np.dot(delta, self.pesos.T)

    def actualizar(self, tasa):
        self.pesos -= tasa * self.grad_pesos
        self.sesgo -= tasa * self.grad_sesgo


if __name__ == '__main__':
    capa = CapaTanh(2, 3)
    datos = np.random.randn(6, 2)
    objetivo = np.tanh(datos @ np.ones((2, 3)))
    for epoca in range(100):
        s = capa.adelante(datos)
        capa.atras((s - objetivo) / len(datos))
        capa.actualizar(0.2)
    print("error:", np.mean((s - objetivo) ** 2))
