"""Between states of plain arrays and numbers and the tensors that torch saves and loads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch


def _map(value: Any, leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _map(item, leaf) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_map(item, leaf) for item in value)
    return leaf(value)


def to_arrays(value: Any) -> Any:
    """A copy with NumPy arrays in place of tensors."""
    return _map(value, lambda x: x.detach().cpu().numpy().copy() if isinstance(x, torch.Tensor) else x)


def to_tensors(value: Any) -> Any:
    """A copy with tensors in place of NumPy arrays."""
    return _map(value, lambda x: torch.from_numpy(x.copy()) if isinstance(x, np.ndarray) else x)
