"""scikit-learn's digits: 1,797 images of 8×8 pixels that come with the library, so nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twinprop.data.base import Raw, Samples
from twinprop.data.images import ImageConfig


@dataclass
class Digits(ImageConfig):
    """Pixels scaled from 0..16 to [0, 1], shape (8, 8)  (Alpaydin & Kaynak 1998)."""

    name: str = "digits"
    normalize: bool = True

    def size(self) -> tuple[int, int | None]:
        return 1797, None

    def read(self) -> Raw:
        from sklearn.datasets import load_digits

        digits = load_digits()
        x = (digits.images / 16).astype(np.float32)
        return Raw(Samples(digits.target.astype(np.int64), x), None, (8, 8), [str(name) for name in range(10)])
