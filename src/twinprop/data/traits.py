"""What the images of a training split have in common, in a few numbers that are saved with a run.

By them `predict` prepares other images as those were that a network was trained on, and knows images that are unlike
them. Many sets show a figure on a plain ground, as MNIST's light digits on black; photographs have no ground.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
"""Pixels from 0, black, to 1, white: (channels, height, width)."""

MOST_IMAGES, MOST_NUMBERS = 250, 2_000_000
"""Images that are looked at, and pixels of all of them together, at most."""

NEAR = 0.1
"""By how much pixels of one ground differ at most."""

MOSTLY = 0.6
"""The share of an image's border that is of its ground, where that is plain."""

PLAIN = 0.8
"""The share of images on the common ground, from which a set is of figures on a plain ground."""

OF_PEAK = 0.25
"""What stands out from the ground by this share of what stands out most belongs to the figure."""

FAINT = 0.05
"""What stands out less than this from the ground is nothing."""

RARE = 0.005
"""The share of images that is beyond each end of a range."""


class Range(NamedTuple):
    """Of a number over images: nearly the lowest, the median, nearly the highest."""

    low: float
    median: float
    high: float

    def holds(self, value: float, more: float = 0.0) -> bool:
        """Whether a value is within the range, or beyond it by `more` of its width at most."""
        room = more * (self.high - self.low) + 1e-6
        return self.low - room <= value <= self.high + room


def finite(value: Any) -> float:
    """A number that was saved.

    Raises:
        TypeError, ValueError, OverflowError: it is none that a float can hold.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number")
    return number


@dataclass
class Traits:
    """What images have in common.

    Attributes:
        ground: the colour that most of them have at the border, by channel.
        plain: the share of images with a plain border of this colour.
        lighter: the share of figures that are lighter than the ground.
        extent: the longer side of a figure, over that of the image.
        middle: where the middle of figures is, vertically and horizontally, in parts of the image.
        by_mass: whether it is the centre of mass that is always in the same place, and not that of the box.
        peak: by how much a figure stands out from the ground at most.
        brightness, contrast, edges: mean, standard deviation, and mean step between neighbouring pixels.
        aspect: lowest and highest width over height of the files.
    """

    ground: list[float]
    plain: float
    lighter: float
    extent: Range
    middle: tuple[Range, Range]
    by_mass: bool
    peak: Range
    brightness: Range
    contrast: Range
    edges: Range
    aspect: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> Traits:
        """What `as_dict` gave, read back from JSON.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: it is not that.
        """
        names = ("extent", "peak", "brightness", "contrast", "edges")
        ranges = {name: Range(*map(finite, saved[name])) for name in names}
        low, high = map(finite, saved["aspect"])
        vertical, horizontal = (Range(*map(finite, each)) for each in saved["middle"])
        more = {"ground": [finite(each) for each in saved["ground"]], "middle": (vertical, horizontal)}
        shares = {name: finite(saved[name]) for name in ("plain", "lighter")}
        return cls(**{**saved, **ranges, **more, **shares, "aspect": (low, high)})

    @property
    def on_a_ground(self) -> bool:
        """Whether the images are of figures on a plain ground."""
        return self.plain >= PLAIN

    @property
    def light_on_dark(self) -> bool | None:
        """Whether figures are lighter than the ground; None where some are and some are not."""
        if not self.on_a_ground or 0.1 < self.lighter < 0.9:
            return None
        return self.lighter >= 0.9


class Figure(NamedTuple):
    """What stands out from the ground of an image.

    Attributes:
        mask: whether a pixel belongs to it, (height, width).
        strength: by how much each pixel differs from the ground, (height, width).
        peak: by how much one does at most.
        lighter: whether most of it is lighter than the ground.
    """

    mask: NDArray[np.bool_]
    strength: Image
    peak: float
    lighter: bool

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Its first row and the one behind its last, and so its columns."""
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1

    @property
    def extent(self) -> float:
        """Its longer side, over that of the image."""
        top, bottom, left, right = self.box
        return float(max(bottom - top, right - left) / max(self.mask.shape))

    def middle(self, by_mass: bool) -> tuple[float, float]:
        """Its middle, vertically and horizontally, in parts of the image."""
        height, width = self.mask.shape
        if not by_mass:
            top, bottom, left, right = self.box
            return (top + bottom) / 2 / height, (left + right) / 2 / width
        weights = np.where(self.mask, self.strength, 0)
        total = weights.sum()
        y = (weights.sum(axis=1) @ (np.arange(height) + 0.5)) / total
        x = (weights.sum(axis=0) @ (np.arange(width) + 0.5)) / total
        return float(y / height), float(x / width)


def border(image: Image) -> Image:
    """The outermost pixels, (channels, n)."""
    parts = image[:, 0], image[:, -1], image[:, 1:-1, 0], image[:, 1:-1, -1]
    return np.concatenate(parts, axis=1)


def ground_of(image: Image) -> Image:
    """The colour of an image's ground, which most of its border has, (channels,)."""
    found: Image = np.median(border(image), axis=1)
    return found


def is_plain(image: Image, ground: Any) -> bool:
    """Whether most of an image's border is of one colour."""
    apart = np.abs(border(image) - np.reshape(ground, (-1, 1))).max(axis=0)
    return bool(np.mean(apart <= NEAR) >= MOSTLY)


def figure_of(image: Image, ground: Any, noise: float = 0.0) -> Figure | None:
    """What stands out from the ground of an image; None where nothing does."""
    apart = image - np.reshape(ground, (-1, 1, 1))
    strength: Image = np.abs(apart).max(axis=0)
    peak = float(strength.max())
    if peak < max(FAINT, noise):
        return None
    mask = strength > max(OF_PEAK * peak, noise)
    return Figure(mask, strength, peak, bool(apart.mean(axis=0)[mask].sum() > 0))


def edges_of(image: Image) -> float:
    """The mean step from a pixel to the next, down and to the right."""
    return float((np.abs(np.diff(image, axis=1)).sum() + np.abs(np.diff(image, axis=2)).sum()) / image.size)


def range_of(values: Any) -> Range:
    """Nearly the lowest of some values, the median, nearly the highest."""
    return Range(*map(float, np.quantile(np.asarray(values, np.float64), (RARE, 0.5, 1 - RARE))))


def traits_of(images: Image, aspect: tuple[float, float] | None = None) -> Traits:
    """What images have in common.

    Args:
        images: (n, channels, height, width).
        aspect: lowest and highest width over height of their files, where they were stretched to one size.
    """
    borders = np.concatenate([border(image) for image in images], axis=1)
    ground = np.median(borders, axis=1)
    found = [figure_of(image, ground) for image in images]
    figures = [each for each in found if each is not None]
    if figures:
        extent, peak = range_of([each.extent for each in figures]), range_of([each.peak for each in figures])
        middles = {way: np.array([each.middle(way) for each in figures]) for way in (True, False)}
        by_mass = bool(middles[True].std(axis=0).sum() < middles[False].std(axis=0).sum())
        vertical, horizontal = middles[by_mass].T
        middle = range_of(vertical), range_of(horizontal)
    else:
        extent = peak = Range(0.0, 1.0, 1.0)
        by_mass, middle = False, (Range(0.5, 0.5, 0.5), Range(0.5, 0.5, 0.5))
    width_over_height = images.shape[3] / images.shape[2]
    return Traits(
        ground=[float(value) for value in ground],
        plain=float(np.mean([is_plain(image, ground) for image in images])),
        lighter=float(np.mean([each.lighter for each in figures])) if figures else 0.5,
        extent=extent,
        middle=middle,
        by_mass=by_mass,
        peak=peak,
        brightness=range_of(images.mean(axis=(1, 2, 3))),
        contrast=range_of(images.std(axis=(1, 2, 3))),
        edges=range_of([edges_of(image) for image in images]),
        aspect=aspect or (width_over_height, width_over_height),
    )


def some_of(count: int, numbers: int) -> NDArray[Any]:
    """Positions of some of `count` images, evenly, that are looked at; each has so many numbers."""
    most = min(count, MOST_IMAGES, max(16, MOST_NUMBERS // numbers))
    return np.linspace(0, count - 1, most).astype(np.int64)
