"""A convolutional network: stages of convolutions that end in a max pool, and one linear layer.

The default is the VGG-like network of the course cs324 for 32×32 images, which it brings down to 1×1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from twinprop.errors import ConfigError
from twinprop.fields import number
from twinprop.models.base import MOST_UNITS, LayerSpec, ModelConfig, too_large

MOST_PIXELS = 100
"""Of a window, in each direction: more is padding around any image that a small network reads."""


@dataclass
class CNN(ModelConfig):
    """Each stage of `stages` is a list of its convolutions' channels; stride 1, and padding that keeps the size."""

    name: str = "cnn"
    batch_norm: bool = True
    stages: list[list[int]] = number([[64], [128], [256, 256], [512, 512], [512, 512]], ge=1, le=MOST_UNITS)
    kernel_size: int = number(3, ge=1, le=MOST_PIXELS)
    pool_size: int = number(3, ge=1, le=MOST_PIXELS)
    pool_stride: int = number(2, ge=1, le=MOST_PIXELS)

    def problems(self) -> Iterator[str]:
        if self.kernel_size % 2 == 0:
            yield f"model.kernel_size={self.kernel_size}: must be odd, so that a window has a middle."
        channels = [width for stage in self.stages for width in stage]
        if not self.stages or not all(self.stages) or min(channels) < 1:
            yield "model.stages: must be a list of lists of channels, such as [[16],[32,32]]."
        parameters = sum(into * out for into, out in pairwise(channels)) * self.kernel_size**2
        yield from too_large("model.stages", self.stages, parameters)

    def layers(self, sample_shape: tuple[int, ...], classes: int) -> list[LayerSpec]:
        """conv1, batch_norm1, activation1, ..., pool1, ..., flatten, dropout (if any), hidden linear layers, output."""
        if len(sample_shape) not in (2, 3) or 1 in sample_shape[-2:]:  # a sequence of numbers is no image
            raise ConfigError([f"model=cnn: needs images, not samples of shape {sample_shape}; use model=mlp or rnn."])
        layers: list[LayerSpec] = []
        if len(sample_shape) == 2:
            layers.append(LayerSpec("channel", "unflatten", {"dim": -2, "unflattened_size": (1, sample_shape[0])}))
        channels, *size = sample_shape if len(sample_shape) == 3 else (1, *sample_shape)
        count, padding = 0, (self.pool_size - 1) // 2
        for stage, widths in enumerate(self.stages, start=1):
            for width in widths:
                count += 1
                convolution = {"in_channels": channels, "out_channels": width, "kernel_size": self.kernel_size}
                layers.append(LayerSpec(f"conv{count}", "conv2d", {**convolution, "padding": self.kernel_size // 2}))
                if self.batch_norm:
                    layers.append(LayerSpec(f"batch_norm{count}", "batch_norm2d", {"num_features": width}))
                layers.append(self.activation_layer(f"activation{count}", self.activation))
                channels = width
            pool = {"kernel_size": self.pool_size, "stride": self.pool_stride, "padding": padding}
            layers.append(LayerSpec(f"pool{stage}", "max_pool2d", pool))
            size = [(n + 2 * padding - self.pool_size) // self.pool_stride + 1 for n in size]
            if min(size) < 1:
                raise ConfigError([f"model.stages: after {stage} stages nothing is left of the image; use fewer."])
        layers.append(LayerSpec("flatten", "flatten", {"start_dim": -3}))
        if self.dropout:
            layers.append(LayerSpec(f"dropout{count}", "dropout", {"p": self.dropout, "index": count}))
        return layers + self.head(channels * prod(size), self.hidden or [], classes, first=count + 1)
