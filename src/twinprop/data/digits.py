"""scikit-learn's digits: 1,797 images of 8×8 pixels that come with the library, so nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from twinprop.data.base import NORMALIZE_WORDS, Raw
from twinprop.data.images import ImageConfig
from twinprop.data.samples import Samples
from twinprop.errors import DataError
from twinprop.fields import described


@dataclass
class Digits(ImageConfig):
    """Pixels scaled from 0..16 to [0, 1], shape (8, 8)  (Alpaydin & Kaynak 1998)."""

    name: str = "digits"
    normalize: Any = described(True, NORMALIZE_WORDS)

    def size(self) -> tuple[int, int | None]:
        return 1797, None

    def dimensions(self) -> tuple[tuple[int, ...], int]:
        return (8, 8), 10

    def read(self) -> Raw:
        table = np.loadtxt(digits_file(), dtype=np.float32, delimiter=",")
        x = (table[:, :-1] / 16).reshape(-1, 8, 8)
        return Raw(Samples(table[:, -1].astype(np.int64), x), None, (8, 8), [str(name) for name in range(10)])


def digits_file() -> Path:
    """The file of the digits in scikit-learn, which takes much longer to load than they do.

    Raises:
        DataError: it is not there.
    """
    found = find_spec("sklearn")
    folders = [] if found is None else list(found.submodule_search_locations or [])
    for folder in folders:
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.exists():
            return path
    raise DataError("data=digits: comes with scikit-learn, which is not whole or not there; pip install scikit-learn.")
