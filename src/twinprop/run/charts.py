"""Diagrams with axes for TensorBoard, drawn with Pillow at its images' width: dots and lines among round numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from twinprop.run.pictures import BLUE, GRID, INK, RED, WIDTH, few_colours, font_of

MARGIN, LEFT, FOOTER, FINER = 12, 58, 40, 2
"""Pixels around a diagram, and how many times finer it is drawn than shown."""

MOST_LARGE = 1000
"""Dots of the larger size; more would cover each other."""


class Chart:
    """A diagram with numbers at its axes.

    Args:
        across: the lowest and the highest number from left to right.
        up: the same from the ground to the top.
        height: of the diagram, in pixels.
        whole: whether what is across is counted.
    """

    def __init__(self, across: tuple[float, float], up: tuple[float, float], height: int, whole: bool = False) -> None:
        self.across, self.up = across, up
        self.ticks_across, self.ticks_up = round_numbers(*across, whole=whole), round_numbers(*up)
        self.width, self.height = WIDTH - LEFT - MARGIN, height
        self.plane = Image.new("RGB", (self.width * FINER, height * FINER), "white")
        self.draw = ImageDraw.Draw(self.plane)
        for tick in self.ticks_across:
            (x, y), _ = self.places([tick, tick], list(up))
            self.draw.line((x, 0, x, self.height * FINER), GRID, FINER)
        for tick in self.ticks_up:
            (x, y), _ = self.places(list(across), [tick, tick])
            self.draw.line((0, y, self.width * FINER, y), GRID, FINER)

    def places(self, across: Any, up: Any) -> list[tuple[float, float]]:
        """Where points are on the finer plane."""
        (left, right), (low, high) = self.across, self.up
        x = (np.asarray(across, float) - left) * (self.width * FINER / (right - left))
        y = (high - np.asarray(up, float)) * (self.height * FINER / (high - low))
        return list(zip(x.tolist(), y.tolist(), strict=True))

    def line(self, across: Any, up: Any, colour: tuple[int, int, int], wide: int = FINER) -> None:
        """Draw a line through points, (n,) each."""
        self.draw.line(self.places(across, up), colour, wide, joint="curve")

    def dots(self, across: Any, up: Any, colour: tuple[int, int, int] = BLUE) -> None:
        """Draw points, (n,) each."""
        radius = 4.5 if len(across) <= MOST_LARGE else 2.5
        for x, y in self.places(across, up):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour, "white")

    def page(self, said: str) -> Image.Image:
        """The picture, with what its axes are in a line below."""
        page = Image.new("RGB", (WIDTH, MARGIN + self.height + FOOTER), "white")
        page.paste(self.plane.reduce(FINER), (LEFT, MARGIN))
        draw, font = ImageDraw.Draw(page), font_of(12)
        draw.rectangle((LEFT, MARGIN, LEFT + self.width - 1, MARGIN + self.height - 1), None, GRID)
        for tick in self.ticks_up:
            ((_, y),) = self.places([self.across[0]], [tick])
            draw.text((LEFT - 5, MARGIN + y / FINER), f"{tick:.6g}", INK, font, anchor="rm")
        for tick in self.ticks_across:
            ((x, _),) = self.places([tick], [self.up[0]])
            draw.text((LEFT + x / FINER, MARGIN + self.height + 10), f"{tick:.6g}", INK, font, anchor="mm")
        draw.text((LEFT + self.width / 2, MARGIN + self.height + 28), said, INK, font, anchor="mm")
        return page


def reach(values: Any, beyond: float = 0.03) -> tuple[float, float]:
    """The range of some numbers and a little more."""
    low, high = float(np.min(values)), float(np.max(values))
    more = beyond * ((high - low) or abs(high) or 1.0)
    return low - more, high + more


def predictions(true: NDArray[Any], predicted: NDArray[Any]) -> Image.Image:
    """Predicted numbers against the true ones; on the line they are equal.

    Args:
        true: (n,).
        predicted: (n,).
    """
    ends = reach([true, predicted])
    chart = Chart(ends, ends, WIDTH - LEFT - MARGIN)
    chart.line(ends, ends, RED)
    chart.dots(true, predicted)
    return few_colours(chart.page("across: true; up: predicted; red line: equal"))


def fit(x: NDArray[Any], y: NDArray[Any], across: NDArray[Any], curve: NDArray[Any]) -> Image.Image:
    """A fitted curve among the samples.

    Args:
        x, y: the samples' feature and number, (n,) each.
        across, curve: points of the curve, (m,) each.
    """
    chart = Chart(reach(across, 0.0), reach(y, 0.1), 230)
    chart.dots(x, y)
    chart.line(across, curve, RED, 2 * FINER)
    return chart.page("across: the feature; up: the number; red: predicted")


def positions(accuracy: NDArray[Any]) -> Image.Image:
    """The accuracy after each element of a sequence, (elements,)."""
    read = np.arange(1, len(accuracy) + 1)
    chart = Chart((0.5, len(accuracy) + 0.5), (-0.03, 1.03), 200, whole=True)
    chart.line(read, accuracy, BLUE, 2 * FINER)
    chart.dots(read, accuracy)
    return chart.page("across: elements read; up: accuracy if it ended there")


def round_numbers(low: float, high: float, most: int = 6, whole: bool = False) -> list[float]:
    """Round numbers within a range, about evenly spaced, at most so many; only whole ones if wanted."""
    rough = max((high - low) / most, whole)
    power = 10.0 ** np.floor(np.log10(rough))
    factors = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
    step = next(factor * power for factor in factors if factor * power >= rough)
    return [float(number * step) for number in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]
