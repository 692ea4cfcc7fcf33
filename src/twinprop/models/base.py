"""What every model has in common: its keys, and its description as a list of named layers.

The list is the only description of a network. The hand-written twin and the PyTorch twin each turn
it into their own layers, so a parameter has the same name, shape and layout in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from twinprop.fields import choice, number, registered
from twinprop.text import spelled


class LayerSpec(NamedTuple):
    """What a layer is: its name in the state dict, its kind in the registry, its arguments."""

    name: str
    kind: str
    arguments: dict[str, Any]


ACTIVATION_KEYS = {"leaky_relu": ("negative_slope",)}
"""Keys of a model that its activation takes."""

MOST_LAYERS = 10_000
"""So that a slip of the hand is a message, and not a list of layers that fills the memory."""

MOST_UNITS = 1_000_000
"""Of a layer."""

MOST_PARAMETERS = 1_000_000_000
"""Of a network: 4 GB in float32, and several times that with its gradient and what an optimizer remembers."""


def too_large(key: str, value: object, parameters: int) -> Iterator[str]:
    """That a network of so many parameters is larger than it may be, with the key that makes it so."""
    if parameters > MOST_PARAMETERS:
        yield f"{key}={spelled(value)}: makes {parameters:,} parameters; a network has at most {MOST_PARAMETERS:,}."


@dataclass
class ModelConfig:
    """The keys that all models share."""

    name: str = "mlp"
    backend: str = choice("torch", ("scratch", "torch"))
    hidden: list[int] | None = number(None, ge=1, le=MOST_UNITS)
    activation: str = registered("relu", "activations")
    negative_slope: float = number(0.01, ge=0)
    output_activation: str = registered("identity", "output_activations")
    init: str = registered("torch", "inits")
    init_std: float = number(0.01, ge=0)
    dropout: float = number(0.0, ge=0, lt=1)
    batch_norm: bool = False
    dtype: str = choice("float32", ("float32", "float64"))

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[LayerSpec]:
        """The layers of the network for samples of shape `sample_shape`, without their batch axis."""
        raise NotImplementedError(f"{type(self).__name__} describes no layers")

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the model."""
        yield from ()

    def head(self, features: int, widths: Sequence[int], classes: int, first: int = 1) -> list[LayerSpec]:
        """From `features` numbers to the classes: linear1, batch_norm1, activation1, dropout1, linear2, ..., output.

        Args:
            features: what comes in.
            widths: units of the hidden layers.
            classes: what comes out.
            first: number of the first hidden layer in its name.
        """
        layers: list[LayerSpec] = []
        for number_, width in enumerate(widths, start=first):
            layers.append(LayerSpec(f"linear{number_}", "linear", {"in_features": features, "out_features": width}))
            if self.batch_norm:
                layers.append(LayerSpec(f"batch_norm{number_}", "batch_norm1d", {"num_features": width}))
            layers.append(self.activation_layer(f"activation{number_}", self.activation))
            if self.dropout:
                layers.append(LayerSpec(f"dropout{number_}", "dropout", {"p": self.dropout, "index": number_}))
            features = width
        layers.append(LayerSpec("output", "linear", {"in_features": features, "out_features": classes}))
        if self.output_activation != "identity":
            layers.append(self.activation_layer("output_activation", self.output_activation))
        return layers

    def activation_layer(self, name: str, kind: str) -> LayerSpec:
        """An activation, with those of the model's keys that it takes."""
        return LayerSpec(name, kind, {key: getattr(self, key) for key in ACTIVATION_KEYS.get(kind, ())})
