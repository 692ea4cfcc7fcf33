import numpy as np


def f(s): return np.tanh(s)
def fprime(out): return 1 - out * out


class Network:
    def __init__(self, ni=3, nh=4, no=2):
        self.ni, self.nh, self.no = ni, nh, no
        self.wi = np.random.uniform(-1, 1, (ni, nh))
        self.wo = np.random.uniform(-1, 1, (nh, no))
        self.bh = np.zeros(nh)

    def forward(self, x):
        self.x = x
        self.ah = np.zeros(self.nh)
        for j in range(self.nh):
            s = self.bh[j]
            for i in range(self.ni):
                s += x[i] * self.wi[i][j]
            self.ah[j] = f(s)
        self.ao = np.zeros(self.no)
        for k in range(self.no):
            self.ao[k] = sum(self.ah[j] * self.wo[j][k] for j in range(self.nh))
        return self.ao

    def loss(self, target):
        return 0.5 * sum((self.ao[k] - target[k]) ** 2 for k in range(self.no))

    def backward(self, target):
        self.dwo, self.dwi, self.dbh = np.zeros((self.nh, self.no)), np.zeros((self.ni, self.nh)), np.zeros(self.nh)
        error = [self.ao[k] - target[k] for k in range(self.no)]
        for j in range(self.nh):
            back = 0.0
            for k in range(self.no):
                self.dwo[j][k] = error[k] * self.ah[j]
                back += error[k] * self.wo[j][k]
            back *= fprime(self.ah[j])
            self.dbh[j] = back
            for i in range(self.ni):
                self.dwi[i][j] = back * self.x[i]
