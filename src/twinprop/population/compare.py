"""What a sweep varied and what came of it: the best result with each value, and a picture.

It works on flat configurations and summaries, so that the jobs of a sweep that has just ended and runs found
on disk are compared alike. Runs that differ in their seed alone are one choice, with a mean and a deviation.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from twinprop.config.registry import GROUPS
from twinprop.run.summary import result
from twinprop.text import spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Configuration = Mapping[str, Any]
Summary = Mapping[str, Any]

MOST_LINES = 10
"""Lines in a diagram, at most; with more of them nobody tells one from the other."""

MOST_TICKS = 12

MOST_VALUES = 30
"""Values of a key for which the best is told, each in a row."""

WIDE = 20
"""How many times the lowest the highest value is, from which an axis is logarithmic."""


def varied(configurations: Sequence[Configuration]) -> list[str]:
    """The keys that are not the same in all configurations."""
    keys = dict.fromkeys(key for configuration in configurations for key in configuration)
    return [key for key in keys if len({str(configuration.get(key)) for configuration in configurations}) > 1]


def chosen(configurations: Sequence[Configuration]) -> list[str]:
    """The varied keys that somebody chose: without those that came with the choice of their group, as Adam's betas."""
    keys = varied(configurations)
    came: set[str] = set()
    for name in (f"{group}.name" for group in GROUPS if f"{group}.name" in keys):
        for key in (key for key in keys if key != name and key.partition(".")[0] == name.partition(".")[0]):
            pairs = {(str(each[name]), str(each.get(key))) for each in configurations}
            if len(pairs) == len({value for value, _ in pairs}):
                came.add(key)
    return [key for key in keys if key not in came]


def label(key: str) -> str:
    """A key as short as in the names of runs: `lr` for optimizer.lr, `optimizer` for optimizer.name."""
    return key.removesuffix(".name").rpartition(".")[2]


def text(value: Any) -> str:
    """A value as it is typed, whole numbers without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else spelled(value)


@dataclass
class Choice:
    """Runs that differ in their seed alone.

    Attributes:
        values: what it chose for each varied key.
        typed: the same as it is typed, which tells apart what == does not, and can be looked up.
        summaries: what came of its runs.
    """

    values: dict[str, Any]
    typed: dict[str, str]
    summaries: list[Summary]

    def results(self, metric: str) -> list[float]:
        """A result of each run that has one."""
        return [value for value in (result(each, metric) for each in self.summaries) if math.isfinite(value)]

    def mean(self, metric: str) -> float:
        """NaN where no run has the result."""
        results = self.results(metric)
        return fmean(results) if results else math.nan

    def deviation(self, metric: str) -> float:
        """Over seeds; 0 for one."""
        results = self.results(metric)
        return stdev(results) if len(results) > 1 else 0.0


class Comparison:
    """Runs, by what was chosen for them.

    Args:
        configurations: flat, one for each run.
        summaries: what came of each.
        metric: by which choices are compared.
    """

    def __init__(self, configurations: Sequence[Configuration], summaries: Sequence[Summary], metric: str) -> None:
        self.metric = metric
        keys = chosen(configurations)
        self.keys = [key for key in keys if key != "seed"] or keys
        found: dict[tuple[str, ...], Choice] = {}
        for configuration, summary in zip(configurations, summaries, strict=True):
            values = {key: configuration.get(key) for key in self.keys}
            typed = {key: spelled(value) for key, value in values.items()}
            found.setdefault(tuple(typed.values()), Choice(values, typed, [])).summaries.append(summary)
        self.choices = [choice for choice in found.values() if choice.results(metric)]
        self.values = {key: self.values_of(key) for key in self.keys}
        # a seed is a number that means no more than a name
        self.numeric = {
            key: not key.endswith("seed") and all(map(is_number, values)) for key, values in self.values.items()
        }
        self.places = {
            key: {spelled(value): float(value if self.numeric[key] else place) for place, value in enumerate(values)}
            for key, values in self.values.items()
        }

    def better(self, choice: Choice) -> float:
        """By what choices are sorted, the best first."""
        mean = choice.mean(self.metric)
        return -mean if self.metric.endswith("accuracy") else mean

    def values_of(self, key: str) -> list[Any]:
        """What was chosen for a key: numbers in their order, else as they came."""
        found = list({choice.typed[key]: choice.values[key] for choice in self.choices}.values())
        return sorted(found) if all(map(is_number, found)) else found

    def best_with(self, key: str) -> list[Choice]:
        """The best choice with each of a key's values, in their order."""
        best: dict[str, Choice] = {}
        for choice in sorted(self.choices, key=self.better):
            best.setdefault(choice.typed[key], choice)
        return [best[spelled(value)] for value in self.values[key]]

    def best(self) -> list[dict[str, str]]:
        """A row for each value of each key, with what it was best with; none where only one key was varied."""
        rows: list[dict[str, str]] = []
        if len(self.keys) < 2:
            return rows
        for key in self.keys:
            # a value that was tried once, as in a search among all numbers, is in the table of jobs
            if len(self.values[key]) > min(MOST_VALUES, len(self.choices) - 1):
                continue
            for choice in self.best_with(key):
                others = [f"{label(other)}={text(choice.values[other])}" for other in self.keys if other != key]
                row = {"with": f"{label(key)}={text(choice.values[key])}", "best at": ", ".join(others)}
                rows.append(row | {self.metric: spread(choice.results(self.metric))})
        return rows

    def draw(self, path: Path) -> bool:
        """Draw the metric against what was varied into a PNG file, and say whether there was anything to draw."""
        if not self.keys or len(self.choices) < 2:
            return False
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
        with warnings.catch_warnings():
            # a label may be in a script that the font lacks
            warnings.filterwarnings("ignore", "Glyph .* missing")
            figure.savefig(path, format="png")
        return True

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
            self.draw_line(axes, key, self.choices, f"{split}_{what}", split, shift=place / 10)
        axes.legend()

    def draw_lines(self, axes: Axes, key: str, line: str) -> None:
        """A line for each value of the other key."""
        values = self.values[line]
        for place, value in enumerate(values):
            choices = [choice for choice in self.choices if choice.typed[line] == spelled(value)]
            shift = (place - (len(values) - 1) / 2) / (2 * len(values))
            self.draw_line(axes, key, choices, self.metric, text(value), shift)
        axes.legend(title=label(line))

    def draw_best(self, axes: Axes, key: str) -> None:
        """A point for each choice, and a line through the best with each value."""
        points = [(self.places[key][choice.typed[key]], choice.mean(self.metric)) for choice in self.choices]
        axes.plot(*zip(*points, strict=True), ".", color="0.7", label="each choice")
        if len(self.values[key]) <= MOST_VALUES:
            self.draw_line(axes, key, self.best_with(key), self.metric, "the best with each value")

    def draw_line(
        self, axes: Axes, key: str, choices: Sequence[Choice], metric: str, name: str, shift: float = 0.0
    ) -> None:
        """Mean and deviation over seeds of some choices, against the values of a key; beside its names by a shift."""
        choices = [choice for choice in choices if choice.results(metric)]
        if not choices:
            return
        numeric, along = self.numeric[key], self.places[key]
        choices = sorted(choices, key=lambda choice: along[choice.typed[key]])
        places = [along[choice.typed[key]] + (0 if numeric else shift) for choice in choices]
        deviations = [choice.deviation(metric) for choice in choices]
        style = "o-" if numeric else "o"  # between names there is nothing
        means = [choice.mean(metric) for choice in choices]
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
            axes.set_xticks(list(self.places[key].values()), [text(value) for value in values])
            axes.set_xticks([], minor=True)
            axes.tick_params(axis="x", rotation=30 if slanted else 0)
        low, high = axes.dataLim.intervaly
        if self.metric.endswith("loss") and low > 0 and high >= WIDE * low:
            axes.set_yscale("log")
        seeds = max(len(choice.summaries) for choice in self.choices)
        what = self.metric.replace("_", " ") if len(self.keys) > 1 else self.metric.partition("_")[2]
        axes.set(
            xlabel=key.removesuffix(".name"),
            ylabel=what if seeds == 1 else f"{what}, mean ± deviation of {seeds} seeds",
        )
        axes.grid(alpha=0.3)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def spread(values: Sequence[float]) -> str:
    """`0.9712 ± 0.0013`, from what is finite of the values."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return "-"
    text = f"{fmean(finite):.4f}"
    return f"{text} ± {stdev(finite):.4f}" if len(finite) > 1 else text
