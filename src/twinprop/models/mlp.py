"""The multilayer perceptron: linear layers with an activation between them.

Depth 0 is softmax regression: one linear layer from the pixels to the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from twinprop.config.fields import number
from twinprop.models.base import Layer, ModelConfig


@dataclass
class MLP(ModelConfig):
    """`depth` hidden layers of `width` units, or the widths in `hidden`."""

    name: str = "mlp"
    depth: int = number(2, ge=0)
    width: int = number(50, ge=1)
    hidden: list[int] | None = number(None, ge=1)
    noise: float = number(0.0, ge=0)

    def widths(self) -> list[int]:
        """Units in each hidden layer."""
        return [self.width] * self.depth if self.hidden is None else list(self.hidden)

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[Layer]:
        """flatten (of samples with several axes), noise0, linear1, batch_norm1, noise1, activation1, dropout1, ..."""
        layers: list[Layer] = []
        if len(sample_shape) > 1:
            layers.append(Layer("flatten", "flatten", {"start_dim": -len(sample_shape)}))
        self.add_noise(layers, 0)
        features = prod(sample_shape)
        for number_, width in enumerate(self.widths(), start=1):
            layers.append(Layer(f"linear{number_}", "linear", {"in_features": features, "out_features": width}))
            if self.batch_norm:
                layers.append(Layer(f"batch_norm{number_}", "batch_norm1d", {"num_features": width}))
            self.add_noise(layers, number_)
            layers.append(self.activation_layer(f"activation{number_}", self.activation))
            if self.dropout:
                layers.append(Layer(f"dropout{number_}", "dropout", {"p": self.dropout, "index": number_}))
            features = width
        layers.append(Layer("output", "linear", {"in_features": features, "out_features": classes}))
        if self.output_activation != "identity":
            layers.append(self.activation_layer("output_activation", self.output_activation))
        return layers

    def add_noise(self, layers: list[Layer], number_: int) -> None:
        """Noise on the inputs (number 0), or on what goes into an activation; dropouts have the indices below."""
        if self.noise:
            index = len(self.widths()) + 1 + number_
            layers.append(Layer(f"noise{number_}", "noise", {"std": self.noise, "index": index}))
