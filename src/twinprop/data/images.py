"""What all data sets of images share: keys that say how images are moved while they are trained on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from twinprop.data.augment import Augment
from twinprop.data.base import DataConfig, Dataset
from twinprop.data.samples import Samples
from twinprop.data.traits import some_of, traits_of
from twinprop.errors import DataError
from twinprop.fields import number

MOST_FILES = 50
"""Images that are decoded for what they have in common, where they are not kept in memory."""


@dataclass
class ImageConfig(DataConfig):
    """The keys that all data sets of images share."""

    shift: int = number(0, ge=0)
    flip: bool = False

    def load(self) -> Dataset:
        dataset = super().load()
        height, width = dataset.shape[-2:]
        if self.shift >= min(height, width):
            raise DataError(
                f"data.shift={self.shift}: moves images of {width}×{height} pixels out of sight; "
                f"use at most {min(height, width) - 1}."
            )
        return dataset._replace(traits=self.traits(dataset))

    def traits(self, dataset: Dataset) -> dict[str, Any] | None:
        """What the images of the training split have in common, before they were normalised; None if none is read."""
        samples = dataset.train
        which = some_of(len(samples), prod(dataset.shape))
        if samples.x is None:
            which = which[:: -(-len(which) // MOST_FILES)]
        part = samples.take(which)
        x = part.x if part.x is not None else decoded(part)
        if not len(x):
            return None
        x = x[:, None] if x.ndim == 3 else x
        if samples.x is not None and dataset.mean is not None and dataset.std is not None:
            mean, std = np.array(dataset.mean, np.float32), np.array(dataset.std, np.float32)
            x = x * std[:, None, None] + mean[:, None, None]
        return traits_of(x, dataset.aspect).as_dict()

    def augment(self, dataset: Dataset) -> Augment | None:
        if not (self.shift or self.flip):
            return None
        mean, std = np.array(dataset.mean or [0.0]), np.array(dataset.std or [1.0])
        return Augment(self.shift, self.flip, dataset.shape, ((0 - mean) / std).astype(np.float32))


def decoded(samples: Samples) -> Any:
    """Samples in files, those that can be read: training tells of all others at once."""
    found = []
    for place in range(len(samples)):
        with suppress(DataError):
            found.append(samples.source[place])
    return np.array(found)
