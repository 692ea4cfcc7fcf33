"""`python -m twinprop export RUN --to FORMAT`: a trained network for other programs, read back and compared.

  onnx         for ONNX Runtime and all that reads ONNX; any number of samples (pip install "twinprop[export]")
  torchscript  for PyTorch without Python: torch.jit.load
  npz          the parameters as NumPy arrays, by their names in the state dict: numpy.load
  safetensors  the same for anything that reads safetensors

The first two hold the network: they take samples that are prepared as is told, and give its outputs. All but npz hold
that too, as JSON: what `Dataset.preparation` says, the precision, and what outputs are.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.columns import CATEGORY, DATE
from twinprop.data.preparation import Column, Preparation
from twinprop.errors import ConfigError, OutputError, TwinpropError
from twinprop.run.directory import beside, take_name
from twinprop.run.model_file import MODEL
from twinprop.run.saved import Run, load
from twinprop.text import aligned, shortened, shown
from twinprop.version import __version__

COMPARED = 7
"""Samples on which a network is compared with what was read back; not the number that it was traced with."""

NOTE = "twinprop"
"""The key, or the name of the extra file, under which a format keeps what the network takes and gives."""

MOST_LISTED = 30
"""Columns and classes that are told."""

TOLERANCE = {"float32": 1e-4, "float64": 1e-9}
"""By how much outputs may differ, of their largest."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run")
    parser.add_argument("--to", required=True, choices=FORMATS, help="the format")
    parser.add_argument("--output", type=Path, metavar="FILE", help="without it, export.FORMAT in the run's directory")
    parser.add_argument("--weights", choices=["best", "last"], help="without it, those that the model has (train.keep)")


def main(args: argparse.Namespace) -> int:
    run = load(args.run, args.weights)
    target = args.output or run.path / f"export.{SUFFIXES[args.to]}"
    print(f"{shown(str(target))}: {export(run, args.to, target)}")
    print(shown(taken(run)))
    return 0


def export(run: Run, format_: str, target: Path) -> str:
    """Write the network of a run into a file that is not there yet; return how it compared when it was read back.

    Raises:
        TwinpropError: the format needs a library that is not there, or what was read back is another network.
        OutputError: the file is there, or cannot be written.
    """
    if os.path.lexists(target):
        raise OutputError(f"--output {target}: is there already, and stays; choose another name.")
    lacking = [name for name in NEEDED.get(format_, ()) if find_spec(name) is None]
    if lacking:
        raise TwinpropError(f'--to {format_}: needs {", ".join(lacking)}; pip install "twinprop[export]".')
    part = beside(target)
    try:
        compared = FORMATS[format_](run, part)
        take_name(part, target)
        return compared
    except FileExistsError as error:
        raise OutputError(f"--output {target}: another command has just written it; it stays.") from error
    except OSError as error:
        raise OutputError(f"--output {target}: cannot be written ({error.strerror}); choose another.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def about(run: Run) -> dict[str, Any]:
    """What an exported network takes and gives, as plain values."""
    return {"twinprop": __version__, "dtype": run.config.model.dtype, "loss": run.config.loss.name, **run.saved["data"]}


def taken(run: Run) -> str:
    """What an exported network takes and gives."""
    data, table = run.saved["data"], run.saved["data"].get("table")
    shape = ", ".join(map(str, run.sample_shape))
    lines = [f"takes samples (n, {shape}) of {run.config.model.dtype}, gives outputs (n, {len(data['classes']) or 1})"]
    if data["mean"] is not None:
        mean, std = (", ".join(f"{value:.6g}" for value in data[name]) for name in ("mean", "std"))
        lines.append(f"prepared: (x - mean) / std, with mean {mean} and std {std}")
    if table is not None:
        lines += ["prepared, from the columns of a table:", *columns(Preparation.from_dict(table))]
    task = data.get("task", {})
    if data["classes"]:
        makes = "; softmax makes probabilities of them" if run.config.loss.name == "cross_entropy" else ""
        lines.append(f"outputs are of the classes {shortened(data['classes'], MOST_LISTED)}{makes}")
    if "unit" in task:
        name = "a number" if table is None else table["target"]
        lines.append(f"{name} is {task['origin']:.6g} + {task['unit']:.6g} · output")
    return "\n".join(lines)


def columns(preparation: Preparation) -> list[str]:
    """What each input of a network on a table is, in lines."""
    first, rows = 1, []
    for column in preparation.columns:
        last = first + column.width - 1
        rows.append([str(first) if first == last else f"{first}-{last}", column.name, formula(column)])
        first = last + 1
    more = [f"and {len(rows) - MOST_LISTED} more, all in the metadata of {MODEL}"] if len(rows) > MOST_LISTED else []
    return [*aligned(["input", "column", "is"], rows[:MOST_LISTED]).splitlines(), *more]


def formula(column: Column) -> str:
    """How a cell becomes inputs."""
    if column.kind == CATEGORY:
        words = f"1 for {shortened(list(map(repr, column.categories)))}{', or any other' * column.other}, else 0"
    else:
        value = "days since 1970-01-01" if column.kind == DATE else "x"
        words = f"({value} - {column.mean:.6g}) / {column.scale:.6g}"
    if column.fill is None:
        return words
    fill = repr(column.fill) if isinstance(column.fill, str) else f"{column.fill:.6g}"
    return f"{words}; where missing, {fill}"


def to_npz(run: Run, path: Path) -> str:
    """The parameters as NumPy's archive."""
    with open(path, "wb") as file:
        np.savez(file, **run.saved["state_dict"])
    with np.load(path, allow_pickle=False) as archive:
        return same_arrays(run, dict(archive))


def to_safetensors(run: Run, path: Path) -> str:
    """The parameters in a safetensors file."""
    from safetensors import safe_open
    from safetensors.numpy import load_file, save

    path.write_bytes(save(run.saved["state_dict"], {"format": "pt", NOTE: note(run)}))
    with safe_open(path, "np") as file:
        check_note(run, file.metadata()[NOTE])
    return same_arrays(run, load_file(path))


def same_arrays(run: Run, found: dict[str, NDArray[Any]]) -> str:
    """How parameters that were read back compare.

    Raises:
        TwinpropError: they are others.
    """
    own = run.saved["state_dict"]
    if found.keys() != own.keys() or any(not np.array_equal(found[name], own[name]) for name in own):
        raise TwinpropError(f"{run.path}: what was written reads back as other parameters; nothing is exported.")
    return f"{len(own)} arrays, read back equal"


def to_torchscript(run: Run, path: Path) -> str:
    """The network as PyTorch's own program."""
    import torch

    network, x = bare(run), torch.from_numpy(samples_for(run, 2))
    with warnings.catch_warnings(action="ignore"), torch.no_grad():
        traced = torch.jit.trace(network, x)  # type: ignore[no-untyped-call]
        whole = io.BytesIO()  # of a file that cannot be written, PyTorch would not say why
        torch.jit.save(traced, whole, _extra_files={NOTE: note(run)})
        path.write_bytes(whole.getvalue())
        read = torch.jit.load(str(path), _extra_files=(found := {NOTE: ""}))  # type: ignore[no-untyped-call]
    check_note(run, found[NOTE])
    return same_outputs(run, lambda x: outputs_of(read, x))


def to_onnx(run: Run, path: Path) -> str:
    """The network in ONNX, for any number of samples."""
    import logging

    import onnxruntime
    import torch

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # of what the exporter would rather have
    try:
        with warnings.catch_warnings(action="ignore"), torch.no_grad():
            program = torch.onnx.export(
                bare(run),
                (torch.from_numpy(samples_for(run, 2)),),
                input_names=["samples"],
                output_names=["outputs"],
                dynamic_shapes=({0: torch.export.Dim("n")},),
                dynamo=True,
                verbose=False,
            )
            assert program is not None
            program.model.metadata_props[NOTE] = note(run)
            program.save(str(path), external_data=False)
    finally:
        logging.disable(before)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    check_note(run, session.get_modelmeta().custom_metadata_map[NOTE])
    return same_outputs(run, lambda x: np.asarray(session.run(None, {"samples": x})[0]))


def note(run: Run) -> str:
    """`about`, as it stands in a file."""
    return json.dumps(about(run))


def check_note(run: Run, found: str | bytes) -> None:
    """Raises:
    TwinpropError: what was read back is another note.
    """
    if json.loads(found) != json.loads(note(run)):
        raise TwinpropError(f"{run.path}: what was written reads back with other metadata; nothing is exported.")


def bare(run: Run) -> Any:
    """The network in PyTorch, as a layer after the other, without what adapts the shape of samples."""
    from collections import OrderedDict

    from torch import nn

    return nn.Sequential(OrderedDict(run.model.named_children())).eval()


def outputs_of(network: Any, x: NDArray[Any]) -> NDArray[Any]:
    """What a network of PyTorch's gives for samples."""
    import torch

    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(x)).numpy())


def samples_for(run: Run, count: int) -> NDArray[Any]:
    """Samples of the run's shape, at random."""
    return np.random.default_rng(0).normal(size=(count, *run.sample_shape)).astype(run.config.model.dtype)


def same_outputs(run: Run, outputs: Callable[[NDArray[Any]], NDArray[Any]]) -> str:
    """How the outputs of what was read back compare with those of the hand-written network, or of PyTorch's alone.

    Raises:
        TwinpropError: they are others.
    """
    x = samples_for(run, COMPARED)
    try:
        expected, whose = run.network.forward(x), "the hand-written network"
    except ConfigError:  # a class of the user's is there for PyTorch alone
        expected, whose = outputs_of(bare(run), x), "the network in PyTorch"
    found = outputs(x)
    scale = float(np.abs(expected).max()) or 1.0
    apart = float(np.abs(found - expected).max()) / scale if found.shape == expected.shape else np.inf
    if not apart <= TOLERANCE[run.config.model.dtype]:
        raise TwinpropError(f"{run.path}: what was written gives other outputs (apart by {apart:.1g}); not exported.")
    return f"read back; its outputs for {COMPARED} samples are those of {whose} within {apart:.1g}"


FORMATS: dict[str, Callable[[Run, Path], str]] = {
    "onnx": to_onnx,
    "torchscript": to_torchscript,
    "npz": to_npz,
    "safetensors": to_safetensors,
}
SUFFIXES = {"onnx": "onnx", "torchscript": "pt", "npz": "npz", "safetensors": "safetensors"}
NEEDED = {"onnx": ("onnx", "onnxruntime", "onnxscript")}
"""Libraries that are no part of twinprop's own."""
