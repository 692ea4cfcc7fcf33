"""model.pt read back: nothing in it is executed, and whatever is wrong with it ends in one message.

A file from somebody else may claim anything, so what it claims is compared with its size, and its shapes with those of
the network that it describes, before anything of such a size is made.
"""

from __future__ import annotations

import pickletools
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from twinprop.config import schema
from twinprop.errors import TwinpropError, first_line
from twinprop.learners.build import scratch_layer
from twinprop.models.base import LayerSpec
from twinprop.run.directory import checksum

MOST_NUMBERS = 10**8
"""In a sample; an image of 10,000 × 10,000 pixels."""

CALLED = ("collections OrderedDict", "torch._utils _rebuild_tensor_v2")
STORAGE = re.compile(r"torch (Float|Double|Long|Int)Storage")
"""What the pickle of a model calls; torch lets more in, such as what makes an array of any size from a number."""

OTHER_CALLS = ("STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4")
"""Of pickle, and not of what torch.save writes."""

MOST_VALUES = 10**6
"""Of the configuration and the description of the data."""

COUNTS = "num_batches_tracked"
"""Of batch normalization in torch: a whole number, which no layer needs."""


def read_model(path: Path) -> dict[str, Any]:
    """What a model.pt holds: `state_dict`, `config`, `data`, and `sha256` but for models of an earlier version.

    Raises:
        TwinpropError: it is not there, cannot be read, or holds something else than a run writes.
    """
    try:
        if not path.is_file():
            raise Unusable("is not there" if not path.exists() else "is no file")
        saved = unpacked(path)
        problem = model_problem(saved, path.stat().st_size)
    except Unusable as error:
        problem = str(error)
    except (MemoryError, RecursionError) as error:
        problem = f"cannot be read ({type(error).__name__})"
    if problem:
        raise TwinpropError(f"{path}: {problem}; it should be as a run has written it: train the network again.")
    return saved


class Unusable(Exception):
    """What is wrong with a file."""


def unpacked(path: Path) -> dict[str, Any]:
    """What torch reads from the file.

    Raises:
        Unusable: it is not what torch.save makes of tensors and plain values.
    """
    import torch

    try:
        with zipfile.ZipFile(path) as archive:
            problem = archive_problem(archive)
        if problem is None:
            with warnings.catch_warnings(action="ignore"):
                saved = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged file makes of its readers, and there is much of it
        why = "it is no archive of torch.save" if isinstance(error, zipfile.BadZipFile) else first_line(error)
        raise Unusable(f"cannot be read ({why})") from error
    if problem is not None:
        raise Unusable(f"cannot be read ({problem})")
    if not isinstance(saved, dict):
        raise Unusable(f"holds a {type(saved).__name__} and no model of twinprop")
    return saved


def archive_problem(archive: zipfile.ZipFile) -> str | None:
    """What in an archive is not as torch.save writes a model, or would be larger than the file; None for nothing."""
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
        return "it is compressed, as torch.save never does"
    (name,) = [name for name in archive.namelist() if name.endswith("/data.pkl")] or [""]
    if not name:
        return "it is no archive of torch.save"
    for code, argument, _ in pickletools.genops(archive.read(name)):
        if code.name == "GLOBAL" and argument not in CALLED and not STORAGE.fullmatch(str(argument)):
            return f"it would call {str(argument).replace(' ', '.')}"
        if code.name in OTHER_CALLS:
            return "it is no pickle as torch.save writes it"
    return None


def model_problem(saved: dict[str, Any], size: int) -> str | None:
    """What is wrong with what was read from a file of `size` bytes; None where nothing is."""
    lacking = [name for name in ("state_dict", "config", "data") if not isinstance(saved.get(name), Mapping)]
    if lacking:
        return f"has no {' and no '.join(lacking)}, so it is no model of twinprop, or of another version"
    return (
        tensors_problem(saved["state_dict"], size)
        or values_problem([saved["config"], saved["data"]])
        or checksum_problem(saved)
        or data_problem(saved["data"])
        or network_problem(saved)
    )


def tensors_problem(state: Mapping[Any, Any], size: int) -> str | None:
    """Whether parameters are anything but plain arrays of numbers that the file has room for."""
    import torch

    bytes_ = 0
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            return f"has {name!r}, which is no tensor, among the parameters"
        plain = value.layout == torch.strided and value.device.type == "cpu" and not value.is_quantized
        if not plain or not (value.dtype.is_floating_point or name.endswith(COUNTS)):
            return f"has {name} as a tensor of another kind ({value.dtype}, {value.layout}, {value.device})"
        bytes_ += value.numel() * value.element_size()
    return f"claims {bytes_:,} bytes of parameters, and has {size:,} in all" if bytes_ > size else None


def values_problem(values: list[Any]) -> str | None:
    """Whether there is anything but plain values, or too many of them: a pickle can name one list a million times."""
    waiting, count = list(values), 0
    while waiting:
        value, count = waiting.pop(), count + 1
        if count > MOST_VALUES:
            return f"has more than {MOST_VALUES:,} values beside its parameters"
        if isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif value is not None and not isinstance(value, str | int | float):
            return f"has a {type(value).__name__} where plain values are expected"
    return None


def checksum_problem(saved: Mapping[str, Any]) -> str | None:
    """Whether it is what was written; a model of an earlier version has no checksum."""
    try:
        sound = "sha256" not in saved or saved["sha256"] == checksum(saved)
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError):
        sound = False
    return None if sound else "is damaged, or was changed"


def data_problem(data: Mapping[Any, Any]) -> str | None:
    """What is wrong with what it says of samples."""
    shape: Any = data.get("shape")
    classes: Any = data.get("classes")
    if not is_list_of(shape, int) or not 1 <= len(shape) <= 3 or min(shape) < 1 or prod(shape) > MOST_NUMBERS:
        return f"has samples of shape {short(shape)}, which cannot be"
    if not is_list_of(classes, str) or not classes:
        return f"has the classes {short(classes)}, which must be names"
    mean: Any = data.get("mean")
    std: Any = data.get("std")
    count = {1: shape[0], 2: 1, 3: shape[0]}[len(shape)]
    if (mean, std) != (None, None) and not all(is_list_of(each, float) and len(each) == count for each in (mean, std)):
        return f"has the means {short(mean)} and deviations {short(std)}, which must be {count} numbers, or none"
    return None


def network_problem(saved: Mapping[str, Any]) -> str | None:
    """Whether its parameters are not those of the network that it describes."""
    shape, classes = tuple(saved["data"]["shape"]), len(saved["data"]["classes"])
    try:
        config = schema.from_dict(saved["config"])
        wrong = [text for text in schema.problems(config) if text.startswith("model.")]
        layers = [] if wrong else config.model.layers(shape, classes)
    except TwinpropError as error:
        wrong = str(error).splitlines()[-1:]
    except Exception as error:  # a value of a kind that the schema does not know
        wrong = [first_line(error)]
    if wrong:
        return f"has a configuration that cannot be used ({short(wrong[0].strip().rstrip('.'))})"
    return shapes_problem(saved["state_dict"], layers)


def shapes_problem(state: Mapping[str, Any], layers: Sequence[LayerSpec]) -> str | None:
    """Whether parameters are not those of the layers, of which none is made that goes beyond the file."""
    found = {name: tuple(value.shape) for name, value in state.items() if not name.endswith(f".{COUNTS}")}
    known: set[str] = set()
    for spec in layers:
        layer = scratch_layer(spec)
        sizes = dict(layer.shapes) | {key: value.shape for key, value in layer.buffers.items()}
        for key, size in sizes.items():
            name = f"{spec.name}.{key}"
            known.add(name)
            if found.get(name) != tuple(size):
                return f"has {name} of shape {found.get(name, 'none')}, where its configuration has {tuple(size)}"
    more = [name for name in found if name not in known]
    return f"has {short(more[0])}, which its configuration has not" if more else None


def is_list_of(value: Any, kind: type) -> bool:
    """Whether this is a list, or a tuple, of values of a kind."""
    return isinstance(value, list | tuple) and all(type(each) is kind for each in value)


def short(value: Any) -> str:
    """A value in a message."""
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
