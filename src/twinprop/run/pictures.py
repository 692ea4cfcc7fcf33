"""Small pictures for TensorBoard, drawn with Pillow: a figure of matplotlib takes fifty times as long.

A sweep has some of every network, so they are made quickly, and are small files: a pixel is the number of a colour.
The colours are in ramps, so that one that a letter covers in part has a number between those of paper and ink.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from twinprop.text import shown

log = logging.getLogger("twinprop")

WIDTH = 350
"""Pixels. TensorBoard stretches every picture to this width, without smoothing: letters of any other width break up."""

INK, RED, BLUE, GRID, WHITE = (33, 37, 41), (200, 30, 30), (40, 110, 180), (225, 225, 225), (255, 255, 255)
COLOURS = [BLUE, (240, 150, 40), (60, 150, 80), (140, 90, 180), (120, 80, 60)]
COLOURS += [(90, 190, 200), (110, 110, 110), (180, 180, 60)]
"""Of classes; none is near red, which marks mistakes."""

GREYS = 192
"""Colours of a picture of samples, from black to white; the others lead from red to white."""

SHADES, DARKER = 64, 32
"""Colours of the confusion matrix from white to blue, from there to ink, the same with red, and from ink to white."""


def _ramp(length: int, first: tuple[int, int, int], last: tuple[int, int, int]) -> list[int]:
    """A palette of even steps from one colour to another."""
    steps = np.linspace(np.array(first), np.array(last), length)
    return [round(value) for value in steps.ravel().tolist()]


@cache
def _samples_palette() -> list[int]:
    return _ramp(GREYS, (0, 0, 0), WHITE) + _ramp(256 - GREYS, RED, WHITE)


@cache
def _confusion_palette() -> list[int]:
    blue, red = (_ramp(SHADES, WHITE, tint) + _ramp(DARKER, tint, INK) for tint in (BLUE, RED))
    return blue + red + _ramp(SHADES, INK, WHITE)


def _keeping(font: Any) -> Any:
    """A font that keeps the shapes of what it has drawn: names of classes and small numbers come again and again."""
    font.getmask2 = lru_cache(2000)(font.getmask2)
    font.getlength = lru_cache(2000)(font.getlength)
    return font


@cache
def font_of(size: int) -> Any:
    """Pillow's own font."""
    return _keeping(ImageFont.load_default(size=size))


@cache
def _wide_font(size: int) -> Any:
    """Matplotlib's font, which has far more letters than Pillow's."""
    package = find_spec("matplotlib")
    folder = Path(package.origin).parent if package and package.origin else Path()
    path = folder / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return _keeping(ImageFont.truetype(path, size)) if path.exists() else font_of(size)


def _lacking(text: str, font: Any) -> list[str]:
    """The letters that a font lacks."""
    box = bytes(font.getmask("\U0010ffff"))
    return [each for each in dict.fromkeys(text) if not each.isspace() and bytes(font.getmask(each)) == box]


def legible(classes: Sequence[str], size: int) -> tuple[list[str], Any]:
    """Names of classes for pictures, in one line each, and a font that has their letters.

    A name with letters that no font has here is shown by its number, and that is told.
    """
    lines = [shown(name).replace("\n", r"\n").replace("\t", r"\t") for name in classes]
    if all(map(str.isascii, lines)) or not any(_lacking(line, font_of(size)) for line in lines):
        return lines, font_of(size)
    font = _wide_font(size)
    lacking = [_lacking(line, font) for line in lines]
    if any(lacking):
        letters = " ".join(dict.fromkeys(letter for some in lacking for letter in some))
        _tell(f"pictures: the font lacks {letters:.60}; classes with such letters are shown by their numbers")
    names = [f"class {number}" if lacking[number] else line for number, line in enumerate(lines)]
    return names, font


@cache
def _tell(text: str) -> None:
    """Say something once."""
    log.warning(text)


def _shorten(text: str, font: Any, width: float) -> str:
    """`text`, cut to `width` pixels with an ellipsis."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def confusion(labels: NDArray[Any], predicted: NDArray[Any], classes: Sequence[str]) -> Image.Image:
    """The confusion matrix: a row for each true class, a column for each predicted one, with counts.

    Args:
        labels: true classes, (n,).
        predicted: predicted classes, (n,).
        classes: names of the classes.
    """
    red, ink, paper, grid = SHADES + DARKER, 2 * (SHADES + DARKER), 255, 247
    count = len(classes)
    matrix = np.bincount(labels * count + predicted, minlength=count * count).reshape(count, count)
    lines, font = legible(classes, 12)
    names = [_shorten(name, font, 84) for name in lines]
    longest = int(max(map(font.getlength, names))) + 1
    left = longest + 10
    cell = min(max((WIDTH - left - 6) // count, 22), 64)
    upright = longest < cell
    top = 28 + (16 if upright else longest + 6)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    right = np.eye(count, dtype=bool)
    # mistakes are few, so their colour grows with the root of their share
    strength = np.where(right, shares, shares**0.5)
    white = np.where(right, 0, red)
    squares = (white + (SHADES - 1) * strength).astype(np.uint8).repeat(cell, axis=0).repeat(cell, axis=1)
    squares[cell - 1 :: cell] = squares[:, cell - 1 :: cell] = grid
    image = Image.new("L", (max(WIDTH, left + cell * count + 6), top + cell * count + 6), paper)
    image.paste(Image.fromarray(squares), (left, top))
    draw = ImageDraw.Draw(image)
    draw.rectangle((left - 1, top - 1, left + cell * count - 1, top + cell * count - 1), None, grid)
    draw.text((8, 14), "rows: true class, columns: predicted class", ink, font, anchor="lm")
    widest = str(matrix.max())
    number = next(
        (font_of(size) for size in (14, 13, 12, 11, 10) if font_of(size).getlength(widest) < cell - 3), font_of(9)
    )
    for index, name in enumerate(names):
        middle = cell * (index + 0.5)
        draw.text((left - 7, top + middle), name, ink, font, anchor="rm")
        if upright:
            draw.text((left + middle, top - 10), name, ink, font, anchor="mm")
        else:
            label = Image.new("L", (longest, 16), paper)
            ImageDraw.Draw(label).text((0, 8), name, ink, font, anchor="lm")
            image.paste(label.rotate(90, expand=True), (int(left + middle) - 8, top - longest - 4))
    for row, column in np.argwhere(matrix):
        dark = 0 if strength[row, column] > 0.6 else SHADES + DARKER - 1
        place = (left + cell * (column + 0.5) - 0.5, top + cell * (row + 0.5) - 0.5)
        draw.text(place, str(matrix[row, column]), int(white[row, column]) + dark, number, anchor="mm")
    image.putpalette(_confusion_palette())
    return image


def _enlarged(pixels: NDArray[Any], size: int) -> Image.Image:
    """An image whose longer side is `size`, or the largest whole multiple below it: pixels stay equal squares."""
    image = Image.fromarray(pixels)
    longer = max(image.size)
    if longer <= size:
        factor = size // longer
        return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
    shape = (max(1, image.width * size // longer), max(1, image.height * size // longer))
    return image.resize(shape, Image.Resampling.BOX)


def samples(x: NDArray[Any], labels: NDArray[Any], predicted: NDArray[Any], classes: Sequence[str]) -> Image.Image:
    """Images, five in a row, with their predicted class; where that is wrong, in red, with the true class below.

    Args:
        x: (n, height, width), or (n, channels, height, width) with 1 or 3 channels.
        labels: true classes, (n,).
        predicted: predicted classes, (n,).
        classes: names of the classes.
    """
    if x.ndim == 4:
        x = x[:, 0] if x.shape[1] == 1 else x.transpose(0, 2, 3, 1)
    grey = x.ndim == 3
    mode, brightest = ("L", GREYS - 1) if grey else ("RGB", 255)
    ink, paper, red, beside_red = (INK[0] * GREYS // 255, GREYS - 1, GREYS, 255) if grey else (INK, WHITE, RED, WHITE)
    columns, size = 5, 64
    classes, font = legible(classes, 12)
    pitch = WIDTH // columns
    wrong = labels != predicted
    height = size + (38 if wrong.any() else 22)
    page = Image.new(mode, (WIDTH, -(-len(x) // columns) * height + 6), paper)
    draw = ImageDraw.Draw(page)
    low, high = float(x.min()), float(x.max())
    pixels = ((x - low) / ((high - low) or 1) * brightest).astype(np.uint8)
    for index in range(len(x)):
        row, column = divmod(index, columns)
        middle, top = pitch * column + pitch // 2, 4 + height * row
        picture = _enlarged(pixels[index], size)
        box = (middle - picture.width // 2, top + (size - picture.height) // 2)
        if wrong[index]:
            draw.rectangle((box[0] - 2, box[1] - 2, box[0] + picture.width + 1, box[1] + picture.height + 1), red)
            draw.rectangle((pitch * column, top + size + 2, pitch * (column + 1) - 1, top + size + 16), beside_red)
        page.paste(picture, box)
        guess = _shorten(classes[predicted[index]], font, pitch - 2)
        draw.text((middle, top + size + 9), guess, red if wrong[index] else ink, font, anchor="mm")
        if wrong[index]:
            truth = _shorten(f"is {classes[labels[index]]}", font, pitch - 2)
            draw.text((middle, top + size + 23), truth, ink, font, anchor="mm")
    if grey:
        page.putpalette(_samples_palette())
    return page


def points(x: NDArray[Any], labels: NDArray[Any], predicted: NDArray[Any]) -> Image.Image:
    """Points in the plane, coloured by their predicted class; a wrong one has a red ring.

    Args:
        x: (n, 2).
        labels: true classes, (n,).
        predicted: predicted classes, (n,).
    """
    margin, finer, footer = 14, 2, 24
    low, high = x.min(axis=0), x.max(axis=0)
    scale = (WIDTH - 2 * margin) / max(float((high - low).max()), 1e-12)
    across, up = ((x - low) * scale + margin).T
    height = int((high - low)[1] * scale) + 2 * margin
    plane = Image.new("RGB", (WIDTH * finer, height * finer), "white")
    draw = ImageDraw.Draw(plane)
    wrong = labels != predicted
    radius, down = np.where(wrong, 5.5, 4.0), height - up
    boxes = finer * np.stack([across - radius, down - radius, across + radius, down + radius], axis=1)
    places, colours = [tuple(box) for box in boxes.tolist()], (predicted % len(COLOURS)).tolist()
    for index in np.argsort(wrong, kind="stable").tolist():
        draw.ellipse(places[index], COLOURS[colours[index]], *((RED, 4) if wrong[index] else ("white", 1)))
    page = Image.new("RGB", (WIDTH, height + footer), "white")
    page.paste(plane.reduce(finer), (0, 0))
    text = f"colour: predicted class; red ring: wrong ({wrong.sum()} of {len(x)})"
    ImageDraw.Draw(page).text((8, height + footer / 2 - 2), text, INK, font_of(12), anchor="lm")
    return few_colours(page)


def few_colours(image: Image.Image) -> Image.Image:
    """The same with 256 colours of its own: half as large as a file."""
    return image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def png(image: Image.Image, level: int = 6) -> bytes:
    """A PNG file; one of 256 colours compressed at a level."""
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=level if image.mode == "P" else 1)
    return file.getvalue()
