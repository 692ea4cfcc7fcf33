"""Learning curves: loss and result at each evaluation, a line for each choice with its spread over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twinprop.population.compare import Variant
from twinprop.report.dependence import over
from twinprop.report.study import Study
from twinprop.report.style import (
    FONT,
    GREY,
    Picture,
    axis_of_results,
    line_style,
    logarithmic,
    new_figure,
    spread,
)
from twinprop.report.twins import Pair
from twinprop.report.words import SPLITS, measure_words, metric_words, wrapped
from twinprop.text import plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LINES = 6
"""Choices with a band each: more of them cover each other."""

MOST_GREY = 300
"""Choices that are drawn in grey behind the best, at most."""

LONGEST = 400
"""Evaluations of a line; of more, every second, third, ... is drawn."""


def over_epochs(study: Study, variant: Variant, name: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None:
    """Epochs, mean and deviation of a column of metrics.csv over a variant's seeds; None where there is nothing.

    A run that ended early counts as long as it went.
    """
    found: dict[float, list[float]] = {}
    for at in variant.counted:
        curves = study.runs[at].curves
        for epoch, value in zip(curves.get("epoch", ()), curves.get(name, ()), strict=True):
            if np.isfinite(value):
                found.setdefault(epoch, []).append(value)
    if not found:
        return None
    epochs = sorted(found)[:: -(-len(found) // LONGEST)]
    means = np.array([np.mean(found[epoch]) for epoch in epochs])
    deviations = np.array([np.std(found[epoch], ddof=1) if len(found[epoch]) > 1 else 0.0 for epoch in epochs])
    return np.array(epochs), means, deviations


def in_order(study: Study) -> list[Variant]:
    """The choices that have a line, at most as many as can be told apart: the best, in the order of their values."""
    best = study.ranked[:MOST_LINES]
    return [each for each in study.variants if each in best] if len(study.keys) < 3 else best


def learning_curves(study: Study) -> Picture | None:
    """Loss and result, of training and validation, against the epoch."""
    chosen = in_order(study)
    drawn = [*study.ranked, *study.left]
    others = [each for each in drawn if each not in chosen][:MOST_GREY]
    splits = [split for split in ("train", "val") if any(curve_of(study, chosen, f"{split}_loss"))]
    measures = [study.measure, "loss"] if study.measure != "loss" else ["loss"]
    if not splits:
        return None
    figure = new_figure(3.3 * len(splits) + 0.4, 2.5 * len(measures) + 0.5 + 0.16 * -(-len(chosen) // 3))
    for row, measure in enumerate(measures):
        first: Any = None
        for column, split in enumerate(splits):
            axes = figure.add_subplot(len(measures), len(splits), row * len(splits) + column + 1, sharey=first)
            first = first or axes
            name = f"{split}_{measure}"
            for each in others:
                if (line := over_epochs(study, each, name)) is not None:
                    axes.plot(line[0], line[1], color=GREY, lw=0.5, rasterized=len(others) > 30, zorder=1)
            for place, each in enumerate(chosen):
                draw(axes, over_epochs(study, each, name), study.name_of(each), place, name)
            axes.set_ylabel(measure_words(measure) if column == 0 else "")
            axes.tick_params(labelleft=column == 0)
            axes.set_title(SPLITS[split] if row == 0 else "")
            axes.set_xlabel("epoch" if row == len(measures) - 1 else "")
            whole_epochs(axes)
        limits(first, measure)
    if len(study.variants) > 1:
        handles = figure.axes[0].get_legend_handles_labels()
        longest = max(map(len, handles[1]), default=1)
        figure.legend(*handles, loc="outside lower center", ncols=max(1, min(4, len(chosen), 84 // (longest + 8))))
    figure.suptitle(wrapped(study.subject, 75), fontsize=FONT)
    rest = ""
    if others:
        which = "the" if len(others) < MOST_GREY else "some"
        gone = " Lines of those that were dropped end before the others." if study.left else ""
        rest = f" In colour the best {len(chosen)} of {len(drawn)} choices, in grey {which} others.{gone}"
    return Picture("learning-curves", f"Learning curves: {over(study)}.{rest}", figure)


def whole_epochs(axes: Axes) -> None:
    """Ticks at whole epochs."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def limits(axes: Axes, measure: str) -> None:
    """The upper end of a loss is that of most lines: one that diverges would press the others to the ground."""
    row = [each for each in axes.figure.axes if axes.get_shared_y_axes().joined(axes, each) or each is axes]
    lines = [np.asarray(line.get_ydata(), float) for each in row for line in each.get_lines()]
    values = np.concatenate(lines) if lines else np.array([])
    values = values[np.isfinite(values)]
    if not values.size:
        return
    if measure == "loss" and (values > 0).all() and values.max() >= 20 * values.min():
        axes.set_ylim(values.min() / 1.3, min(values.max() * 1.3, np.quantile(values, 0.98) * 3))
        logarithmic(axes)
        return
    axis_of_results(axes, measure)


def curve_of(study: Study, variants: Sequence[Variant], name: str) -> list[bool]:
    """Whether each variant has a curve."""
    return [over_epochs(study, each, name) is not None for each in variants]


def draw(axes: Axes, line: Any, label: str, place: int, name: str) -> None:
    """A mean with its band."""
    style = line_style(place)
    if line is None:
        axes.plot([], [], label=label, **style)
        return
    epochs, means, deviations = line
    every = max(1, len(epochs) // 6)
    axes.plot(epochs, means, label=label, markevery=(place % every, every), ms=3.5, **style)
    if deviations.any():
        below, above = np.array([spread(*pair, name) for pair in zip(means, deviations, strict=True)]).T
        axes.fill_between(epochs, means - below, means + above, color=style["color"], alpha=0.15, linewidth=0)


def curves_picture(study: Study) -> Picture | None:
    """Result and loss of all splits over the epochs, the best epoch marked."""
    (run,) = study.runs
    curves, measures = run.curves, dict.fromkeys((study.measure, "loss"))
    if not curves:
        return None
    figure = new_figure(3.6 * len(measures) + 0.2, 3.1)
    best = (run.summary.get("best") or {}).get("epoch")
    for column, measure in enumerate(measures):
        axes = figure.add_subplot(1, len(measures), column + 1)
        for place, (split, words) in enumerate(SPLITS.items()):
            values = curves[f"{split}_{measure}"]
            if np.isfinite(values).any():
                every = max(1, len(values) // 6)
                start = min(place * every // 3, len(values) - 1)
                axes.plot(curves["epoch"], values, label=words, markevery=(start, every), ms=3.5, **line_style(place))
        limits(axes, measure)
        if best is not None and len(curves["epoch"]) > 1:
            axes.axvline(best, color="0.5", lw=1, zorder=0, label=f"best epoch, {best}")
        axes.set(xlabel="epoch", ylabel=measure_words(measure))
        whole_epochs(axes)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.suptitle(wrapped(study.subject, 75), fontsize=FONT)
    caption = "Learning curves: the training split as it was trained on, the others after each epoch."
    return Picture("curves", caption, figure)


def rate_curves(study: Study) -> Picture | None:
    """The learning rate and the training loss against the epoch, where schedules or optimizers were compared."""
    if not any(key.startswith("scheduler.") or key == "optimizer.name" for key in study.keys):
        return None
    chosen = in_order(study)
    figure = new_figure(7.0, 3.0 + 0.16 * -(-len(chosen) // 3))
    for column, name in enumerate(("lr", "train_loss")):
        axes = figure.add_subplot(1, 2, column + 1)
        for place, each in enumerate(chosen):
            draw(axes, over_epochs(study, each, name), study.name_of(each), place, name)
        axes.set(xlabel="epoch", ylabel="learning rate" if name == "lr" else metric_words(name))
        values = np.concatenate([np.asarray(line.get_ydata(), float) for line in axes.get_lines()] or [np.array([])])
        if values.size and (values > 0).all() and values.max() >= 20 * values.min():
            axes.set_ylim(values.min() / 1.3, values.max() * 1.3)
            logarithmic(axes)
        whole_epochs(axes)
    handles = figure.axes[0].get_legend_handles_labels()
    longest = max(map(len, handles[1]), default=1)
    figure.legend(*handles, loc="outside lower center", ncols=max(1, min(4, len(chosen), 84 // (longest + 8))))
    figure.suptitle(wrapped(study.subject, 75), fontsize=FONT)
    return Picture("rates", f"The learning rate after each epoch, and the training loss: {over(study)}.", figure)


def twin_curves(pairs: Sequence[Pair], subject: str) -> Picture | None:
    """Twins' losses over each other, and how far apart they are."""
    shown = [pair for pair in pairs if pair.scratch.curves and pair.torch.curves][:3]
    if not shown:
        return None
    figure = new_figure(7.0, 3.2)
    left, right = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    for place, pair in enumerate(shown):
        style = line_style(place)
        of = f" ({place + 1})" if len(shown) > 1 else ""
        hand, torch = pair.scratch.curves, pair.torch.curves
        left.plot(hand["epoch"], hand["train_loss"], color=style["color"], lw=3.2, alpha=0.45, label=f"by hand{of}")
        dashed = {"color": "black", "lw": 1, "linestyle": style["linestyle"]}
        left.plot(torch["epoch"], torch["train_loss"], label=f"PyTorch{of}", **dashed)
        _, mine, its = np.intersect1d(hand["step"], torch["step"], return_indices=True)
        apart = np.abs(hand["train_loss"][mine] - torch["train_loss"][its]) / np.abs(torch["train_loss"][its])
        shown_apart = np.where(apart > 0, apart, np.nan)
        right.plot(hand["epoch"][mine], shown_apart, **style)
    left.set(xlabel="epoch", ylabel="training loss")
    right.set(xlabel="epoch", ylabel="relative difference")
    low, high = right.dataLim.intervaly
    if np.isfinite(high) and high > 0:
        right.set_ylim(low / 10, high * 10)
        logarithmic(right, spelled="{:.0e}")
    limits(left, "loss")
    for axes in (left, right):
        whole_epochs(axes)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=min(6, 2 * len(shown)))
    figure.suptitle(wrapped(subject, 75), fontsize=FONT)
    which = f" of the first {len(shown)} of {plural(len(pairs), 'pair')}" if len(pairs) > len(shown) else ""
    return Picture("twins", f"The training loss by hand and in PyTorch{which}, and their relative difference.", figure)
