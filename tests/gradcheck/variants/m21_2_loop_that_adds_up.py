from math import exp
import numpy as np


class SoftmaxVector:
    """Softmax of one vector with plain loops"""

    def forward(self, v):
        biggest = max(v)
        e = [exp(t - biggest) for t in v]
        total = sum(e)
        self.out = np.array([t / total for t in e])
        return self.out

    def backward(self, up):
        n = len(self.out)
        down = np.zeros(n)
        for i in range(n):
            if up[i] == 0:
                continue                  # nothing to add
            for j in range(n):
                if i == j:
                    down[j] += up[i] * self.out[i] * (1 - self.out[i])
                else:
                    down[j] += -up[i] * self.out[i] * self.out[j]
        return down


if __name__ == '__main__':
    s = SoftmaxVector()
    print(s.forward([1., 2., 3.]), s.backward([0, -1, 0]))
