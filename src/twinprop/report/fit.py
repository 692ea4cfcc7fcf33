"""The curve that a network learnt of samples with one feature and a number."""

from __future__ import annotations

import numpy as np

from twinprop.report.features import Feature, features
from twinprop.report.mistakes import Predictions
from twinprop.report.style import COLOURS, FONT, Picture, new_figure
from twinprop.report.words import network_words
from twinprop.run.saved import Run
from twinprop.task import task_of

FINE = 400
"""Points of a curve."""

MOST_DOTS = 3000
"""Test samples that are drawn."""


def fit_picture(run: Run, found: Predictions, who: str) -> Picture:
    """The fitted curve among test samples, which have one feature."""
    task = task_of(run.saved["data"].get("task"))
    x, true = found.x[:MOST_DOTS, 0], task.told(found.y[:MOST_DOTS])
    (feature,) = features(run) or [Feature("the feature")]
    more = 0.03 * float(np.ptp(x))
    across = np.linspace(x.min() - more, x.max() + more, FINE)
    curve = task.told(run.outputs(across[:, None])[:, 0])
    figure = new_figure(5.2, 3.6)
    axes = figure.add_subplot()
    size = 4.0 if len(x) <= 300 else 2.5
    axes.plot(feature.told(x), true, "o", color=COLOURS[0], ms=size, mec="white", mew=0.4, label="test samples")
    axes.plot(feature.told(across), curve, color=COLOURS[1], lw=2, label="predicted")
    axes.set(xlabel=feature.name, ylabel=str(run.keys.get("data.target") or "the number"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    axes.set_title(network_words(run.keys, []), fontsize=FONT)
    return Picture("fit", f"What {who} predicts, among {len(x):,} test samples.", figure)
