import numpy as np


class HuberLoss:
    """
    0.5 * r^2                    for |r| <= delta
    delta * (|r| - 0.5 * delta)  otherwise
    averaged over all elements
    """

    def __init__(self, delta=1.0):
        self.delta = delta

    def forward(self, pred, target):
        self.r = pred - target
        self.n = pred.size
        a = np.abs(self.r)
        quad = 0.5 * self.r ** 2
        lin = self.delta * (a - 0.5 * self.delta)
        return np.mean(np.where(a <= self.delta, quad, lin))

    def backward(self):
        small = np.abs(self.r) > self.delta
        grad = np.where(small, self.r, self.delta * np.sign(self.r))
        return grad / self.n


if __name__ == "__main__":
    crit = HuberLoss(delta=1.5)
    y_hat = np.array([[0.2], [3.0], [-4.0]])
    y = np.array([[0.0], [0.5], [0.0]])
    print("loss", crit.forward(y_hat, y))
    print("grad", crit.backward())
