import numpy as np


class BinaryLogLoss:
    """J = -1/m sum( y log(a) + (1-y) log(1-a) ), a and y are (1, m)"""

    def __init__(self):
        self.a = self.y = None

    def forward(self, a, y):
        assert a.shape == y.shape
        assert np.all(a > 0) and np.all(a < 1), "a must be probabilities"
        self.a, self.y = a, y
        m = y.shape[1]
        J = -(np.dot(y, np.log(a).T) + np.dot(1 - y, np.log(1 - a).T)) / m
        return float(np.squeeze(J))

    def backward(self):
        m = self.y.shape[1]
        da = -(np.divide(self.y, self.a) - np.divide(1 - self.y, 1 - self.a)) / m
        return da
