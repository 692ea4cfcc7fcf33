import numpy as np


class Swish:
    # f(x) = x * sigmoid(beta * x), beta is learned (a single number)

    def __init__(self, beta=1.0):
        self.beta = np.array(beta)
        self.mem = None

    def __call__(self, x):
        s = 1.0 / (1.0 + np.exp(-self.beta * x))
        self.mem = [x, s]
        return x * s

    def back(self, g):
        x, s = self.mem
        sp = s * (1 - s)
        d_x = g * (s + self.beta * x * sp)
        d_beta = np.sum(g * x * x * sp)
        return d_x, d_beta


if __name__ == '__main__':
    f = Swish(0.5)
    x = np.random.randn(4, 4)
    target = x / (1 + np.exp(-2 * x))
    for i in range(500):
        y = f(x)
        _, db = f.back(2 * (y - target) / y.size)
        f.beta = f.beta - 2.0 * db
    print('learned beta', f.beta, 'true 2')
