"""What a run left in its directory, read back."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.arrays.namespace import as_samples
from twinprop.config import schema
from twinprop.errors import TwinpropError
from twinprop.run.files import Unresolved, metrics_problem, read_config, read_summary
from twinprop.run.model_file import MODEL, read_model
from twinprop.text import at_home

if TYPE_CHECKING:
    import pandas
    from torch import nn

    from twinprop.models.base import LayerSpec
    from twinprop.scratch.network import Network


@dataclass
class Run:
    """A finished run.

    Attributes:
        path: its directory.
        summary: what summary.json holds: status, results, times, environment.
    """

    path: Path
    summary: dict[str, Any]

    @cached_property
    def metrics(self) -> pandas.DataFrame:
        """metrics.csv, a row for each evaluation."""
        import pandas

        problem = metrics_problem(self.path / "metrics.csv")
        if problem is not None:
            raise TwinpropError(problem)
        return pandas.read_csv(self.path / "metrics.csv")

    @cached_property
    def saved(self) -> dict[str, Any]:
        """What model.safetensors holds: `state_dict`, `config`, `data`; read once, and nothing in it is executed."""
        path = self.path / MODEL
        if not os.path.exists(path):
            older = " An earlier version wrote its model.pt, which is no longer read: train it again."
            more = older if os.path.exists(self.path / "model.pt") else ""
            raise TwinpropError(f"{self.path}: has no {MODEL}; its status is {self.summary['status']}.{more}")
        return read_model(path)

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

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Of the samples that it was trained on, without the batch axis."""
        return tuple(self.saved["data"]["shape"])

    @property
    def layers(self) -> list[LayerSpec]:
        """The layers of its network."""
        return self.config.model.layers(self.sample_shape, len(self.saved["data"]["classes"]))

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


def load(directory: str | Path) -> Run:
    """The run in a directory.

    Raises:
        TwinpropError: there is no finished run in it.
    """
    path = Path(at_home(str(directory)))
    if not os.path.exists(path / "summary.json"):
        raise TwinpropError(
            f"{path}: has no readable summary.json, so no run has finished there; expected a directory such as "
            "outputs/runs/DATE_OVERRIDES."
        )
    return Run(path, read_summary(path / "summary.json"))
