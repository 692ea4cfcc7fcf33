import numpy as np


class Rotation:
    """y = M x + t for points as columns (3, n)"""

    def __init__(self):
        self.M = np.array([[0, -1, 0],
                           [1, 0, 0],
                           [0, 0, 1]], dtype=int)
        self.t = np.array([[1], [2], [3]])
        self.dM, self.dt = None, None

    def forward(self, points):
        assert points.shape[0] == 3
        self.points = points
        return self.M @ points + self.t

    def backward(self, d):
        self.dM = self.points @ d.T
        self.dt = d.sum(axis=1, keepdims=True)
        return self.M.T @ d


if __name__ == "__main__":
    r = Rotation()
    print(r.forward(np.eye(3)))
