"""The picture of the result against what varied, by the kind of what varied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twinprop.population.compare import Variant
from twinprop.report.study import Study
from twinprop.report.style import (
    COLOURS,
    FONT,
    GREY,
    MARKERS,
    MOST_LINES,
    Picture,
    axis_of_results,
    axis_of_values,
    line_style,
    new_figure,
    scale_of,
    spread,
)
from twinprop.report.words import SPLITS, key_words, measure_words, metric_words, value_words, wrapped
from twinprop.text import plural, spelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 6.4, 3.8
"""Inches."""

MOST_CELLS = 16
"""In a row or a column of a heat map whose cells hold their number."""

MOST_PANELS = 9


def result_picture(study: Study) -> Picture | None:
    """The result against what varied; None where nothing did, or one choice alone has a result."""
    if len(study.variants) < 2:
        return seeds_picture(study) if study.seeds > 1 and study.variants else None
    if len(study.keys) == 1:
        return splits_picture(study, study.keys[0])
    if len(study.keys) == 2:
        numeric = [key for key in study.keys if study.numeric(key)]
        if len(numeric) == 2 and filled(study) >= 0.6:
            return heat_map(study)
        along, line = two_keys(study)
        if (
            len(study.comparison.values[along]) < len(study.variants)
            or len(study.comparison.values[line]) <= MOST_LINES
        ):
            return lines_picture(study, along, line)
    return panels_picture(study)


def filled(study: Study) -> float:
    """How much of the grid of two keys has results."""
    one, other = (len(study.comparison.values[key]) for key in study.keys)
    return len(study.variants) / (one * other)


def two_keys(study: Study) -> tuple[str, str]:
    """Of two keys, that along the axis and that with a line for each value: numbers rather than names along it."""
    line, along = sorted(study.keys, key=lambda key: (study.numeric(key), len(study.comparison.values[key])))
    return along, line


def over(study: Study) -> str:
    """What error bars and bands are."""
    return f"mean ± standard deviation over {plural(study.seeds, 'seed')}" if study.seeds > 1 else "one seed"


def draw(
    axes: Axes,
    study: Study,
    key: str,
    variants: Sequence[Variant],
    metric: str,
    at: dict[str, float],
    band: bool = False,
    shift: float = 0.0,
    **style: Any,
) -> None:
    """Mean and deviation of some variants against a key: a line between numbers, points between names."""
    found = [(at[value_words(key, each.values[key])], each.over_seeds(metric)) for each in variants]
    found = sorted([(x, each) for x, each in found if each.values], key=lambda pair: pair[0])
    if not found:
        return
    names = scale_of(study.comparison.values[key], study.numeric(key)) == "names"
    x = np.array([place + shift * names for place, _ in found])
    means = np.array([each.mean for _, each in found])
    bars = np.array([spread(each.mean, each.deviation, metric) for _, each in found]).T
    if names and not study.numeric(key):
        style["linestyle"] = "none"
    if band and not names and len(found) > 1:
        axes.plot(x, means, **style)
        axes.fill_between(x, means - bars[0], means + bars[1], color=style["color"], alpha=0.15, linewidth=0)
    else:
        axes.errorbar(x, means, bars if bars.any() else None, elinewidth=1, **style)


def values_axis(axes: Axes, study: Study, key: str, width: float, axis: str = "x") -> dict[str, float]:
    """Have an axis show the values of a key."""
    values = study.comparison.values[key]
    labels = [value_words(key, value) for value in values]
    at = axis_of_values(axes, values, labels, scale_of(values, study.numeric(key)), width, axis)
    getattr(axes, f"set_{axis}label")(key_words(key))
    return at


def splits_picture(study: Study, key: str) -> Picture:
    """Training, validation and test results against the only key; of names, every run as a point too."""
    width = max(WIDTH, 0.3 * len(study.comparison.values[key]))
    figure = new_figure(min(width, 12), HEIGHT)
    axes = figure.add_subplot()
    at = values_axis(axes, study, key, figure.get_figwidth() - 1)
    measure = study.metric.partition("_")[2]
    for place, split in enumerate(("train", "val", "test")):
        style = line_style(place)
        shift = (place - 1) * 0.22
        metric = f"{split}_{measure}"
        draw(axes, study, key, study.variants, metric, at, band=True, shift=shift, label=SPLITS[split], **style)
        if scale_of(study.comparison.values[key], study.numeric(key)) == "names":
            for each in study.variants:
                found = each.over_seeds(metric).values
                x = at[value_words(key, each.values[key])] + shift + 0.07
                axes.plot([x] * len(found), found, ".", ms=3, color=style["color"], alpha=0.5)
    axes.set_ylabel(measure_words(measure))
    axis_of_results(axes, study.metric)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    axes.set_title(wrapped(study.subject, 80))
    caption = f"{measure_words(measure).capitalize()} against the {key_words(key)}: {over(study)}."
    return Picture("result", caption, figure)


def lines_picture(study: Study, along: str, line: str) -> Picture:
    """A line for each value of a second key; of more than can be told apart, those of the best."""
    values = study.comparison.values[line]
    note = ""
    if len(values) > MOST_LINES:
        best = sorted(study.comparison.best_with_each(line), key=lambda each: each.over_seeds(study.metric).rank)
        chosen = {each.typed[line] for each in best[:MOST_LINES]}
        note = f" The best {MOST_LINES} of {len(values)} values of the {key_words(line)} are shown."
        values = [value for value in values if spelled(value) in chosen]
    figure = new_figure(WIDTH, HEIGHT + 0.15 * (len(values) // 4))
    axes = figure.add_subplot()
    at = values_axis(axes, study, along, WIDTH - 1)
    for place, value in enumerate(values):
        some = [each for each in study.variants if each.typed[line] == spelled(value)]
        shift = (place - (len(values) - 1) / 2) * 0.7 / len(values)
        draw(
            axes, study, along, some, study.metric, at, shift=shift, label=value_words(line, value), **line_style(place)
        )
    axes.set_ylabel(metric_words(study.metric))
    axis_of_results(axes, study.metric)
    handles = axes.get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=min(4, len(values)), title=key_words(line))
    axes.set_title(wrapped(study.subject, 80))
    what = f"{metric_words(study.metric)} against the {key_words(along)}, for each {key_words(line)}"
    return Picture("result", f"{what[0].upper()}{what[1:]}: {over(study)}.{note}", figure)


def heat_map(study: Study) -> Picture:
    """A cell for each pair of numbers."""
    from matplotlib.colors import LogNorm, Normalize

    along, up = two_keys(study)
    columns, rows = study.comparison.values[along], study.comparison.values[up]
    grid = np.full((len(rows), len(columns)), np.nan)
    for each in study.variants:
        grid[rows.index(each.values[up]), columns.index(each.values[along])] = each.over_seeds(study.metric).mean
    width, height = min(max(WIDTH, 0.55 * len(columns) + 2), 12), min(max(3.2, 0.36 * len(rows) + 1.3), 9)
    figure = new_figure(width, height)
    axes = figure.add_subplot()
    low, high = float(np.nanmin(grid)), float(np.nanmax(grid))
    wide = low > 0 and high >= 20 * low and not study.metric.endswith("accuracy")
    image = axes.imshow(
        np.ma.masked_invalid(grid),
        cmap="cividis",
        aspect="auto",
        origin="lower",
        norm=LogNorm(low, high) if wide else Normalize(low, high),
    )
    axes.grid(visible=False)
    axis_of_values(axes, columns, [value_words(along, each) for each in columns], "names", width - 2)
    axis_of_values(axes, rows, [value_words(up, each) for each in rows], "names", height - 1, "y")
    axes.set_facecolor("0.9")
    if len(columns) <= MOST_CELLS and len(rows) <= MOST_CELLS:
        size = min(FONT - 1, (width - 2) / len(columns) * 72 / 3.4)
        dark = np.asarray(image.norm(grid)) < 0.55
        for (row, column), value in np.ndenumerate(grid):
            if np.isfinite(value):
                text = f"{value:.3f}" if abs(value) < 100 else f"{value:.3g}"
                ink = "white" if dark[row, column] else "black"
                axes.text(column, row, text, ha="center", va="center", fontsize=size, color=ink)
    best = study.ranked[0]
    place = columns.index(best.values[along]), rows.index(best.values[up])
    axes.add_patch(_frame(place))
    figure.colorbar(image, ax=axes, label=metric_words(study.metric))
    axes.set(xlabel=key_words(along), ylabel=key_words(up))
    axes.set_title(wrapped(study.subject, 80))
    what = metric_words(study.metric)
    mean = f"mean over {plural(study.seeds, 'seed')}" if study.seeds > 1 else "one seed"
    caption = (
        f"{what[0].upper()}{what[1:]} for each {key_words(along)} and {key_words(up)}: {mean}; the best is framed."
    )
    return Picture("result", caption, figure)


def _frame(place: tuple[int, int]) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((place[0] - 0.5, place[1] - 0.5), 1, 1, fill=False, edgecolor=COLOURS[1], linewidth=2.5)


def panels_picture(study: Study) -> Picture:
    """A panel for each key: every choice as a grey point, and the best with each value."""
    keys = study.keys[:MOST_PANELS]
    columns = min(3, len(keys))
    rows = -(-len(keys) // columns)
    figure = new_figure(3.1 * columns, 2.5 * rows + 0.5)
    first: Any = None
    for place, key in enumerate(keys, start=1):
        axes = first = figure.add_subplot(rows, columns, place, sharey=first)
        at = values_axis(axes, study, key, 2.3)
        results = [
            (at[value_words(key, each.values[key])], each.over_seeds(study.metric).mean) for each in study.variants
        ]
        many = len(results) > 200
        axes.plot(*zip(*results, strict=True), ".", color=GREY, ms=3, label="each choice", rasterized=many)
        # of values that were tried once, as in a search among all numbers, a line would say nothing
        once = len(study.comparison.values[key]) > len(study.variants) / 2
        style: dict[str, Any] = {"color": COLOURS[0], "marker": MARKERS[0], "linestyle": "none" if once else "-"}
        best = study.comparison.best_with_each(key)
        draw(axes, study, key, best, study.metric, at, label="the best with each value", **style)
        if (place - 1) % columns == 0:
            axes.set_ylabel(metric_words(study.metric))
    axis_of_results(first, study.metric)
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.suptitle(wrapped(study.subject, 90), fontsize=FONT)
    left = f" The first {MOST_PANELS} of {len(study.keys)} keys." if len(study.keys) > MOST_PANELS else ""
    what = metric_words(study.metric)
    return Picture("result", f"{what[0].upper()}{what[1:]} against each key ({over(study)}).{left}", figure)


def seeds_picture(study: Study) -> Picture:
    """Of runs that differ in their seed alone, each result."""
    figure = new_figure(WIDTH, 2.8)
    axes = figure.add_subplot()
    measure, (variant,) = study.metric.partition("_")[2], study.variants
    for place, split in enumerate(("train", "val", "test")):
        found = variant.over_seeds(f"{split}_{measure}")
        if not found.values:
            continue
        low, high = spread(found.mean, found.deviation, study.metric)
        style = line_style(place)
        axes.errorbar(found.mean, place, xerr=[[low], [high]], marker=style["marker"], color=style["color"], ms=7)
        axes.plot(found.values, [place + 0.2] * len(found.values), ".", color=style["color"], alpha=0.6)
    axes.set_yticks(range(3), list(SPLITS.values()))
    axes.set_ylim(2.6, -0.6)
    axes.set_xlabel(measure_words(measure))
    axes.set_title(wrapped(study.subject, 80))
    runs = plural(len(variant.counted), "seed")
    caption = f"{measure_words(measure).capitalize()} of {runs}: each, and mean ± standard deviation."
    return Picture("result", caption, figure)
