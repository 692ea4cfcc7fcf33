"""What a network needs in memory and work, from the shapes of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from twinprop.config.schema import Config
from twinprop.learners.build import scratch_layers
from twinprop.models.base import LayerSpec

EVALUATED = 2**28
"""Numbers that an evaluation may hold at once: 1 GiB in float32."""


Shape = tuple[int, ...]


class Footprint(NamedTuple):
    """What a network or a layer needs: parameters, and for a sample, numbers in outputs of layers and multiply-adds."""

    parameters: int
    outputs: int
    multiply_adds: int

    def evaluated_at_once(self, most: int) -> int:
        """Samples of a batch in evaluation, `most` for a small network: a function of the network alone."""
        return max(1, min(most, EVALUATED // (2 * self.outputs)))

    def training_bytes(self, config: Config, batch: int) -> int:
        """Memory in training: parameters, gradient, the optimizer's state, and outputs of a batch, forth and back."""
        item = 8 if config.model.dtype == "float64" else 4
        return item * (self.parameters * (2 + len(config.optimizer.state_names())) + 2 * batch * self.outputs)


def by_layer(layers: Sequence[LayerSpec], sample_shape: Shape) -> dict[str, tuple[Shape, Footprint]]:
    """The output shape and the needs of each layer by its name.

    Worked out from the hand-written layers, whose parameters have shapes before they have values.
    """
    shape, found = sample_shape, {}
    for name, layer in scratch_layers(layers).items():
        multiply_adds = layer.multiply_adds(shape)
        shape = layer.output_shape(shape)
        found[name] = shape, Footprint(sum(map(prod, layer.shapes.values())), prod(shape), multiply_adds)
    return found


def footprint(layers: Sequence[LayerSpec], sample_shape: Shape) -> Footprint:
    """What the whole network needs."""
    each = [need for _, need in by_layer(layers, sample_shape).values()]
    return Footprint(*map(sum, zip(*each, strict=True)))
