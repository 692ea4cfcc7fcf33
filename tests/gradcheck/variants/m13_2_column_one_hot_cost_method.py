import numpy as np


def vectorized_result(j, n=4):
    """a column with a 1 in the jth position"""
    e = np.zeros((n, 1))
    e[j] = 1.0
    return e


class DigitNet(object):
    def __init__(self):
        self.w = np.random.randn(4, 5)
        self.b = np.zeros((4, 1))

    def feedforward(self, a):
        z = np.dot(self.w, a) + self.b
        e = np.exp(z - np.max(z))
        return e / np.sum(e)

    def cost(self, x, y):
        a = self.feedforward(x)
        return float(-(y * np.log(a)).sum())

    def gradient(self, x, y):
        delta = self.feedforward(x) - y
        nabla_b = delta
        nabla_w = np.dot(delta, x.transpose())
        return nabla_w, nabla_b


if __name__ == "__main__":
    net = DigitNet()
    x, y = np.random.rand(5, 1), vectorized_result(2)
    for _ in range(20):
        nw, nb = net.gradient(x, y)
        net.w, net.b = net.w - nw, net.b - nb
    print(net.cost(x, y))
