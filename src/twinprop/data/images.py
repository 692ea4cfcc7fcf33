"""What all data sets of images share: keys that say how images are moved while they are trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twinprop.data.augment import Augment
from twinprop.data.base import DataConfig, Dataset
from twinprop.errors import DataError
from twinprop.fields import number


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
        return dataset

    def augment(self, dataset: Dataset) -> Augment | None:
        if not (self.shift or self.flip):
            return None
        mean, std = np.array(dataset.mean or [0.0]), np.array(dataset.std or [1.0])
        return Augment(self.shift, self.flip, dataset.shape, ((0 - mean) / std).astype(np.float32))
