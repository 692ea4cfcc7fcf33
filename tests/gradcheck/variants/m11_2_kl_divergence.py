from numpy import log, ndarray
import numpy as np


class KLDivergence:
    def forward(self, q: ndarray, p: ndarray) -> float:
        """D(p || q), mean over the rows; q are the predictions"""
        if (q <= 0).any():
            raise ValueError("q has to be positive")
        self.q, self.p, self.rows = q, p, q.shape[0]
        safe = np.where(p > 0, p, 1.0)          # 0 log 0 = 0
        return float((p * (log(safe) - log(q))).sum() / self.rows)

    def backward(self) -> ndarray:
        return -(self.p / self.q) / self.rows

    def __str__(self) -> str:
        return "KL"


if __name__ == "__main__":
    q = np.full((2, 3), 1 / 3)
    p = np.array([[1, 0, 0], [.2, .3, .5]])
    loss = KLDivergence()
    print(loss, loss.forward(q, p))
    print(loss.backward())
