"""What a network needs in memory and work, from the shapes of its layers."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from twinprop.learners.build import scratch_layers
from twinprop.models.base import LayerSpec

EVALUATED = 2**28
"""Numbers that an evaluation may hold at once: 1 GiB in float32."""


class Footprint(NamedTuple):
    """What a network needs: parameters, and for a sample, numbers in its layers' outputs and multiply-adds.

    `largest` is the most multiply-adds of any layer.
    """

    parameters: int
    outputs: int
    multiply_adds: int
    largest: int

    def evaluated_at_once(self, most: int) -> int:
        """Samples of a batch in evaluation, `most` for a small network: a function of the network alone."""
        return max(1, min(most, EVALUATED // (2 * self.outputs)))


def footprint(layers: Sequence[LayerSpec], sample_shape: tuple[int, ...]) -> Footprint:
    """Worked out from the hand-written layers, whose parameters have shapes before they have values."""
    shape, parameters, outputs = sample_shape, 0, 0
    multiply_adds = [0]
    for layer in scratch_layers(layers).values():
        parameters += sum(map(prod, layer.shapes.values()))
        multiply_adds.append(layer.multiply_adds(shape))
        shape = layer.output_shape(shape)
        outputs += prod(shape)
    return Footprint(parameters, outputs, sum(multiply_adds), max(multiply_adds))
