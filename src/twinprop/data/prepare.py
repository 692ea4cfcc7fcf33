"""An image file as a network should see it, which was trained on other images: by what those have in common.

Files like those of the training split are read as they were. What is unlike them is brought near: ink on paper becomes
light on dark where a network was trained on that; a figure somewhere on a page stands where figures stood, as large as
they; a photograph of other proportions is cut to its middle. Nothing is stretched that was not stretched for training.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL.Image import Resampling

from twinprop.data.image_files import read_image
from twinprop.data.traits import Figure, Image, Traits, border, edges_of, figure_of, ground_of, is_plain

LOOKED_AT = 400
"""Pixels of the longer side in which a figure is looked for: a speck of dust is less than one of them."""

ALIKE = 0.03
"""By how much proportions differ that count as the same."""

MARGIN = 0.25
"""By how much of its width a number may leave the range of the training images, before that is told."""

OF_NOISE = 2.0
"""What stands out from a ground by more than this many times its unevenness is no noise."""


@dataclass
class Prepared:
    """An image as a network sees it.

    Attributes:
        pixels: from 0 to 1, (channels, height, width).
        changes: what was done, in words.
        doubts: in what it is unlike the training images, in words.
    """

    pixels: Image
    changes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def prepare(
    path: str, channels: int, size: tuple[int, int], traits: Traits | None, turn: bool | None = None
) -> Prepared:
    """An image file, prepared for a network.

    Args:
        path: the file.
        channels: 1 or 3.
        size: height and width that the network takes.
        traits: of the images that it was trained on; None where nobody knows.
        turn: whether to turn light and dark; None to find out.

    Raises:
        DataError: the file cannot be read.
    """
    whole = read_image(path, channels == 1, None)
    height, width = whole.shape[1:]
    low, high = traits.aspect if traits else (size[1] / size[0],) * 2
    as_trained = low * (1 - ALIKE) <= width / height <= high * (1 + ALIKE)
    if traits is not None and traits.on_a_ground:
        found = place(path, whole, size, traits, turn, as_trained)
    else:
        found = Prepared(read_image(path, channels == 1, size) if as_trained else resized(middle_of(whole, size), size))
        if not as_trained:
            found.changes.append("cut to its middle")
        if turn:
            found.pixels = 1 - found.pixels
            found.changes.append("light and dark turned")
    if min(height, width) < min(size) / 2:
        found.doubts.append(f"has only {width}×{height} pixels")
    if traits is not None:
        found.doubts += unlike(found.pixels, traits)
    found.pixels = np.ascontiguousarray(found.pixels.clip(0, 1), np.float32)
    return found


def place(
    path: str, whole: Image, size: tuple[int, int], traits: Traits, turn: bool | None, as_trained: bool
) -> Prepared:
    """An image with a figure on a plain ground, as those of the training images stand on theirs."""
    seen = reduced(whole)
    ground = ground_of(seen)
    noise = unevenness(seen, ground)
    figure = figure_of(seen, ground, noise)
    found = Prepared(resized(middle_of(whole, size), size))
    if not is_plain(seen, ground):
        found.doubts.append("its ground is not plain, and theirs is")
    if figure is None:
        found.doubts.append("nothing stands out from its ground")
        return found
    if turn is None:
        turn = traits.light_on_dark is not None and figure.lighter != traits.light_on_dark
    if turn:
        found.changes.append("light and dark turned")
        seen, ground = 1 - seen, 1 - ground
    if as_trained and stands_as(figure, traits):
        found.pixels = read_image(path, len(whole) == 1, size)
        found.pixels = 1 - found.pixels if turn else found.pixels
    else:
        found.pixels = put(seen, figure, ground, size, traits)
        found.changes.append("the figure brought to where theirs are")
    strengthen(found, ground, noise, traits)
    return found


def stands_as(figure: Figure, traits: Traits) -> bool:
    """Whether a figure is as large as those of the training images, and where they are."""
    pixel = 1 / max(figure.mask.shape)
    room = max(0.04, pixel)  # one pixel of 28
    middle = zip(figure.middle(traits.by_mass), traits.middle, strict=True)
    return traits.extent.low - room <= figure.extent <= traits.extent.high + room and all(
        each.low - room <= value <= each.high + room for value, each in middle
    )


def put(seen: Image, figure: Figure, ground: NDArray[np.float32], size: tuple[int, int], traits: Traits) -> Image:
    """A figure, as large as those of the training images, where their middle is, and around it its own ground."""
    top, bottom, left, right = figure.box
    scale = traits.extent.median * max(size) / max(bottom - top, right - left)
    # in a direction that is shorter than the longer one, there may be less room
    scale = min(scale, size[0] / (bottom - top), size[1] / (right - left))
    height, width = max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale))
    small = resized(seen[:, top:bottom, left:right], (height, width))
    # of what is small now, the middle is not where it was
    y, x = (figure_of(small, ground) or figure).middle(traits.by_mass)
    wanted = [each.median for each in traits.middle]
    row = min(max(round(wanted[0] * size[0] - y * height), 0), size[0] - height)
    column = min(max(round(wanted[1] * size[1] - x * width), 0), size[1] - width)
    page = np.broadcast_to(ground[:, None, None], (len(seen), *size)).copy()
    page[:, row : row + height, column : column + width] = small
    return page


def strengthen(found: Prepared, ground: NDArray[np.float32], noise: float, traits: Traits) -> None:
    """Bring ground and figure to the colours of the training images, where they are others: grey paper, a thin pen."""
    apart = found.pixels - ground[:, None, None]
    peak = float(np.abs(apart).max())
    theirs = np.array(traits.ground, np.float32)
    if peak == 0 or (traits.peak.holds(peak, MARGIN) and np.abs(ground - theirs).max() <= 0.02):
        return
    apart[:, np.abs(apart).max(axis=0) <= noise] = 0
    wanted = peak if traits.peak.holds(peak, MARGIN) else traits.peak.median
    found.pixels = (theirs[:, None, None] + apart * (wanted / peak)).clip(0, 1)
    found.changes.append("brought to their contrast")


def unevenness(image: Image, ground: NDArray[np.float32]) -> float:
    """By how much a ground is uneven: what most of the border stays within, with room."""
    apart = np.abs(border(image) - ground[:, None]).max(axis=0)
    return float(OF_NOISE * np.quantile(apart, 0.75))


def reduced(image: Image) -> Image:
    """An image of at most so many pixels in each direction as a figure is looked for in."""
    height, width = image.shape[1:]
    scale = LOOKED_AT / max(height, width)
    if scale >= 1:
        return image
    return resized(image, (max(1, round(height * scale)), max(1, round(width * scale))))


def resized(image: Image, size: tuple[int, int]) -> Image:
    """An image of another size (height, width)."""
    if image.shape[1:] == size:
        return image
    layers = [Pillow.fromarray(np.ascontiguousarray(layer, np.float32)) for layer in image]
    return np.stack([np.asarray(layer.resize(size[::-1], Resampling.BILINEAR), np.float32) for layer in layers])


def middle_of(image: Image, size: tuple[int, int]) -> Image:
    """The largest part in the middle of an image that has the proportions of a size."""
    height, width = image.shape[1:]
    rows = max(1, min(height, round(width * size[0] / size[1])))
    columns = max(1, min(width, round(height * size[1] / size[0])))
    top, left = (height - rows) // 2, (width - columns) // 2
    return image[:, top : top + rows, left : left + columns]


def unlike(pixels: Image, traits: Traits) -> list[str]:
    """In what an image is unlike the training images."""
    values = {
        "brightness": (float(pixels.mean()), traits.brightness),
        "contrast": (float(pixels.std()), traits.contrast),
        "edges": (edges_of(pixels), traits.edges),
    }
    return [
        f"{name} {value:.2f}, theirs {theirs.low:.2f} to {theirs.high:.2f}"
        for name, (value, theirs) in values.items()
        if not theirs.holds(value, MARGIN)
    ]
