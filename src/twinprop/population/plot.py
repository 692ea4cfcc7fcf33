"""What a sweep varied, as a picture: the metric against each key, with mean and deviation over seeds."""

from __future__ import annotations

import io
import logging
import math
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinprop.population.compare import MOST_VALUES, Comparison, Variant, is_number, short_key, short_value
from twinprop.run.directory import write_atomically
from twinprop.run.showing import only_shows
from twinprop.task import higher_is_better, label_of, measure_of
from twinprop.text import shown, spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

log = logging.getLogger("twinprop")

MOST_LINES = 10
"""Lines in a diagram, at most; with more of them nobody tells one from the other."""

MOST_TICKS = 12

WIDE = 20
"""How many times the lowest the highest value is, from which an axis is logarithmic."""


MOST_LETTERS = 40
"""Of a value beside an axis or a line."""


def named(value: Any) -> str:
    """A value in a picture."""
    text = short_value(value)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def draw_comparison(comparison: Comparison, path: Path) -> bool:
    """Draw the metric against what was varied into a PNG file, and say whether it is there; what fails is told once."""
    if not comparison.keys or len(comparison.variants) < 2:
        return False
    with only_shows(path.name, path.parent):
        write_atomically(path, Plot(comparison).png())
        return True
    return False


class Plot:
    """One or several diagrams of a comparison.

    Args:
        comparison: of two variants at least.

    Attributes:
        numeric: whether the values of a key are numbers along the axis, or names.
        positions: where each value of a key stands along the axis, by the value as it is typed.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison, self.metric = comparison, comparison.metric
        self.keys, self.values, self.variants = comparison.keys, comparison.values, comparison.variants
        # a seed is a number that means no more than a name
        self.numeric = {
            key: not key.endswith("seed") and all(map(is_number, values)) for key, values in self.values.items()
        }
        self.positions = {
            key: {spelled(value): float(value if self.numeric[key] else place) for place, value in enumerate(values)}
            for key, values in self.values.items()
        }

    def png(self) -> bytes:
        """It as a PNG file."""
        from matplotlib import rc_context

        # what users name is text, and no formula between two $
        with rc_context({"text.parse_math": False, "text.usetex": False}):
            return self.drawn()

    def drawn(self) -> bytes:
        """It as a PNG file, with letters that the font lacks as boxes, which is told."""
        from matplotlib.figure import Figure  # pyplot takes longer to import, and wants a display

        lines = self.lines()
        panels = [lines[0]] if lines else self.keys
        columns = min(3, len(panels))
        rows = math.ceil(len(panels) / columns)
        size = (max(5.5 * columns, 6.5), 4.0 * rows)
        figure = Figure(figsize=size, dpi=100, layout="constrained")
        for place, key in enumerate(panels, start=1):
            axes = figure.add_subplot(rows, columns, place)
            if lines:
                self.draw_lines(axes, *lines)
            elif len(panels) == 1:
                self.draw_splits(axes, key)
            else:
                self.draw_best(axes, key)
            self.label_axes(axes, key)
        if len(panels) > 1:
            named = max((axes.get_legend_handles_labels() for axes in figure.axes), key=lambda pair: len(pair[0]))
            figure.legend(*named, loc="outside lower center", ncols=2)
        buffer, lacking = io.BytesIO(), []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            figure.savefig(buffer, format="png")
        for warning in caught:
            glyph = re.match(r"Glyph (\d+) ", str(warning.message))
            if glyph is None:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
            else:
                lacking.append(shown(chr(int(glyph[1]))))
        if lacking:
            letters = " ".join(dict.fromkeys(lacking))
            log.warning(f"the picture: the font lacks {letters:.60}; such letters are drawn as boxes")
        return buffer.getvalue()

    def lines(self) -> tuple[str, str] | None:
        """Of two keys, that along the axis and that with a line for each value; None where it takes other diagrams."""
        if len(self.keys) != 2:
            return None
        # numbers rather than names along the axis, then the key with more values
        line, axis = sorted(self.keys, key=lambda key: (self.numeric[key], len(self.values[key])))
        return (axis, line) if len(self.values[line]) <= MOST_LINES else None

    def draw_splits(self, axes: Axes, key: str) -> None:
        """Training, validation and test results against the values of the only key."""
        what = self.metric.partition("_")[2]
        for place, split in enumerate(("train", "val", "test"), start=-1):
            self.draw_line(axes, key, self.variants, f"{split}_{what}", split, shift=place / 10)
        axes.legend()

    def draw_lines(self, axes: Axes, key: str, line: str) -> None:
        """A line for each value of the other key."""
        values = self.values[line]
        for place, value in enumerate(values):
            variants = [variant for variant in self.variants if variant.typed[line] == spelled(value)]
            shift = (place - (len(values) - 1) / 2) / (2 * len(values))
            self.draw_line(axes, key, variants, self.metric, named(value), shift)
        axes.legend(title=short_key(line))

    def draw_best(self, axes: Axes, key: str) -> None:
        """A point for each variant, and a line through the best with each value."""
        along = self.positions[key]
        points = [(along[variant.typed[key]], variant.over_seeds(self.metric).mean) for variant in self.variants]
        axes.plot(*zip(*points, strict=True), ".", color="0.7", label="each choice")
        if len(self.values[key]) <= MOST_VALUES:
            best = self.comparison.best_with_each(key)
            self.draw_line(axes, key, best, self.metric, "the best with each value")

    def draw_line(
        self, axes: Axes, key: str, variants: Sequence[Variant], metric: str, name: str, shift: float = 0.0
    ) -> None:
        """Mean and deviation over seeds of some variants, against the values of a key; beside its names by a shift."""
        numeric, along = self.numeric[key], self.positions[key]
        results = [(along[variant.typed[key]], variant.over_seeds(metric)) for variant in variants]
        results = sorted(((x, result) for x, result in results if result.values), key=lambda pair: pair[0])
        if not results:
            return
        places = [x + (0 if numeric else shift) for x, _ in results]
        means = [result.mean for _, result in results]
        deviations = [result.deviation for _, result in results]
        style = "o-" if numeric else "o"  # between names there is nothing
        axes.errorbar(places, means, deviations if any(deviations) else None, fmt=style, capsize=3, ms=5, label=name)

    def label_axes(self, axes: Axes, key: str) -> None:
        """Name the axes, and the values along them."""
        values, numeric = self.values[key], self.numeric[key]
        if not numeric:
            axes.set_xlim(-0.5, len(values) - 0.5)
        elif min(values) > 0 and max(values) >= WIDE * min(values):
            axes.set_xscale("log")
        if len(values) <= MOST_TICKS or not numeric:
            slanted = not numeric and sum(len(spelled(value)) for value in values) > 50
            axes.set_xticks(list(self.positions[key].values()), [named(value) for value in values])
            axes.set_xticks([], minor=True)
            axes.tick_params(axis="x", rotation=30 if slanted else 0)
        low, high = axes.dataLim.intervaly
        if not higher_is_better(self.metric) and low > 0 and high >= WIDE * low:
            axes.set_yscale("log")
        seeds = max(len(variant.summaries) for variant in self.variants)
        what = label_of(self.metric) if len(self.keys) > 1 else measure_of(self.metric).label
        axes.set(
            xlabel=key.removesuffix(".name"),
            ylabel=what if seeds == 1 else f"{what}, mean ± deviation of {seeds} seeds",
        )
        axes.grid(alpha=0.3)
