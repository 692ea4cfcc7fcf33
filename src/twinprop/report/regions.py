"""What a network learnt of samples with two features: the class that it gives each point, and how surely."""

from __future__ import annotations

from typing import Any

import numpy as np

from twinprop.report.mistakes import Predictions
from twinprop.report.style import COLOURS, FONT, MARKERS, MOST_LINES, Picture, new_figure
from twinprop.report.words import network_words
from twinprop.run.saved import Run

FINE = 160
"""Points of the plane in each direction."""

BEYOND = 0.1
"""Of the samples' extent, how far the plane goes on."""


def regions_picture(run: Run, found: Predictions) -> Picture | None:
    """The plane shaded by the class's probability, with the test samples in it; None of other samples."""
    if found.x.shape[1:] != (2,) or len(found.classes) > MOST_LINES:
        return None
    from matplotlib.colors import to_rgb

    low, high = found.x.min(0), found.x.max(0)
    low, high = low - BEYOND * (high - low), high + BEYOND * (high - low)
    across, up = (np.linspace(low[axis], high[axis], FINE) for axis in (0, 1))
    plane = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)
    outputs = run.outputs(plane)
    colours = np.array([to_rgb(COLOURS[place]) for place in range(len(found.classes))])
    # the square: an undecided point is nearly white
    strength = 0.55 * np.clip(outputs, 0, 1).max(-1) ** 2
    shades = 1 - (1 - colours[outputs.argmax(-1)]) * strength[:, None]
    figure = new_figure(5.2, 4.4)
    axes = figure.add_subplot()
    extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    axes.imshow(shades.reshape(FINE, FINE, 3), extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    axes.grid(visible=False)
    wrong = found.predicted != found.y
    for place, name in enumerate(found.classes):
        own = found.y == place
        style: Any = {
            "color": COLOURS[place],
            "marker": MARKERS[place],
            "linestyle": "none",
            "markeredgecolor": "white",
        }
        axes.plot(*found.x[own].T, ms=5, mew=0.5, label=name.replace("\n", " ")[:20], **style)
    axes.plot(*found.x[wrong].T, "o", ms=9, mfc="none", mec="black", mew=1, label="wrong")
    axes.set(xlabel="first feature", ylabel="second feature")
    axes.set_title(network_words(run.keys, []), fontsize=FONT)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    caption = (
        f"What the best run takes every point for, the surer the darker, and {len(found.y):,} test samples, of which "
        f"{int(wrong.sum())} are wrong."
    )
    return Picture("regions", caption, figure)
