from dataclasses import dataclass, field

import numpy as np


def _glorot(rows: int, cols: int) -> np.ndarray:
    return np.random.randn(rows, cols) * np.sqrt(2 / (rows + cols))


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@dataclass
class DigitNet:
    """784-30-10 by default. Cost: mean over the batch of half the squared error."""

    n_in: int = 784
    n_hidden: int = 30
    n_out: int = 10
    lr: float = 0.5
    w_h: np.ndarray = field(init=False)
    b_h: np.ndarray = field(init=False)
    w_o: np.ndarray = field(init=False)
    b_o: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.w_h, self.b_h = _glorot(self.n_in, self.n_hidden), np.zeros(self.n_hidden)
        self.w_o, self.b_o = _glorot(self.n_hidden, self.n_out), np.zeros(self.n_out)

    def forward(self, images: np.ndarray) -> np.ndarray:
        self.images = images
        self.hidden = logistic(images @ self.w_h + self.b_h)
        self.out = logistic(self.hidden @ self.w_o + self.b_o)
        return self.out

    def cost(self, labels: np.ndarray) -> float:
        return float(np.sum((self.out - labels) ** 2) / (2 * len(labels)))

    def backward(self, labels: np.ndarray) -> dict[str, np.ndarray]:
        delta_o = (self.out - labels) / len(labels)
        delta_h = delta_o @ self.w_o.T * self.hidden * (1 - self.hidden)
        return {
            "w_h": self.images.T @ delta_h,
            "b_h": delta_h.sum(axis=0),
            "w_o": self.hidden.T @ delta_o,
            "b_o": delta_o.sum(axis=0),
        }

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        return {k: getattr(self, k) for k in ("w_h", "b_h", "w_o", "b_o")}

    @property
    def n_parameters(self) -> int:
        return sum(p.size for p in self.parameters.values())

    def train_step(self, images: np.ndarray, labels: np.ndarray) -> float:
        self.forward(images)
        for name, grad in self.backward(labels).items():
            setattr(self, name, getattr(self, name) - self.lr * grad)
        return self.cost(labels)


if __name__ == "__main__":
    x = np.random.rand(64, 784)
    t = np.eye(10)[np.random.randint(10, size=64)]
    net = DigitNet()
    for epoch in range(20):
        c = net.train_step(x, t)
    print(c, net.n_parameters)
