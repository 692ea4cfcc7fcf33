"""Mistakes that small objects and usual batches hide: of depth, stride, slope, branch, batch, and of what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.students import check_code

from twinprop.gradcheck.report import report_text

KEPT_FOR_ONE_SIZE = """
import numpy as np


class Rectifier:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        if self.mask is None or self.mask.shape != x.shape:
            self.mask = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        return dy * self.mask
"""


def test_what_is_kept_as_long_as_batches_have_one_size(tmp_path: Path) -> None:
    """A second batch of the same size comes first: one of another size would have the mask made anew."""
    report = check_code(tmp_path, KEPT_FOR_ONE_SIZE, "Rectifier")
    assert report.verdict == "wrong", report_text(report)
    assert "a second batch gets gradients of the first" in report_text(report)


DEEP = """
import numpy as np


class Deep:
    def __init__(self, sizes):
        self.W = [np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]

    def forward(self, x):
        self.a = [x]
        for at, w in enumerate(self.W):
            self.a.append(np.tanh(self.a[-1] @ w) if at < len(self.W) - 1 else self.a[-1] @ w)
        return self.a[-1]

    def backward(self, x, y):
        d, self.dW = (self.a[-1] - y) / len(y), [None] * len(self.W)
        for at in range(len(self.W) - 1, -1, -1):
            self.dW[at] = self.a[at].T @ d
            d = d @ self.W[at].T * ({0})
"""

DERIVATIVE = "1 - self.a[at] ** 2"

STEPS = """
import numpy as np


class Means:
    def __init__(self, stride=1):
        self.k, self.s = 2, stride

    def forward(self, x):
        self.x = x
        n = (x.shape[1] - self.k) // self.s + 1
        return np.stack([x[:, i * self.s : i * self.s + self.k].mean(1) for i in range(n)], 1)

    def backward(self, dy):
        dx = np.zeros_like(self.x)
        for i in range(dy.shape[1]):
            dx[:, {0} : {0} + self.k] += dy[:, i : i + 1] / self.k
        return dx
"""

LEAK = """
import numpy as np


class Leaky:
    def __init__(self, alpha=0.0):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, dy):
        return np.where(self.x > 0, dy, {0})
"""

BRANCH = """
import numpy as np


class Huber:
    def forward(self, p, y):
        self.d = p - y
        far = np.abs(self.d) > 5
        return np.where(far, 5 * (np.abs(self.d) - 2.5), 0.5 * self.d**2).sum()

    def backward(self):
        return {0}
"""

WRITTEN_DOWN = """
import numpy as np


class Shift:
    def __init__(self, n):
        self.b = np.random.randn(n)

    def forward(self, x):
        return x + self.b

    def backward(self, dy):
        self.db = {0}
        return dy
"""


OVER_TIME = """
import numpy as np


class MeanOverTime:
    def forward(self, x):
        b, t, f = self.shape = x.shape
        return x.sum(1) / t

    def backward(self, dy):
        return np.repeat(dy[:, None] / {0}, self.shape[1], 1)
"""


@pytest.mark.parametrize(
    ("code", "name", "right", "wrong", "verdict", "told"),
    [
        (
            DEEP,
            "Deep",
            DERIVATIVE,
            f"{DERIVATIVE} if at == len(self.W) - 1 else 1",
            "right, but",
            "with sizes=[4, 6, 5, 3] the gradients are wrong",
        ),
        (STEPS, "Means", "i * self.s", "i", "right, but", "with stride=2 the gradients are wrong"),
        (LEAK, "Leaky", "self.alpha * dy", "0", "right, but", "with alpha=0.1 the gradients are wrong"),
        (BRANCH, "Huber", "np.clip(self.d, -5, 5)", "self.d", "wrong", "wrong for larger ones"),
        (
            WRITTEN_DOWN,
            "Shift",
            "dy.sum(0)",
            "5 * dy.mean(0)",
            "wrong",
            "right for x of shape (5, 4), and wrong for (7, 4)",
        ),
        (
            OVER_TIME,
            "MeanOverTime",
            "self.shape[1]",
            "5",
            "wrong",
            "right for x of shape (2, 5, 4), and wrong for (2, 7, 4)",
        ),
    ],
    ids=["depth", "stride", "slope", "branch", "batch", "time"],
)
def test_mistakes_that_the_usual_sizes_hide(
    tmp_path: Path, code: str, name: str, right: str, wrong: str, verdict: str, told: str
) -> None:
    assert check_code(tmp_path, code.format(right), name).verdict == "right"
    (other := tmp_path / "other").mkdir()
    report = check_code(other, code.format(wrong), name)
    assert report.verdict == verdict
    assert told in report_text(report).replace("\n", " ")
