"""Softmax and cross entropy as two separate layers that can be used alone."""
import numpy as np


class Softmax:
    def forward(self, z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        self.out = e / np.sum(e, axis=1, keepdims=True)
        return self.out

    def backward(self, grad):
        dz = np.empty_like(grad)
        for row, (s, g) in enumerate(zip(self.out, grad)):
            s = s.reshape(-1, 1)
            jacobian = np.diagflat(s) - s @ s.T
            dz[row] = jacobian @ g
        return dz


class CrossEntropyLoss:
    def forward(self, p, y):
        """p: probabilities (N, C), y: one-hot (N, C)"""
        self.p, self.y = p, y
        return -np.sum(y * np.log(p)) / p.shape[0]

    def backward(self):
        return -self.y / (self.p * self.p.shape[0])


if __name__ == "__main__":
    rng = np.random.default_rng(5)
    W, x = rng.normal(size=(4, 3)), rng.normal(size=(6, 4))
    y = np.eye(3)[rng.integers(0, 3, 6)]
    softmax, loss = Softmax(), CrossEntropyLoss()
    for step in range(30):
        value = loss.forward(softmax.forward(x @ W), y)
        W -= 0.5 * x.T @ softmax.backward(loss.backward())
    print(value)
