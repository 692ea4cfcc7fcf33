"""A backward that counts in a `while`: an edit of the count might never end."""

import numpy as np


class PowerByWhile:
    """x³, with a sign lost in backward."""

    def forward(self, x):
        self.x = x
        return x**3

    def backward(self, dy):
        d, i = np.ones_like(self.x), 0
        while i < 2:
            d = d * self.x
            i += 1
        return -3 * d * dy
