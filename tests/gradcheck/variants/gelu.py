import math
import numpy as np


class GELU:
    """tanh approximation, the one used in GPT-2"""

    C = math.sqrt(2 / math.pi)

    def forward(self, x):
        self.x = x
        inner = self.C * (x + 0.044715 * x ** 3)
        self.t = np.tanh(inner)
        return 0.5 * x * (1 + self.t)

    def backward(self, dout):
        x, t = self.x, self.t
        dinner = self.C * (1 + 0.134145 * x ** 2)
        dx = 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * dinner
        return dout * dx


class SiLU:
    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-x))
        return x * self.s

    def backward(self, dout):
        s = self.s
        return dout * (s + self.x * s * (1 - s))
