"""Files that hold arrays and plain values, are checked when they are read, and execute nothing.

The arrays are those of a safetensors file; its metadata hold the values around them as JSON, and a checksum of both.
`write_arrays` gives arrays names that others know too, as a model's; `write_state` takes any nested state of training.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from twinprop.errors import TwinpropError
from twinprop.run.directory import write_atomically

UNREADABLE = (SafetensorError, OSError, ValueError, TypeError, struct.error, OverflowError, MemoryError)
"""What safetensors makes of a file that is another one."""


class StateFileError(TwinpropError):
    """A file is not there, or not what was written."""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> None:
    """Write arrays by their names, and texts by theirs, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    write_atomically(path, packed(arrays, texts))


def packed(arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> bytes:
    """What `write_arrays` writes."""
    flat = {name: np.ascontiguousarray(value).reshape(np.shape(value)) for name, value in arrays.items()}
    return save(flat, {**texts, "sha256": _digest(texts, flat)})


def read_arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """What `write_arrays` was given; the arrays in the order of their names.

    Raises:
        StateFileError: the file is not there, damaged, or another one.
    """
    try:
        with safe_open(str(path), "numpy") as file:
            texts = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dictionary)
    except FileNotFoundError as error:
        raise StateFileError(f"{path}: is not there.") from error
    except UNREADABLE as error:
        raise StateFileError(f"{path}: cannot be read ({str(error).splitlines()[0]}).") from error
    if texts.pop("sha256", None) != _digest(texts, arrays):
        raise StateFileError(f"{path}: is damaged: its checksum is another one than when it was written.")
    return arrays, texts


def write_state(path: Path, state: Any) -> None:
    """Write nested dictionaries, lists and tuples of arrays, numbers, texts and None, whole or not at all.

    An array that is in several places, as that of a network whose best evaluation was its last, is written once.

    Raises:
        OutputError: it cannot be written.
    """
    arrays: dict[int, tuple[str, NDArray[Any]]] = {}
    tree = json.dumps(_plain(state, arrays))
    write_arrays(path, dict(arrays.values()), {"tree": tree})


def read_state(path: Path) -> Any:
    """What `write_state` was given.

    Raises:
        StateFileError: the file is not there, damaged, or another one.
    """
    arrays, texts = read_arrays(path)
    if "tree" not in texts:
        raise StateFileError(f"{path}: holds no state of a training.")
    return _nested(json.loads(texts["tree"]), arrays.__getitem__)


def _plain(value: Any, arrays: dict[int, tuple[str, NDArray[Any]]]) -> Any:
    """A value as JSON knows it, with its arrays and their names put aside, each object once."""
    if isinstance(value, np.ndarray | np.generic):
        return {"array": arrays.setdefault(id(value), (str(len(arrays)), np.asarray(value)))[0]}
    if isinstance(value, dict):
        return {"dict": [[key, _plain(item, arrays)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_plain(item, arrays) for item in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a state holds a {type(value).__name__}, which no file of states can")


def _nested(value: Any, array: Callable[[str], Any]) -> Any:
    """The way back."""
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        return array(content)
    if kind == "dict":
        return {key: _nested(item, array) for key, item in content}
    items = [_nested(item, array) for item in content]
    return tuple(items) if kind == "tuple" else items


def _digest(texts: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of texts and arrays, with their names, types and shapes, in the order of the names."""
    found = hashlib.sha256(json.dumps(dict(texts), sort_keys=True).encode())
    for name in sorted(arrays):
        own = arrays[name]
        found.update(f"{name} {own.dtype.str} {own.shape}".encode())
        found.update(own.reshape(-1).view(np.uint8).data if own.size else b"")  # bfloat16 has no buffer
    return found.hexdigest()
