import numpy as np


class Dropout:
    """inverted dropout; keep = probability that a unit survives"""

    def __init__(self, keep=0.7, seed=None):
        if not 0 < keep <= 1:
            raise ValueError("keep must be in (0, 1]")
        self.keep = keep
        self.training = True
        self.rng = np.random.RandomState(seed)

    def forward(self, x):
        if not self.training:
            self.kept = np.ones_like(x)
            return x
        self.kept = (self.rng.rand(*x.shape) < self.keep).astype(x.dtype)
        return x * self.kept / self.keep

    def backward(self, dy):
        if not self.training:
            return dy
        return dy * self.kept

    def eval(self):
        self.training = False

    def train(self):
        self.training = True


if __name__ == "__main__":
    drop = Dropout(keep=0.7, seed=0)
    x = np.ones((3, 5))
    print(drop.forward(x))
    print(drop.backward(np.ones((3, 5))))
    drop.eval()
    print((drop.forward(x) == x).all())
