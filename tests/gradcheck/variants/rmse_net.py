import numpy as np


class CubicFit:
    '''fit a third degree polynomial  y = a + bx + cx^2 + dx^3'''

    def __init__(self):
        self.coefs = np.array([0.1, -0.3, 0.2, 0.4])

    def forward(self, x):
        self.x = x
        a, b, c, d = self.coefs
        return a + b * x + c * x ** 2 + d * x ** 3

    def loss(self, x, y):
        self.diff = self.forward(x) - y
        return np.mean(self.diff ** 2)

    def backward(self):
        n = len(self.x)
        scale = 2 // n
        grad_y = scale * self.diff
        grad_a = grad_y.sum()
        grad_b = (grad_y * self.x).sum()
        grad_c = (grad_y * self.x ** 2).sum()
        grad_d = (grad_y * self.x ** 3).sum()
        return np.array([grad_a, grad_b, grad_c, grad_d])


if __name__ == '__main__':
    x = np.linspace(-2, 2, 50)
    y = np.sin(x)
    m = CubicFit()
    for t in range(500):
        loss = m.loss(x, y)
        g = m.backward()
        m.coefs = m.coefs - 1e-2 * g
        if t % 100 == 99:
            print(t, loss)
    print('y = %.3f + %.3f x + %.3f x^2 + %.3f x^3' % tuple(m.coefs))
