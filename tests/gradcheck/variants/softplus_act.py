import numpy as np


def logistic(v):
    return np.where(v >= 0, 1 / (1 + np.exp(-np.abs(v))),
                    np.exp(-np.abs(v)) / (1 + np.exp(-np.abs(v))))


class Activation:
    """Base class. Sub-classes implement fn and dfn."""

    def __call__(self, x):
        self.inp = x
        self.out = self.fn(x)
        return self.out

    def backward(self, d):
        return d * self.dfn()


class Softplus(Activation):
    # ln(1 + e^(b x)) / b

    def __init__(self, b=1.5):
        self.b = b

    def fn(self, x):
        bx = self.b * x
        return (np.maximum(bx, 0) + np.log1p(np.exp(-np.abs(bx)))) / self.b

    def dfn(self):
        return logistic(self.b * self.out)


if __name__ == "__main__":
    act = Softplus()
    xs = np.linspace(-3, 3, 7)
    print("x   ", xs)
    print("f(x)", act(xs))
    print("f'  ", act.backward(np.ones(7)))
