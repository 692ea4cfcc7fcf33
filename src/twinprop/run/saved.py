"""What a run left in its directory, read back."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.arrays.namespace import as_samples
from twinprop.config import schema
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run import view
from twinprop.run.console import display_path
from twinprop.run.directory import is_sweep, read_text, words_of
from twinprop.run.files import (
    COMMAND,
    Unresolved,
    metrics_problem,
    read_config,
    read_groups,
    read_metrics,
    read_summary,
)
from twinprop.run.found import find
from twinprop.run.insides import as_probabilities
from twinprop.run.model_file import MODEL, outputs_of, path_of, read_model
from twinprop.run.plugin_record import name_plugins, recall
from twinprop.task import task_of
from twinprop.text import at_home

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray
    from torch import nn

    from twinprop.data.base import DataConfig
    from twinprop.data.preparation import Remark
    from twinprop.data.table_file import RawTable
    from twinprop.models.base import LayerSpec
    from twinprop.scratch.network import Network


@dataclass
class Run:
    """A finished run.

    Attributes:
        path: its directory.
        summary: what summary.json holds: status, results, times, environment.
        weights: which it predicts with, `best` or `last`; None for those that `train.keep` chose.
    """

    path: Path
    summary: dict[str, Any]
    weights: str | None = None

    def __repr__(self) -> str:
        return view.line(display_path(self.path), self.summary)

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        metrics = None if metrics_problem(self.path / "metrics.csv") else self.metrics
        return view.page(display_path(self.path), self.summary, metrics)

    @cached_property
    def metrics(self) -> pandas.DataFrame:
        """metrics.csv, a row for each evaluation."""
        import pandas

        problem = metrics_problem(self.path / "metrics.csv")
        if problem is not None:
            raise TwinpropError(problem)
        return pandas.read_csv(self.path / "metrics.csv")

    @cached_property
    def curves(self) -> dict[str, NDArray[Any]]:
        """The columns of metrics.csv, (evaluations,) each; empty where it cannot be used."""
        import numpy as np

        try:
            return {name: np.array(column) for name, column in read_metrics(self.path / "metrics.csv").items()}
        except TwinpropError:
            return {}

    @cached_property
    def overrides(self) -> list[str]:
        """What was typed for it, of `.hydra/overrides.yaml`; empty where that cannot be read."""
        return words_of(self.path)

    @cached_property
    def saved(self) -> dict[str, Any]:
        """What the model's file holds: `state_dict`, `config`, `data`, `weights`; nothing in it is executed."""
        recall(self.path)
        path = self.path / MODEL
        if not os.path.exists(path):
            older = " An earlier version wrote its model.pt, which is no longer read: train it again."
            more = older if os.path.exists(self.path / "model.pt") else ""
            raise TwinpropError(f"{self.path}: has no {MODEL}; its status is {self.summary['status']}.{more}")
        return read_model(path_of(self.path, self.weights))

    @cached_property
    def keys(self) -> dict[str, Any]:
        """The keys that it was trained with, flat: of .hydra/config.yaml, or where that is not there, of its model."""
        written = self.path / ".hydra" / "config.yaml"
        if os.path.lexists(written):
            with suppress(Unresolved):  # `${now:...}` is resolved in the model
                return read_config(written)
        flat = schema.flatten(self.saved["config"])
        return {key: list(value) if isinstance(value, tuple) else value for key, value in flat.items()}

    @cached_property
    def config(self) -> schema.Config:
        """The configuration that it was trained with."""
        return schema.from_dict(self.saved["config"])

    @cached_property
    def data(self) -> DataConfig:
        """The samples that it was trained on, where they are relative to the folder in which it was begun, too."""
        typed = self.config.data
        return replace(typed, **paths_from(self.path, {key: getattr(typed, key) for key in typed.paths()}))

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Of the samples that it was trained on, without the batch axis."""
        return tuple(self.saved["data"]["shape"])

    @property
    def layers(self) -> list[LayerSpec]:
        """The layers of its network."""
        return self.config.model.layers(self.sample_shape, outputs_of(self.saved["data"]))

    @cached_property
    def model(self) -> nn.Module:
        """The trained network in PyTorch, whichever twin trained it, ready to predict.

        It takes samples (n, *shape), which may lie flat or have other axes of length 1, as images of DataLoaders have.
        """
        from twinprop.learners.build import torch_network
        from twinprop.pytorch.convert import to_tensors

        model = torch_network(self.layers, self.config.model, self.config.seed, "cpu")
        model.load_state_dict(to_tensors(self.saved["state_dict"]))
        model.register_forward_pre_hook(lambda module, x: as_samples(x[0], self.sample_shape))
        return model.eval()

    @cached_property
    def network(self) -> Network:
        """The trained network by hand, whichever twin trained it: `network.forward(x)`, with NumPy arrays."""
        from twinprop.learners.build import scratch_network

        network = scratch_network(self.layers, self.config.model, self.config.seed)
        network.load_state_dict(self.saved["state_dict"])
        network.sample_shape = self.sample_shape
        return network

    def prepared(self, table: RawTable) -> tuple[NDArray[Any], list[Remark]]:
        """The rows of a raw table as the network takes them, (n, inputs), and what is to be told of them.

        Raises:
            TwinpropError: the network was trained on no table, or on columns that it lacks.
        """
        from twinprop.data.preparation import Preparation

        if "table" not in self.saved["data"]:
            raise TwinpropError(f"{self.path}: its network was trained on no table; give arrays {self.sample_shape}.")
        return Preparation.from_dict(self.saved["data"]["table"]).inputs(table)

    def predict(self, x: NDArray[Any] | pandas.DataFrame) -> NDArray[Any]:
        """What the network takes samples for, (n,): the names of classes, or numbers in the units of the data.

        Args:
            x: as `outputs` takes them, prepared as in training.
        """
        import numpy as np

        found, about = self.outputs(x), self.saved["data"]
        if not about["classes"]:
            return np.asarray(task_of(about["task"]).told(found[:, 0]))
        names: NDArray[Any] = np.array(about["classes"])[found.argmax(-1)]
        return names

    def outputs(self, x: NDArray[Any] | pandas.DataFrame) -> NDArray[Any]:
        """What the network gives for samples, (samples, classes): probabilities where it was trained on cross entropy.

        Args:
            x: (samples, *shape), or flat, or with other axes of length 1, as images of DataLoaders have; prepared as in
                training. Or, for a network that was trained on a table, a pandas table of raw rows.

        Raises:
            TwinpropError: the table lacks a column, or has a cell that is missing or no number.
            ValueError: they have another shape; both are named.
        """
        import numpy as np

        found: NDArray[Any]
        if hasattr(x, "columns"):
            from twinprop.data.table_file import RawTable, counted

            frame: Any = x
            x = self.prepared(RawTable(counted(frame), "the table"))[0]
        x = np.asarray(x, self.config.model.dtype)
        if self.config.model.backend == "scratch":
            found = self.network.forward(x)
        else:
            import torch

            with torch.no_grad():
                found = self.model(torch.from_numpy(x)).numpy()
        return as_probabilities(found, self.config.loss.name)


def sweep_words(directory: Path) -> list[str]:
    """What was typed for a sweep, after `train.py`; empty where another launcher or an earlier version trained it."""
    try:
        words = json.loads(read_text(directory / COMMAND))["words"]
    except (TwinpropError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []


def configuration_in(directory: Path) -> dict[str, Any]:
    """The configuration of the run in a directory, finished or not, as plain values in their groups.

    Raises:
        TwinpropError: there is none, or it fits this version no longer.
    """
    if is_sweep(directory):
        job = next((found.path for found in find(directory)), directory / "0_…")
        raise TwinpropError(f"{directory}: is a sweep; name one of its runs, such as {job}.")
    recall(directory)
    written, found = directory / ".hydra" / "config.yaml", None
    if os.path.lexists(written):
        with suppress(Unresolved):  # `${now:...}` is resolved in the model
            found = read_groups(written)
    if found is None:
        if not (directory / MODEL).exists():
            raise TwinpropError(f"{directory}: holds no run; expected a directory such as outputs/runs/….")
        found = read_model(directory / MODEL)["config"]
    try:
        typed = schema.from_dict(found)
    except ConfigError as error:
        problems = "; ".join(error.problems)
        raise TwinpropError(f"{directory}: what it was trained with does not fit this version: {problems}") from error
    data = {**found["data"], **paths_from(directory, {key: getattr(typed.data, key) for key in typed.data.paths()})}
    return {**found, "data": data}


def paths_from(directory: Path, paths: dict[str, str]) -> dict[str, Any]:
    """Those of the paths of a run's samples that lead nowhere from here, but from the folder in which it was begun."""
    import yaml

    away = {key: value for key, value in paths.items() if not os.path.exists(at_home(value))}
    if not away:
        return {}
    try:
        folder = yaml.safe_load(read_text(directory / ".hydra" / "hydra.yaml"))["hydra"]["runtime"]["cwd"]
        whole = {key: os.path.join(folder, at_home(value)) for key, value in away.items()}
    except (TwinpropError, yaml.YAMLError, KeyError, TypeError, RecursionError):
        return {}
    return {key: value for key, value in whole.items() if os.path.exists(value)}


def load(directory: str | Path, weights: str | None = None, plugins: str | Sequence[str] = ()) -> Run:
    """The run in a directory.

    Args:
        directory: the run's.
        weights: `best` or `last`; None for those that `train.keep` chose.
        plugins: files or modules with classes of the user's, where the run needs some that this user has not run yet.

    Raises:
        TwinpropError: there is no finished run in it, or a plugin cannot be loaded.
    """
    name_plugins([plugins] if isinstance(plugins, str) else plugins)
    if weights not in (None, "best", "last"):
        raise TwinpropError(f"weights={weights}: must be best or last.")
    path = Path(at_home(str(directory)))
    if not os.path.exists(path / "summary.json"):
        raise TwinpropError(
            f"{path}: has no readable summary.json, so no run has finished there; expected a directory such as "
            "outputs/runs/DATE_OVERRIDES."
        )
    return Run(path, read_summary(path / "summary.json"), weights)
