"""What a network predicts of numbers, against what they are."""

from __future__ import annotations

from twinprop.errors import TwinpropError
from twinprop.report.style import COLOURS, FONT, Picture, new_figure
from twinprop.report.words import network_words
from twinprop.run.measured import measure
from twinprop.run.saved import Run
from twinprop.task import Regression, task_named, told_all


def against_picture(run: Run, who: str) -> Picture | None:
    """Predicted numbers against the true ones on the test split; None of classes, and where its samples are gone."""
    if task_named(run.summary.get("task")) is not Regression:
        return None
    try:
        found = measure(run)
    except TwinpropError:
        return None
    figure = new_figure(4.6, 4.4)
    axes = figure.add_subplot()
    low = min(found.true.min(), found.predicted.min())
    high = max(found.true.max(), found.predicted.max())
    axes.plot([low, high], [low, high], color="black", lw=0.8)
    axes.plot(found.true, found.predicted, "o", ms=4, mew=0.4, color=COLOURS[0], markeredgecolor="white")
    axes.set(xlabel="true", ylabel="predicted")
    axes.set_title(network_words(run.keys, []), fontsize=FONT)
    told = told_all({name: found.results[name] for name in Regression.scores})
    caption = f"What {who} predicts, against what is true, of {len(found.true):,} test rows: {told}."
    return Picture("predictions", caption, figure)
