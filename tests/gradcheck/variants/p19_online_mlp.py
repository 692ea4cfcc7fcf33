"""Online learning: one sample at a time, x is a plain vector of length n_in."""
import math
import random

import numpy as np


class OnlineMLP:
    def __init__(self, n_in=3, n_hidden=4, n_out=2):
        rnd = random.Random(42)
        self.Wh = np.array([[rnd.gauss(0, 1) for _ in range(n_in)] for _ in range(n_hidden)])
        self.bh = np.zeros(n_hidden)
        self.Wo = np.array([[rnd.gauss(0, 1) for _ in range(n_hidden)] for _ in range(n_out)])
        self.bo = np.zeros(n_out)
        self.grad = {}

    def forward(self, x):
        self.x = x
        self.h = np.array([math.tanh(v) for v in self.Wh @ x + self.bh])
        self.o = self.Wo @ self.h + self.bo
        return self.o

    def error(self, x, target):
        o = self.forward(x)
        return 0.5 * float((o - target) @ (o - target))

    def backward(self, target):
        delta_o = self.o - target
        delta_h = (self.Wo.T @ delta_o) * (1 - self.h ** 2)
        self.grad["Wo"] = np.outer(delta_o, self.h)
        self.grad["bo"] = delta_o
        self.grad["Wh"] = np.outer(delta_h, self.x)
        self.grad["bh"] = delta_h
        return self.Wh.T @ delta_h

    def learn(self, x, target, rate=0.05):
        self.forward(x)
        self.backward(target)
        for name, g in self.grad.items():
            getattr(self, name)[...] -= rate * g
