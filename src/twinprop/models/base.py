"""What every model has in common: its keys, and its description as a list of named layers.

The list is the only description of a network. The hand-written twin and the PyTorch twin each turn
it into their own layers, so a parameter has the same name, shape and layout in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

from twinprop import registry
from twinprop.config.fields import choice, number


class Layer(NamedTuple):
    """One layer: its name in the state dict, its kind in the registry, its arguments."""

    name: str
    kind: str
    arguments: dict[str, Any]

    def twin(self) -> registry.Twin:
        """Where the code of this kind of layer is; an activation is a layer too."""
        for names in (registry.LAYERS, registry.ACTIVATIONS, registry.OUTPUT_ACTIVATIONS):
            if self.kind in names:
                return names[self.kind]
        raise KeyError(self.kind)


EVALUATED = 2**28
"""Numbers that an evaluation may hold at once: 1 GiB in float32."""


class Footprint(NamedTuple):
    """What a network needs: parameters, and for a sample, numbers in its layers' outputs and multiply-adds.

    `largest` is the most multiply-adds of any layer.
    """

    parameters: int
    outputs: int
    products: int
    largest: int

    def evaluated_at_once(self, most: int) -> int:
        """Samples of a batch in evaluation, `most` for a small network: a function of the network alone."""
        return max(1, min(most, EVALUATED // (2 * self.outputs)))


def footprint(layers: Sequence[Layer], sample_shape: tuple[int, ...]) -> Footprint:
    """Worked out from the hand-written layers, whose parameters have shapes before they have values."""
    shape, parameters, outputs = sample_shape, 0, 0
    products = [0]
    for layer in layers:
        own = registry.load(layer.twin().scratch)(**layer.arguments)
        parameters += sum(map(prod, own.shapes.values()))
        products.append(own.products(shape) if own.shapes else 0)
        shape = own.output_shape(shape) if hasattr(own, "output_shape") else shape
        outputs += prod(shape)
    return Footprint(parameters, outputs, sum(products), max(products))


MOST_LAYERS = 10_000
"""So that a slip of the hand is a message, and not a list of layers that fills the memory."""


@dataclass
class ModelConfig:
    """The keys that all models share."""

    name: str = "mlp"
    backend: str = choice("torch", registry.BACKENDS)
    hidden: list[int] | None = number(None, ge=1)
    activation: str = choice("relu", registry.ACTIVATIONS)
    negative_slope: float = number(0.01, ge=0)
    output_activation: str = choice("identity", registry.OUTPUT_ACTIVATIONS)
    init: str = choice("torch", registry.INITS)
    init_std: float = number(0.01, ge=0)
    dropout: float = number(0.0, ge=0, lt=1)
    batch_norm: bool = False
    dtype: str = choice("float32", ("float32", "float64"))

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[Layer]:
        """The layers of the network for samples of shape `sample_shape`, without their batch axis."""
        raise NotImplementedError(f"{type(self).__name__} describes no layers")

    def problems(self) -> Iterator[str]:
        """Mistakes that concern several keys of the model."""
        yield from ()

    def head(self, features: int, widths: Sequence[int], classes: int, first: int = 1) -> list[Layer]:
        """From `features` numbers to the classes: linear1, batch_norm1, activation1, dropout1, linear2, ..., output.

        Args:
            features: what comes in.
            widths: units of the hidden layers.
            classes: what comes out.
            first: number of the first hidden layer in its name.
        """
        layers: list[Layer] = []
        for number_, width in enumerate(widths, start=first):
            layers.append(Layer(f"linear{number_}", "linear", {"in_features": features, "out_features": width}))
            if self.batch_norm:
                layers.append(Layer(f"batch_norm{number_}", "batch_norm1d", {"num_features": width}))
            layers.append(self.activation_layer(f"activation{number_}", self.activation))
            if self.dropout:
                layers.append(Layer(f"dropout{number_}", "dropout", {"p": self.dropout, "index": number_}))
            features = width
        layers.append(Layer("output", "linear", {"in_features": features, "out_features": classes}))
        if self.output_activation != "identity":
            layers.append(self.activation_layer("output_activation", self.output_activation))
        return layers

    def activation_layer(self, name: str, kind: str) -> Layer:
        keys = (registry.OUTPUT_ACTIVATIONS | registry.ACTIVATIONS)[kind].keys
        return Layer(name, kind, {key: getattr(self, key) for key in keys})
