import numpy as np


class Softmax():

    def __init__(self, stable=True):
        self.stable = stable

    def forward(self, x):
        if self.stable:
            x = x - np.max(x, axis=1, keepdims=True)
        self.t = np.exp(x)
        return self.t / np.sum(self.t, axis=1, keepdims=True)

    def backward(self, d):
        result = np.zeros(self.t.shape)
        for row, (t, g) in enumerate(zip(self.t, d)):
            S = np.sum(t)
            for i in range(len(g)):
                if g[i] == 0: continue
                dt = -t[i] * t / (S ** 2)
                dt[i] = t[i] * (S - t[i]) / S
                result[row] = g[i] * dt
                break
        return result
