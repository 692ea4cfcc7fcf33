import numpy as np


class Embedding:
    """Lookup table, trained straight away with SGD."""

    def __init__(self, vocab_size: int = 6, dim: int = 3) -> None:
        self.vocab_size = vocab_size
        self.dim = dim
        self.table = np.random.uniform(-1, 1, (vocab_size, dim))

    def forward(self, ids: np.ndarray) -> np.ndarray:
        ids = np.asarray(ids)
        assert ids.max() < self.vocab_size, "unknown word"
        self.ids = ids
        return self.table[ids]

    def backward(self, grad: np.ndarray, lr: float = 0.1) -> None:
        # a word can occur more than once, so no plain fancy indexing
        np.subtract.at(self.table, self.ids, lr * grad)

    def __repr__(self):
        return "Embedding(%d, %d)" % (self.vocab_size, self.dim)


if __name__ == '__main__':
    e = Embedding()
    print(e, e.forward([1, 2, 1]).shape)
