"""Small pictures for TensorBoard, drawn with Pillow: a figure of matplotlib takes fifty times as long.

Every function returns pixels as uint8, (height, width, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Numbers = np.ndarray[Any, Any]

INK, RED = (33, 37, 41), (200, 30, 30)


def _font(size: int) -> Any:
    return ImageFont.load_default(size=size)


def confusion(labels: Numbers, predicted: Numbers, classes: Sequence[str]) -> Numbers:
    """The confusion matrix: a row for each true class, a column for each predicted one, with counts."""
    count = len(classes)
    matrix = np.bincount(labels * count + predicted, minlength=count * count).reshape(count, count)
    names = [name if len(name) <= 10 else name[:9] + "…" for name in classes]
    cell, left, top = 48, 24 + 8 * max(map(len, names)), 60
    image = Image.new("RGB", (left + cell * count + 16, top + cell * count + 16), "white")
    draw = ImageDraw.Draw(image)
    draw.text((left + cell * count / 2, 14), "predicted class", INK, _font(14), anchor="mm")
    draw.text((4, top - 14), "true", INK, _font(14), anchor="lm")
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    for row in range(count):
        draw.text((left - 8, top + cell * (row + 0.5)), names[row], INK, _font(13), anchor="rm")
        column_name = names[row] if max(map(len, names)) <= 5 else names[row][:5]
        draw.text((left + cell * (row + 0.5), top - 14), column_name, INK, _font(13), anchor="mm")
        for column in range(count):
            # mistakes are few, so their colour grows with the root of their share
            share = shares[row, column] if row == column else shares[row, column] ** 0.5
            fade = np.array((40, 110, 180) if row == column else (200, 60, 40))
            colour = tuple((255 - (255 - fade) * share).astype(int).tolist())
            x, y = left + cell * column, top + cell * row
            draw.rectangle((x, y, x + cell - 1, y + cell - 1), colour, (225, 225, 225))
            if matrix[row, column]:
                ink = "white" if share > 0.6 else INK
                draw.text((x + cell / 2, y + cell / 2), str(matrix[row, column]), ink, _font(13), anchor="mm")
    return np.asarray(image)


def samples(x: Numbers, labels: Numbers, predicted: Numbers, classes: Sequence[str], columns: int = 8) -> Numbers:
    """Images with their predicted class; where that is wrong, in red, with the true class.

    Args:
        x: (n, height, width), or (n, channels, height, width) with 1 or 3 channels.
        labels: true classes, (n,).
        predicted: predicted classes, (n,).
        classes: names of the classes.
        columns: images in a row.
    """
    if x.ndim == 4:
        x = x[:, 0] if x.shape[1] == 1 else x.transpose(0, 2, 3, 1)
    size, caption = 96, 34
    rows = -(-len(x) // columns)
    page = Image.new("RGB", (columns * (size + 8) + 8, rows * (size + caption) + 8), "white")
    draw = ImageDraw.Draw(page)
    low, high = float(x.min()), float(x.max())
    pixels = ((x - low) / ((high - low) or 1) * 255).astype(np.uint8)
    for index in range(len(x)):
        left, top = 8 + index % columns * (size + 8), 8 + index // columns * (size + caption)
        picture = Image.fromarray(pixels[index]).convert("RGB").resize((size, size), Image.Resampling.NEAREST)
        page.paste(picture, (left, top))
        right = labels[index] == predicted[index]
        text = classes[predicted[index]] if right else f"{classes[predicted[index]]}, is {classes[labels[index]]}"
        draw.text((left + size / 2, top + size + 12), text[:16], INK if right else RED, _font(14), anchor="mm")
    return np.asarray(page)


def points(x: Numbers, labels: Numbers, predicted: Numbers) -> Numbers:
    """Points in the plane, coloured by their predicted class; a wrong one has a red ring."""
    size, margin = 480, 20
    page = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(page)
    low, high = x.min(axis=0), x.max(axis=0)
    places = margin + (x - low) / np.maximum(high - low, 1e-12) * (size - 2 * margin)
    colours = [(40, 110, 180), (230, 140, 30), (60, 150, 80), (140, 90, 180), (120, 80, 60)]
    for (left, up), label, guess in zip(places, labels, predicted, strict=True):
        place = (left - 4, size - up - 4, left + 4, size - up + 4)
        draw.ellipse(place, colours[guess % len(colours)], RED if label != guess else None, 2)
    return np.asarray(page)
