"""One look for all figures: fit for a paper, without colour too, and never two texts on each other."""

from __future__ import annotations

import io
import logging
import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from twinprop.text import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

log = logging.getLogger("twinprop")

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31"]
"""Okabe and Ito's, which colour-blind readers tell apart; in an order whose first ones differ in print too."""

DASHES = [
    "-",
    (0, (5, 1.5)),
    (0, (1, 1)),
    (0, (4, 1, 1, 1)),
    (0, (7, 2)),
    (0, (2, 1)),
    (0, (6, 1, 1, 1, 1, 1)),
    (0, (3, 2)),
]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]

MOST_LINES = len(COLOURS)
"""Lines that a reader tells apart."""

DOTS = 200
"""Of an inch, in a PNG file."""

MOST_TICKS, LONGEST_TICK = 14, 6
"""Values that stand at an axis themselves, and their letters; of more, and of sampled ones, round numbers do."""

GREY = "0.72"
FONT = 9.0
"""Points."""

FACTORS = 8
"""How many times the lowest the highest value is, at least, where an axis is logarithmic though it has two values."""

STYLE: Any = {
    "font.size": FONT,
    "axes.titlesize": FONT,
    "axes.labelsize": FONT,
    "legend.fontsize": FONT - 1,
    "xtick.labelsize": FONT - 1,
    "ytick.labelsize": FONT - 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "errorbar.capsize": 2.5,
    "text.parse_math": False,  # what users name is text, and no formula between two $
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "twinprop",
    "savefig.facecolor": "white",
}


def line_style(place: int) -> dict[str, Any]:
    """What tells the line at a place from others: colour, dashes and marker."""
    at = place % MOST_LINES
    return {"color": COLOURS[at], "linestyle": DASHES[at], "marker": MARKERS[at]}


@dataclass
class Picture:
    """A figure of the report.

    Attributes:
        name: of its files, `learning-curves`.
        caption: what it shows, in a sentence or two.
        figure: as matplotlib has it.
        photo: whether its colours stay as they are on a dark page.
    """

    name: str
    caption: str
    figure: Figure
    photo: bool = False

    @property
    def width(self) -> float:
        """Of the page's lines, at most, in letters' heights."""
        return round(self.figure.get_figwidth() * 8)

    @property
    def files(self) -> dict[str, bytes]:
        """It as files by their kind; the first is on the page."""
        return {"svg": self.svg, "png": self.png}

    @cached_property
    def svg(self) -> bytes:
        """It as an SVG file."""
        return rendered(self.figure, "svg")

    @cached_property
    def png(self) -> bytes:
        """It as a PNG file, laid out as the SVG file was."""
        self.svg  # noqa: B018  # once laid out, it stays so, which takes half of the time
        self.figure.set_layout_engine("none")
        return rendered(self.figure, "png")


@dataclass
class Animation:
    """A row of pictures, one after the other.

    Attributes:
        name, caption: as a picture has them.
        gif: it as a GIF file.
        pixels: its width.
    """

    name: str
    caption: str
    gif: bytes
    pixels: int
    photo = True

    @property
    def width(self) -> float:
        """Of the page's lines, at most, in letters' heights."""
        return self.pixels / 14

    @property
    def files(self) -> dict[str, bytes]:
        """It as a file, by its kind."""
        return {"gif": self.gif}


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches; pyplot takes longer to import, and wants a display."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def rendered(figure: Figure, kind: str) -> bytes:
    """A figure as a file; letters that the font lacks are boxes, which is told."""
    buffer, lacking = io.BytesIO(), []
    metadata: Any = {"Date": None} if kind == "svg" else {"Software": None}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(buffer, format=kind, dpi=DOTS, metadata=metadata)
    for warning in caught:
        glyph = re.match(r"Glyph (\d+) ", str(warning.message))
        if glyph is None:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
        else:
            lacking.append(shown(chr(int(glyph[1]))))
    if lacking and kind == "svg":
        letters = " ".join(dict.fromkeys(lacking))
        log.warning(f"a figure: the font lacks {letters:.60}; such letters are drawn as boxes")
    return buffer.getvalue()


def scale_of(values: Sequence[Any], numeric: bool) -> str:
    """How values lie along an axis: `linear`, `log` where factors are more alike than steps, or `names`."""
    if not numeric:
        return "names"
    numbers = sorted({float(value) for value in values})
    if len(numbers) < 2:
        return "linear"
    if min(numbers) <= 0:
        # beside 0, numbers of several magnitudes have no place on either axis
        above = [number for number in numbers if number > 0]
        spread = len(above) > 1 and scale_of(above, True) == "log"
        return "names" if min(numbers) == 0 and spread else "linear"
    if numbers[-1] < 2 * FACTORS and len(numbers) == 2:
        return "log" if numbers[-1] / numbers[0] >= FACTORS else "linear"
    steps = [b - a for a, b in pairwise(numbers)]
    factors = [math.log(b / a) for a, b in pairwise(numbers)]
    if numbers[-1] / numbers[0] < 4:
        return "linear"
    return "log" if unevenness(factors) < unevenness(steps) or numbers[-1] / numbers[0] >= 100 else "linear"


def unevenness(steps: Sequence[float]) -> float:
    """The largest of some steps over the mean."""
    return max(steps) * len(steps) / sum(steps)


def axis_of_values(
    axes: Axes, values: Sequence[Any], labels: Sequence[str], scale: str, width: float, axis: str = "x"
) -> dict[str, float]:
    """Have an axis show values, as many of them as have room; where each stands, by its label.

    Args:
        axes: the diagram's.
        values: in their order.
        labels: of the values, one each.
        scale: as `scale_of` gives it.
        width: of the axis, in inches.
        axis: `x` or `y`.
    """
    places = [float(value) if scale != "names" else float(at) for at, value in enumerate(values)]
    of_axis = getattr(axes, f"{axis}axis")
    if scale == "log":
        getattr(axes, f"set_{axis}scale")("log")
    if scale == "names":
        getattr(axes, f"set_{axis}lim")(-0.5, max(len(values), 1) - 0.5)
    if scale != "names" and (len(values) > MOST_TICKS or max(map(len, labels)) > LONGEST_TICK):
        if scale == "log":
            getattr(axes, f"set_{axis}lim")(min(places) / 1.2, max(places) * 1.2)
            logarithmic(axes, axis)
        return dict(zip(labels, places, strict=True))
    room = [math.log(place) if scale == "log" else place for place in places]
    span = (max(room) - min(room)) * 1.1 or 1.0
    if scale == "names":
        span = float(len(values))
    letter, line = FONT / 72 * 0.56, FONT / 72 * 1.35
    widest = max((len(label) for label in labels), default=1) * letter
    slanted = axis == "x" and scale == "names" and widest + letter > width / max(len(values), 1)
    kept: list[int] = []
    for at in sorted(range(len(values)), key=lambda at: room[at]):
        need = (
            line * 1.25
            if slanted or axis == "y"
            else (len(labels[at]) + (len(labels[kept[-1]]) if kept else 0)) / 2 * letter + letter
        )
        if not kept or (room[at] - room[kept[-1]]) / span * width >= need:
            kept.append(at)
    of_axis.set_ticks([places[at] for at in kept], [labels[at] for at in kept])
    of_axis.set_ticks([], minor=True)
    if slanted:
        axes.tick_params(axis="x", rotation=35)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")
    return dict(zip(labels, places, strict=True))


def logarithmic(axes: Axes, axis: str = "y", spelled: str = "{:g}") -> None:
    """Have an axis be logarithmic, with numbers as people write them; its limits are set before."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    getattr(axes, f"set_{axis}scale")("log")
    of_axis = getattr(axes, f"{axis}axis")
    low, high = sorted(getattr(axes, f"get_{axis}lim")())
    few = low > 0 and high / low < 100
    of_axis.set_major_locator(LogLocator(10, (1, 2, 5) if few else (1,), numticks=8))
    of_axis.set_major_formatter(FuncFormatter(lambda value, _: spelled.format(value)))
    of_axis.set_minor_formatter(NullFormatter())


def axis_of_results(axes: Axes, metric: str, axis: str = "y") -> None:
    """A result's axis: logarithmic for what has no upper end and spans magnitudes; a fraction ends at 1."""
    low, high = axes.dataLim.intervaly if axis == "y" else axes.dataLim.intervalx
    if metric.endswith("accuracy"):
        bottom, top = axes.get_ylim()
        axes.set_ylim(max(bottom, -0.02), min(top, 1.02) if high <= 1 else top)
    elif low > 0 and high >= 20 * low and math.isfinite(high):
        logarithmic(axes, axis)


def spread(mean: float, deviation: float, metric: str) -> tuple[float, float]:
    """How far an error bar goes down and up: a fraction is never below 0 or above 1."""
    if metric.endswith("accuracy"):
        return min(deviation, mean), min(deviation, 1 - mean)
    if metric.endswith("r2") or mean <= 0:
        return deviation, deviation
    # a loss is above 0: on a logarithmic axis the bar goes as far down as up
    return min(deviation, mean * deviation / (mean + deviation)), deviation
