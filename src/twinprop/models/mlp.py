"""The multilayer perceptron: linear layers with an activation between them.

Depth 0 is softmax regression: one linear layer from the pixels to the classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from twinprop.fields import number
from twinprop.models.base import MOST_LAYERS, MOST_UNITS, LayerSpec, ModelConfig, too_large


@dataclass
class MLP(ModelConfig):
    """`depth` hidden layers of `width` units, or the widths in `hidden`."""

    name: str = "mlp"
    depth: int = number(2, ge=0, le=MOST_LAYERS)
    width: int = number(50, ge=1, le=MOST_UNITS)
    noise: float = number(0.0, ge=0)

    def problems(self) -> Iterator[str]:
        key, value = ("width", self.width) if self.hidden is None else ("hidden", self.hidden)
        yield from too_large(f"model.{key}", value, sum(into * out for into, out in pairwise(self.widths())))

    def widths(self) -> list[int]:
        """Units in each hidden layer."""
        return [self.width] * self.depth if self.hidden is None else list(self.hidden)

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[LayerSpec]:
        """flatten (of samples with several axes), noise0, linear1, batch_norm1, noise1, activation1, dropout1, ..."""
        layers = [LayerSpec("flatten", "flatten", {"start_dim": -len(sample_shape)})] if len(sample_shape) > 1 else []
        head = self.head(prod(sample_shape), self.widths(), classes)
        count = 0
        for layer in head:
            if self.noise and (layer is head[0] or layer.name.startswith("activation")):
                # dropouts have the indices up to the depth
                index = len(self.widths()) + 1 + count
                layers.append(LayerSpec(f"noise{count}", "noise", {"std": self.noise, "index": index}))
                count += 1
            layers.append(layer)
        return layers
