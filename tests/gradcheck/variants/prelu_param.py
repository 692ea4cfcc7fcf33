import numpy as np


class Parameter:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

    def __repr__(self):
        return f'Parameter({self.value})'


class PReLU:
    """one slope per feature, x (batch, features)"""

    def __init__(self, features=3):
        self.alpha = Parameter(np.full(features, 0.25))

    def forward(self, x):
        self.neg = x < 0
        self.x = x
        y = x.copy()
        y[self.neg] *= np.broadcast_to(self.alpha.value, x.shape)[self.neg]
        return y

    def backward(self, dout):
        self.alpha.grad = np.sum(dout * self.x * self.neg, axis=0)
        # overwrite dout to save memory, nobody needs it afterwards
        dout *= np.where(self.neg, self.alpha.value, 1.0)
        return dout


if __name__ == '__main__':
    act = PReLU(3)
    x = np.random.randn(5, 3)
    for i in range(100):
        y = act.forward(x)
        act.backward((y - np.abs(x)) / 5)
        act.alpha.value -= 0.5 * act.alpha.grad
    print(act.alpha, '(should be about -1)')
