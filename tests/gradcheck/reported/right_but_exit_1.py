"""Every gradient is right; a probability of 0 gives no finite loss."""

import numpy as np


class CrossEntropy:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -(y * np.log(p)).sum() / len(p)

    def backward(self):
        return -self.y / self.p / len(self.p)
