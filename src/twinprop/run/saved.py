"""What a run left in its directory, read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.arrays.namespace import as_samples
from twinprop.config import schema
from twinprop.errors import TwinpropError
from twinprop.run.directory import checksum
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

        return pandas.read_csv(self.path / "metrics.csv")

    @cached_property
    def saved(self) -> dict[str, Any]:
        """What model.pt holds."""
        import torch

        try:
            saved: dict[str, Any] = torch.load(self.path / "model.pt", map_location="cpu", weights_only=True)
        except FileNotFoundError as error:
            raise TwinpropError(f"{self.path}: has no model.pt; its status is {self.summary['status']}.") from error
        except Exception as error:  # whatever a damaged file makes of its own reader, and there is much of it
            why = (str(error) or type(error).__name__).splitlines()[0]
            raise TwinpropError(f"{self.path}/model.pt: cannot be read ({why}); train the network again.") from error
        if not is_whole(saved):
            raise TwinpropError(f"{self.path}/model.pt: is damaged, or was changed; train the network again.")
        return saved

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

        model = torch_network(self.layers, self.config.model, self.config.seed, "cpu")
        model.load_state_dict(self.saved["state_dict"])
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


def is_whole(saved: Any) -> bool:
    """Whether what was read from model.pt is what was written; a model of an earlier version has no checksum."""
    try:
        return "sha256" not in saved or saved["sha256"] == checksum(saved)
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


def load(directory: str | Path) -> Run:
    """The run in a directory.

    Raises:
        TwinpropError: there is no finished run in it.
    """
    path = Path(at_home(str(directory)))
    try:
        summary = json.loads((path / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TwinpropError(
            f"{path}: has no readable summary.json, so no run has finished there; expected a directory such as "
            "outputs/runs/DATE_OVERRIDES."
        ) from error
    return Run(path, summary)
