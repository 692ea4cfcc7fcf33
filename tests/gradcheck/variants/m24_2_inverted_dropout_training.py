import numpy as np


class DropoutLayer:
    def __init__(self, rate: float = 0.4, seed: int = 0):
        assert 0 <= rate < 1
        self.keep = 1 - rate
        self.generator = np.random.default_rng(seed)
        self.mask = None

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        if not training:
            self.mask = None
            return x
        self.mask = self.generator.binomial(1, self.keep, size=x.shape) / self.keep
        return x * self.mask

    def backward(self, dout: np.ndarray) -> np.ndarray:
        if self.mask is None:
            return dout
        return dout * self.mask


if __name__ == "__main__":
    layer = DropoutLayer(0.5)
    print(layer.forward(np.ones((2, 6)), training=True))
    print(layer.forward(np.ones((2, 6)), training=False))
