"""Digits drawn with Pillow: a small set like MNIST, and pictures of digits as people have them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SIDE, BOX = 28, 20


@cache
def digit(number: int, size: int = 96, slant: float = 0.0) -> Image.Image:
    """A light digit on black, cut to its box, of about `size` pixels."""
    page = Image.new("L", (2 * size, 2 * size))
    ImageDraw.Draw(page).text((size, size), str(number), 255, ImageFont.load_default(size=size), anchor="mm")
    page = page.rotate(slant, Image.Resampling.BICUBIC)
    return page.crop(page.getbbox())


def as_mnist(image: Image.Image) -> NDArray[np.float32]:
    """A digit as MNIST has them: its longer side 20 pixels, its centre of mass in the middle of 28×28; from 0 to 1."""
    scale = BOX / max(image.size)
    small = np.asarray(image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.BILINEAR))
    y, x = (np.arange(n) + 0.5 for n in small.shape)
    mass = small.sum()
    row, column = round(SIDE / 2 - small.sum(1) @ y / mass), round(SIDE / 2 - small.sum(0) @ x / mass)
    row, column = (min(max(at, 0), SIDE - n) for at, n in zip((row, column), small.shape, strict=True))
    whole = np.zeros((SIDE, SIDE), np.float32)
    whole[row : row + small.shape[0], column : column + small.shape[1]] = small / np.float32(255)
    return whole / whole.max()


def digits() -> NDArray[np.float32]:
    """All digits, upright and slanted, (n, 1, 28, 28)."""
    return np.stack([as_mnist(digit(n, slant=slant)) for n in range(10) for slant in (-12, -6, 0, 6, 12)])[:, None]


def page(number: int, ink: float, paper: float, size: tuple[int, int] = (220, 300), at: Any = (150, 20)) -> Any:
    """A page (height, width) with a digit somewhere, grey levels from 0 to 255 as floats."""
    shape = np.asarray(digit(number, 80), float) / 255
    whole = np.full(size, float(paper))
    row, column = min(at[0], size[0] - shape.shape[0] - 4), at[1]
    whole[row : row + shape.shape[0], column : column + shape.shape[1]] += (ink - paper) * shape
    return whole
