import numpy as np


class BinaryCrossEntropy:
    """loss = - 1/m sum( y log a + (1-y) log(1-a) )"""

    def __init__(self, eps=1e-12):
        self.eps = eps

    def loss(self, AL, Y):
        m = Y.shape[1]
        self.AL = AL
        self.Y = Y
        cost = -(Y * np.log(AL + self.eps) + (1 - Y) * np.log(1 - AL + self.eps))
        return np.sum(cost) / m

    def gradient(self):
        m = self.Y.shape[1]
        dAL = np.divide(self.Y, self.AL) - np.divide(1 - self.Y, 1 - self.AL)
        dAL = dAL / m
        assert dAL.shape == self.AL.shape
        return dAL


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


if __name__ == '__main__':
    Y = np.array([[1, 0, 1, 1]])
    z = np.array([[0.3, -0.7, 2.0, -0.1]])
    crit = BinaryCrossEntropy()
    print("cost =", crit.loss(sigmoid(z), Y))
    print("dAL =", crit.gradient())
