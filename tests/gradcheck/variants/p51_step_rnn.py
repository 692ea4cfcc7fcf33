"""One step of an RNN that is built from its three arrays; params and grads are parallel lists."""
import numpy as np


class StepRNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.cache = None

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        h_next = np.tanh(np.matmul(h_prev, Wh) + np.matmul(x, Wx) + b)
        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        x, h_prev, h_next = self.cache
        dt = dh_next * (1 - h_next ** 2)
        self.grads[0][...] = np.matmul(x.T, dt)
        self.grads[1][...] = np.matmul(h_prev.T, dt)
        self.grads[2][...] = dt.sum(axis=0)
        return np.matmul(dt, Wx.T), np.matmul(dt, Wh.T)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    cell = StepRNN(rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), np.zeros(4))
    print(cell.forward(rng.normal(size=(2, 3)), np.zeros((2, 4))).shape)
