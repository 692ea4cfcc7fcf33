"""Points in the plane, made by scikit-learn: two half moons, two circles, blobs.

`data.seed` is scikit-learn's random_state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twinprop.data.base import DataConfig, Raw
from twinprop.data.samples import MOST_SAMPLES, Samples, too_many_numbers
from twinprop.fields import number


@dataclass
class Toy(DataConfig):
    """The keys that the toy data sets share."""

    n_samples: int = number(1000, ge=2, le=MOST_SAMPLES)

    def size(self) -> tuple[int, int | None]:
        return self.n_samples, None

    def source(self) -> dict[str, Any]:
        return {**super().source(), "seed": self.seed}

    def dimensions(self) -> tuple[tuple[int, ...], int]:
        return (2,), 2

    def points(self) -> Any:
        """Points (n, features) and classes (n,)."""
        raise NotImplementedError

    def read(self) -> Raw:
        x, y = self.points()
        names = [str(name) for name in range(int(y.max()) + 1)]
        return Raw(Samples(y.astype(np.int64), x.astype(np.float32)), None, x.shape[1:], names)


@dataclass
class Moons(Toy):
    """Two interleaving half circles, with Gaussian noise of standard deviation `noise`."""

    name: str = "moons"
    noise: float = number(0.08, ge=0)

    def points(self) -> Any:
        from sklearn.datasets import make_moons

        return make_moons(n_samples=self.n_samples, noise=self.noise, random_state=self.seed)


@dataclass
class Circles(Toy):
    """A circle within a circle; `factor` is the ratio of their radii."""

    name: str = "circles"
    noise: float = number(0.08, ge=0)
    factor: float = number(0.5, ge=0, lt=1)

    def points(self) -> Any:
        from sklearn.datasets import make_circles

        return make_circles(n_samples=self.n_samples, noise=self.noise, factor=self.factor, random_state=self.seed)


@dataclass
class Blobs(Toy):
    """Gaussian clouds around `centers` centres, one class each."""

    name: str = "blobs"
    centers: int = number(2, ge=2, le=MOST_SAMPLES)
    n_features: int = number(2, ge=1, le=MOST_SAMPLES)
    cluster_std: float = number(1.0, ge=0)

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        yield from too_many_numbers("data.n_features", self.n_features, max(self.n_samples, self.centers))

    def dimensions(self) -> tuple[tuple[int, ...], int]:
        return (self.n_features,), min(self.centers, self.n_samples)

    def points(self) -> Any:
        from sklearn.datasets import make_blobs

        return make_blobs(
            n_samples=self.n_samples,
            n_features=self.n_features,
            centers=self.centers,
            cluster_std=self.cluster_std,
            random_state=self.seed,
        )
