"""What a network learnt of samples with two features: the class that it gives each point, and how surely."""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.report.features import Feature, features
from twinprop.report.mistakes import Predictions
from twinprop.report.style import FONT, MARKERS, Picture, new_figure
from twinprop.report.words import network_words
from twinprop.run.learnt_pictures import CLASS_COLOURS, extent, shaded
from twinprop.run.saved import Run

FINE = 160
"""Points of the plane in each direction."""

MOST_DOTS = 2000
"""Test samples that are drawn."""


def regions_picture(run: Run, found: Predictions, who: str) -> Picture | None:
    """The plane shaded by the class's probability, with the test samples in it; None of other samples."""
    if found.x.shape[1:] != (2,) or len(found.classes) > len(CLASS_COLOURS):
        return None
    low, high = extent(found.x)
    across, up = (np.linspace(low[axis], high[axis], FINE) for axis in (0, 1))
    shades = shaded(run.outputs(np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)))
    named = features(run) or [Feature("first feature"), Feature("second feature")]
    ends = [feature.told(np.array([low[at], high[at]])).tolist() for at, feature in enumerate(named)]
    x = np.stack([feature.told(found.x[:MOST_DOTS, at]) for at, feature in enumerate(named)], -1)
    figure = new_figure(5.2, 4.4)
    axes = figure.add_subplot()
    (left, right), (ground, top) = ends
    place: Any = {"extent": (left, right, ground, top), "origin": "lower", "aspect": "auto"}
    axes.imshow(shades.reshape(FINE, FINE, 3), interpolation="bilinear", **place)
    axes.grid(visible=False)
    y, wrong = found.y[:MOST_DOTS], (found.predicted != found.y)[:MOST_DOTS]
    for number, name in enumerate(found.classes):
        style: Any = {"color": CLASS_COLOURS[number], "marker": MARKERS[number % len(MARKERS)], "linestyle": "none"}
        label = name.replace("\n", " ")[:20]
        axes.plot(*x[y == number].T, ms=5, mec="white", mew=0.5, label=label, **style)
    axes.plot(*x[wrong].T, "o", ms=9, mfc="none", mec="black", mew=1, label="wrong")
    axes.set(xlabel=named[0].name, ylabel=named[1].name)
    axes.set_title(network_words(run.keys, []), fontsize=FONT)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    caption = (
        f"What {who} takes every point for, the surer the darker, and {len(x):,} test samples, of which "
        f"{int(wrong.sum())} are wrong."
    )
    return Picture("regions", caption, figure, photo=True)
