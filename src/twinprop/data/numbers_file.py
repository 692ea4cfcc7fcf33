"""Rows of numbers in a file: NumPy's `.npy`, or a text with or without names above them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.columns import LARGEST
from twinprop.data.table_file import decoded, is_number, separator_of
from twinprop.errors import DataError, first_line


def read_numbers(path: str) -> NDArray[Any]:
    """The numbers in a file, in the shape that they have there; a text has rows, (n, columns).

    Raises:
        DataError: it cannot be read, or not all of it are finite numbers that float32 can hold.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # to open a named pipe would wait for who writes into it
        raise DataError(f"{path}: rows that cannot be used (it is no file).")
    try:
        x = np.load(path, allow_pickle=False) if path.endswith(".npy") else numbers_in(Path(path).read_bytes(), path)
        if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub" or not (np.abs(x) < LARGEST).all():
            raise ValueError("not all of it are finite numbers")
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise DataError(f"{path}: rows that cannot be used ({first_line(error)}).") from error
    return x


def numbers_in(data: bytes, path: str) -> NDArray[Any]:
    """The numbers in a text."""
    text = decoded(data, None, path)[0]
    lines = [line for line in text.splitlines() if line.strip()]
    separator = separator_of(text) if lines else ","
    if lines and not any(is_number(cell) for cell in lines[0].split(separator)):
        del lines[0]
    if not lines:
        raise ValueError("it holds no rows")
    return np.loadtxt(lines, delimiter=separator, ndmin=2)
