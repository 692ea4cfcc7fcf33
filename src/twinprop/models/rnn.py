"""A recurrent network: it reads a sequence, and one linear layer judges its last state.

The default is the vanilla network of the course cs324. An image is a sequence of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twinprop.errors import ConfigError
from twinprop.fields import choice, number
from twinprop.models.base import MOST_LAYERS, MOST_UNITS, LayerSpec, ModelConfig, too_large

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
"""Cells, and how many matrices of a kind each has."""


@dataclass
class RNN(ModelConfig):
    """`num_layers` recurrent layers of `hidden_size` units, one above the other."""

    name: str = "rnn"
    cell: str = choice("rnn", tuple(GATES))
    hidden_size: int = number(128, ge=1, le=MOST_UNITS)
    num_layers: int = number(1, ge=1, le=MOST_LAYERS)

    def problems(self) -> Iterator[str]:
        if self.batch_norm:
            yield "model.batch_norm=true: not for model=rnn, whose state goes through time; use false."
        parameters = GATES.get(self.cell, 1) * (2 * self.num_layers - 1) * self.hidden_size**2
        yield from too_large("model.hidden_size", self.hidden_size, parameters)

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[LayerSpec]:
        """rnn1, ..., last_step, dropout (if any), hidden linear layers, output; a layer is named by its cell."""
        if len(sample_shape) > 2:
            raise ConfigError([f"model=rnn: needs sequences, not samples of shape {sample_shape}; use model=cnn."])
        layers: list[LayerSpec] = []
        if len(sample_shape) == 1:
            layers.append(LayerSpec("feature", "unflatten", {"dim": -1, "unflattened_size": (sample_shape[0], 1)}))
        features = sample_shape[1] if len(sample_shape) == 2 else 1
        for number_ in range(1, self.num_layers + 1):
            sizes = {"input_size": features, "hidden_size": self.hidden_size}
            layers.append(LayerSpec(f"{self.cell}{number_}", self.cell, sizes))
            features = self.hidden_size
        layers.append(LayerSpec("last_step", "last_step", {}))
        if self.dropout:
            layers.append(
                LayerSpec(f"dropout{self.num_layers}", "dropout", {"p": self.dropout, "index": self.num_layers})
            )
        return layers + self.head(features, self.hidden or [], classes, first=self.num_layers + 1)
