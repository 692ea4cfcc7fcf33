"""Branches of backward that some inputs do not take."""

import numpy as np


class OneHotOrLabels:
    """Right for one-hot vectors; the branch for class numbers changes what forward has kept."""

    def forward(self, x, t):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p, self.t = e / e.sum(axis=1, keepdims=True), t
        log_p = x - x.max(axis=1, keepdims=True) - np.log(e.sum(axis=1, keepdims=True))
        return -(t * log_p).sum() / len(x) if t.ndim > 1 else -log_p[np.arange(len(x)), t].mean()

    def backward(self):
        n = len(self.p)
        if self.t.ndim > 1:
            d = (self.p - self.t) / n
        else:
            d = self.p
            d[np.arange(n), self.t] -= 1
            d = d / n
        return d
