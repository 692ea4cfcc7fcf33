"""model.safetensors: a trained network, written and read back; whatever is wrong with a file ends in one message.

Its arrays are the state dict of torch.nn. Its metadata hold as JSON what the network was trained with (`config`), how
samples were prepared for it (`data`), of which epoch it is (`weights`), and a checksum of all that. Nothing in it can
be executed. A file from somebody else may still claim anything, so its shapes are compared with those of the network
that it describes, before one of such a size is made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from twinprop.config import schema
from twinprop.config.problems import problems
from twinprop.data.saved_table import table_problem
from twinprop.errors import TwinpropError, first_line
from twinprop.learners.build import scratch_layer
from twinprop.models.base import LayerSpec
from twinprop.run.files import is_number
from twinprop.run.state_file import StateFileError, read_arrays, write_arrays
from twinprop.task import TASKS, Classification, Regression

MODEL = "model.safetensors"
"""The name of the file in a run's directory; `model-last.safetensors` or `model-best.safetensors` has other weights."""

PARTS = ("config", "data", "weights")
"""What its metadata hold, each as JSON."""

MOST_NUMBERS = 10**8
"""In a sample; an image of 10,000 × 10,000 pixels."""

COUNTS = "num_batches_tracked"
"""Of batch normalization in torch: a whole number, which no layer needs."""


def write_models(
    folder: Path,
    weights: Mapping[str, Mapping[str, NDArray[Any]]],
    epochs: Mapping[str, Any],
    config: Mapping[str, Any],
    data: Mapping[str, Any],
) -> None:
    """Write a trained network, whole or not at all, and beside it its weights of another epoch, if there are any.

    Args:
        folder: the run's directory.
        weights: its state dicts, `last` and perhaps `best`.
        epochs: which of them the model has (`kept`), and the epoch and step of each.
        config: what it was trained with, as plain values.
        data: what samples must look like, and how they were prepared, as plain values.

    Raises:
        OutputError: it cannot be written.
    """
    kept = epochs["kept"]
    others = [name for name in weights if epochs[name] != epochs[kept]]
    for name in [*others, kept]:  # whoever finds the model finds all
        about = {"config": config, "data": data, "weights": {**epochs, "kept": name}}
        path = folder / (MODEL if name == kept else beside(name))
        write_arrays(path, weights[name], {part: json.dumps(value) for part, value in about.items()})
    for name in {"best", "last"}.difference(others):
        (folder / beside(name)).unlink(missing_ok=True)  # of a run that was shorter


def beside(name: str) -> str:
    """The name of the file with the weights that the model does not have."""
    return f"model-{name}.safetensors"


def path_of(folder: Path, name: str | None) -> Path:
    """The file with the `best` or the `last` weights of a run; None is the model.

    Raises:
        TwinpropError: there are none.
    """
    if name is None or not (folder / MODEL).exists():
        return folder / MODEL
    epochs = read_model(folder / MODEL)["weights"]
    if epochs[name] is None:
        raise TwinpropError(f"{folder}: has no {name} weights, for it had no validation split; use the last ones.")
    if epochs[name] == epochs[epochs["kept"]]:
        return folder / MODEL
    path = folder / beside(name)
    if not path.exists():
        raise TwinpropError(f"{path}: is not there; use the {epochs['kept']} weights, which the model has.")
    return path


def read_model(path: Path) -> dict[str, Any]:
    """What a model's file holds: `state_dict`, in the order of the network, of NumPy arrays; and the parts.

    Raises:
        TwinpropError: it is not there, cannot be read, or holds something else than a run writes.
    """
    try:
        if not path.is_file():
            raise Unusable("is not there" if not path.exists() else "is no file")
        return checked_model(*read_arrays(path))
    except Unusable as error:
        problem = f"{path}: {error}"
    except StateFileError as error:
        problem = str(error).rstrip(".")
    except (MemoryError, RecursionError) as error:
        problem = f"{path}: cannot be read ({type(error).__name__})"
    raise TwinpropError(f"{problem}; it should be as a run has written it: train the network again.")


class Unusable(Exception):
    """What is wrong with a file."""


def checked_model(state: dict[str, NDArray[Any]], texts: Mapping[str, str]) -> dict[str, Any]:
    """What a file holds, where it is a model.

    Raises:
        Unusable: it is not.
    """
    found: dict[str, Any] = {}
    for name in PARTS:
        try:
            found[name] = json.loads(texts.get(name, ""))
        except ValueError:
            found[name] = None
    lacking = [name for name in PARTS if not isinstance(found[name], dict)]
    if lacking:
        raise Unusable(f"has no {' and no '.join(lacking)}, so it is no model of twinprop, or of another version")
    problem = tensors_problem(state) or data_problem(found["data"]) or epochs_problem(found["weights"])
    if problem is not None:
        raise Unusable(problem)
    known = shapes_of(layers_of(found))
    problem = shapes_problem(state, known)
    if problem is not None:
        raise Unusable(problem)
    return {"state_dict": {name: state[name] for name in [*known, *(state.keys() - known.keys())]}, **found}


def tensors_problem(state: Mapping[str, NDArray[Any]]) -> str | None:
    """Whether parameters are anything but floating-point numbers."""
    odd = [name for name, value in state.items() if value.dtype.kind != "f" and not name.endswith(COUNTS)]
    return f"has {short(odd[0])} as a tensor of another kind ({state[odd[0]].dtype})" if odd else None


def epochs_problem(epochs: Mapping[Any, Any]) -> str | None:
    """What is wrong with what it says of epochs."""
    kept: Any = epochs.get("kept")
    if kept not in ("best", "last"):
        return f"has the weights {short(kept)}, which must be best or last"
    for name in ("best", "last"):
        value: Any = epochs.get(name)
        whole = isinstance(value, dict) and value.keys() == {"epoch", "step"} and is_list_of([*value.values()], int)
        if not whole and (value is not None or name in (kept, "last")):
            return f"has the {name} weights of {short(value)}, which must be an epoch and a step"
    return None


def data_problem(data: Mapping[Any, Any]) -> str | None:
    """What is wrong with what it says of samples."""
    shape: Any = data.get("shape")
    classes: Any = data.get("classes")
    if not is_list_of(shape, int) or not 1 <= len(shape) <= 3 or min(shape) < 1 or prod(shape) > MOST_NUMBERS:
        return f"has samples of shape {short(shape)}, which cannot be"
    task: Any = data.get("task", {"name": Classification.name})
    if not isinstance(task, Mapping) or task.get("name") not in TASKS:
        return f"has the task {short(task)}, which no network learns"
    if not is_list_of(classes, str) or bool(classes) != (task["name"] == Classification.name):
        return f"has the classes {short(classes)}, which must be names"
    if not all(is_number(task.get(key)) for key in ("origin", "unit") if task["name"] == Regression.name):
        return f"has numbers in the units {short(task)}, which must be numbers"
    if "table" in data and (problem := table_problem(data["table"], prod(shape))):
        return problem
    if not {"mean", "std"} <= data.keys():
        return "has no means and deviations"
    mean: Any = data["mean"]
    std: Any = data["std"]
    count = {1: shape[0], 2: 1, 3: shape[0]}[len(shape)]
    if (mean, std) != (None, None) and not all(is_list_of(each, float) and len(each) == count for each in (mean, std)):
        return f"has the means {short(mean)} and deviations {short(std)}, which must be {count} numbers, or none"
    return None


def layers_of(saved: Mapping[str, Any]) -> list[LayerSpec]:
    """The layers of the network that a model describes.

    Raises:
        Unusable: its configuration cannot be used.
    """
    shape, outputs = tuple(saved["data"]["shape"]), outputs_of(saved["data"])
    try:
        config = schema.from_dict(saved["config"])
        wrong = list(problems(config))
        if not wrong:
            return config.model.layers(shape, outputs)
    except TwinpropError as error:
        wrong = str(error).splitlines()[-1:]
    except Exception as error:  # a value of a kind that the schema does not know
        wrong = [first_line(error)]
    raise Unusable(f"has a configuration that cannot be used ({short(wrong[0].strip().rstrip('.'))})")


def shapes_of(layers: Sequence[LayerSpec]) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter and running average of a network, by its name; no array is made."""
    found: dict[str, tuple[int, ...]] = {}
    for spec in layers:
        layer = scratch_layer(spec)
        sizes = dict(layer.shapes) | {key: value.shape for key, value in layer.buffers.items()}
        found |= {f"{spec.name}.{key}": tuple(size) for key, size in sizes.items()}
    return found


def shapes_problem(state: Mapping[str, NDArray[Any]], known: Mapping[str, tuple[int, ...]]) -> str | None:
    """Whether parameters are not those that are known of a network."""
    found = {name: value.shape for name, value in state.items() if not name.endswith(f".{COUNTS}")}
    for name, size in known.items():
        if found.get(name) != size:
            return f"has {name} of shape {found.get(name, 'none')}, where its configuration has {size}"
    more = [name for name in found if name not in known]
    return f"has {short(more[0])}, which its configuration has not" if more else None


def outputs_of(data: Mapping[str, Any]) -> int:
    """Outputs of a network: one for each class, or one for a number."""
    return len(data["classes"]) or 1


def is_list_of(value: Any, kind: type) -> bool:
    """Whether this is a list, or a tuple, of values of a kind."""
    return isinstance(value, list | tuple) and all(type(each) is kind for each in value)


def short(value: Any) -> str:
    """A value in a message."""
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
