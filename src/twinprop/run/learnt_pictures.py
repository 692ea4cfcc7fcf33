"""What a network has learnt, as small pictures: the class of every point of a plane, and weights as tiles.

Drawn with Pillow at the width of TensorBoard's images, in milliseconds, for they are drawn while a network trains.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from twinprop.run.pictures import WIDTH

CLASS_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31"]
CLASS_COLOURS += ["#882255", "#44AA99"]
"""Okabe and Ito's, which colour-blind readers tell apart, and two of Paul Tol's; of more classes no plane is shown."""

BEYOND = 0.1
"""Of the samples' extent, how far a plane goes on."""

MOST_TILES = 64
"""Units whose weights are shown."""

DOT = 9
"""Pixels of a sample in a plane."""

FRAME = 150
"""The grey around each tile."""

RED, WHITE, BLUE = (178, 24, 43), (247, 247, 247), (33, 102, 172)
"""Of positive weights, of 0, of negative ones: the ends and the middle of ColorBrewer's RdBu."""

MOST = 126
"""The levels of a weight's colour to each side of 0; a picture of no more colours is quick to write, and small."""


def rgb(colours: list[str]) -> NDArray[Any]:
    """Colours such as #0072B2 as fractions of red, green and blue, (n, 3)."""
    return np.array([[int(each[at : at + 2], 16) / 255 for at in (1, 3, 5)] for each in colours])


def shaded(outputs: NDArray[Any]) -> NDArray[Any]:
    """The colour of each point, (n, 3) within 0 and 1: its class's, the surer the darker, undecided nearly white.

    Args:
        outputs: probabilities, or what stands for them, (n, classes).
    """
    strength = 0.55 * np.clip(outputs, 0, 1).max(-1) ** 2
    colours = rgb(CLASS_COLOURS)[outputs.argmax(-1)]
    return np.asarray(1 - (1 - colours) * strength[:, None])


def extent(x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The lowest and the highest corner, (features,) each, of a plane that has all samples (n, features) in it."""
    low, high = x.min(0), x.max(0)
    more = BEYOND * np.where(high > low, high - low, 1.0)
    return low - more, high + more


def dot(colour: str) -> tuple[Image.Image, Image.Image]:
    """A dot with a white rim, and where it is."""
    side = 4 * DOT
    finer, where = Image.new("RGB", (side, side), "white"), Image.new("L", (side, side))
    ImageDraw.Draw(finer).ellipse((4, 4, side - 5, side - 5), colour)
    ImageDraw.Draw(where).ellipse((0, 0, side - 1, side - 1), 255)
    return finer.reduce(4), where.reduce(4)


class Plane:
    """A plane of two features, with samples in it as dots.

    Args:
        x: samples, (n, 2).
        y: their classes, (n,).

    Attributes:
        points: where a network is asked, (m, 2).
    """

    coarse = 4
    """Pixels between two points."""

    def __init__(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        low, high = extent(x)
        shape = float((high - low)[1] / (high - low)[0])
        # features of other units have any proportions
        self.size = (WIDTH, round(WIDTH * (shape if 0.4 < shape < 1.2 else 0.8)))
        self.grid = tuple(pixels // self.coarse for pixels in self.size)
        across, up = (np.linspace(low[axis], high[axis], self.grid[axis]) for axis in (0, 1))
        self.points = np.stack(np.meshgrid(across, up[::-1]), -1).reshape(-1, 2)
        self.dots, self.where = Image.new("RGB", self.size, "white"), Image.new("L", self.size)
        each = {label: dot(CLASS_COLOURS[label]) for label in set(y.tolist())}
        places = ((x - low) / (high - low) * self.size - DOT / 2).round().astype(int)
        for (left, below), label in zip(places.tolist(), y.tolist(), strict=True):
            (colour, mask), corner = each[label], (left, self.size[1] - below - DOT)
            self.dots.paste(colour, corner, mask)
            self.where.paste(mask, corner, mask)

    def picture(self, outputs: NDArray[Any]) -> Image.Image:
        """The plane, shaded by what a network gives for its points, (m, classes)."""
        shades = (255 * shaded(outputs)).astype(np.uint8).reshape(self.grid[1], self.grid[0], 3)
        page = Image.fromarray(shades).resize(self.size, Image.Resampling.BILINEAR)
        page.paste(self.dots, (0, 0), self.where)
        return page


def diverging(values: NDArray[Any]) -> NDArray[Any]:
    """Values within -1 and 1 as colours, (..., 3) of uint8: blue, white, red."""
    ends = np.where(values[..., None] > 0, np.array(RED), np.array(BLUE))
    return np.asarray(WHITE + (ends - WHITE) * np.abs(values)[..., None]).astype(np.uint8)


def coloured(weights: NDArray[Any]) -> NDArray[Any]:
    """Weights of units as images, (units, height, width, 3) of uint8, all on one scale.

    Args:
        weights: (units, height, width), or (units, 3, height, width), whose zero is grey.
    """
    most = float(np.abs(weights).max()) or 1.0
    if weights.ndim == 3:
        return diverging(weights / most)
    return np.asarray(127.5 * (1 + weights.transpose(0, 2, 3, 1) / most)).astype(np.uint8)


def tiles(weights: NDArray[Any]) -> Image.Image:
    """Weights of the first 64 units, side by side.

    Args:
        weights: as `coloured` takes them.
    """
    one_colour = weights.ndim == 3
    images = levels(weights[:MOST_TILES]) if one_colour else coloured(weights[:MOST_TILES])
    empty, frame = (2 * MOST + 1, 2 * MOST + 2) if one_colour else (255, FRAME)
    count, height, width = images.shape[:3]
    factor = max(1, round(WIDTH / 8 / max(height, width)))  # whole: pixels stay equal squares
    pitch_x, pitch_y = width * factor + 2, height * factor + 2
    columns = max(1, min(count, WIDTH // pitch_x))
    size = -(-count // columns) * pitch_y, max(WIDTH, columns * pitch_x)
    page = np.full((*size, *images.shape[3:]), empty, np.uint8)
    for place, each in enumerate(images.repeat(factor, 1).repeat(factor, 2)):
        row, column = divmod(place, columns)
        tile = page[row * pitch_y :, column * pitch_x :][:pitch_y, :pitch_x]
        tile[:] = frame
        tile[1:-1, 1:-1] = each
    picture = Image.fromarray(page)
    if one_colour:
        colours = diverging(np.arange(-MOST, MOST + 1) / MOST)
        picture.putpalette([*colours.ravel().tolist(), *[255] * 3, *[FRAME] * 3])
    return picture


def levels(weights: NDArray[Any]) -> NDArray[Any]:
    """The colour of each weight, by its place among those of `diverging`: 0 has MOST."""
    most = float(np.abs(weights).max()) or 1.0
    return np.asarray(np.rint(weights * (MOST / most)) + MOST).astype(np.uint8)
