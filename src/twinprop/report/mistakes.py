"""What a trained network takes for what: its confusion matrix on the test split, and its worst mistakes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.errors import TwinpropError
from twinprop.report.style import FONT, Picture, new_figure
from twinprop.report.words import network_words
from twinprop.run.saved import Run

MOST_CLASSES = 30
"""Whose matrix has room."""

MOST_SAMPLES = 20_000
"""Of the test split that are predicted, at most: a report is to be there in seconds."""

WORST = 10
"""Mistakes that are shown."""

SMALLEST_IMAGE = 4
"""Pixels in each direction."""


@dataclass
class Predictions:
    """What a run's network gives for its test split.

    Attributes:
        x: the samples, (n, *shape).
        y: their classes, or numbers as they were trained on, (n,).
        outputs: (n, outputs); probabilities where it was trained on cross-entropy.
        classes: names; none of numbers.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    outputs: NDArray[Any]
    classes: list[str]

    @property
    def predicted(self) -> NDArray[Any]:
        return np.asarray(self.outputs.argmax(-1))


def predictions(run: Run) -> Predictions:
    """What the network of a run gives for its test split.

    Raises:
        TwinpropError: it has no model, or its samples cannot be read or are read one by one.
    """
    name = run.config.data.name
    log, level = logging.getLogger("twinprop"), logging.getLogger("twinprop").level
    try:
        log.setLevel(logging.WARNING)  # what there is to say of the data was said in training
        dataset = run.data.load()
    finally:
        log.setLevel(level)
    test = dataset.test
    if test.x is None:
        raise TwinpropError(f"{run.path}: samples of {name} are read one by one.")
    part = test.take(np.arange(min(len(test), MOST_SAMPLES)))
    assert part.x is not None
    return Predictions(part.x, part.y, run.outputs(part.x), dataset.classes)


def confusion_picture(run: Run, found: Predictions, who: str) -> Picture | None:
    """Counts of each true class, taken for each class; None of more classes than have room."""
    from matplotlib.colors import PowerNorm

    count = len(found.classes)
    if count > MOST_CLASSES:
        return None
    matrix = np.bincount(found.y * count + found.predicted, minlength=count * count).reshape(count, count)
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    names = [name if len(name) <= 14 else f"{name[:13]}…" for name in (one.replace("\n", " ") for one in found.classes)]
    side = min(max(3.4, 0.36 * count + 1.6), 10)
    figure = new_figure(side + 0.5, side)
    axes = figure.add_subplot()
    # mistakes are few, so their colour grows with the root of their share
    axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, 0, 1))
    axes.grid(visible=False)
    long = max(map(len, names)) > 3
    axes.set_xticks(range(count), names, rotation=90 if long else 0)
    axes.set_yticks(range(count), names)
    axes.set(xlabel="predicted", ylabel="true")
    size = min(FONT - 1, (side - 1.2) / count * 72 / 2.6)
    for (row, column), value in np.ndenumerate(matrix):
        if value:
            ink = "white" if shares[row, column] > 0.35 else "black"
            axes.text(column, row, str(value), ha="center", va="center", fontsize=size, color=ink)
    right = float((found.predicted == found.y).mean())
    axes.set_title(f"{network_words(run.keys, [])}", fontsize=FONT)
    caption = f"Confusion matrix of {who} on {len(found.y):,} test samples, of which {right:.2%} are right."
    return Picture("confusion", caption, figure, photo=True)


def mistakes_picture(found: Predictions, who: str) -> Picture | None:
    """The images that the network is surest of and wrong; None where there are none, or no images."""
    shape = found.x.shape[1:]
    if len(shape) < 2 or min(shape[-2:]) < SMALLEST_IMAGE or (len(shape) == 3 and shape[0] not in (1, 3)):
        return None
    rows = np.arange(len(found.y))
    sure, truth = found.outputs[rows, found.predicted], found.outputs[rows, found.y]
    wrong = np.flatnonzero(found.predicted != found.y)
    worst = wrong[np.argsort(truth[wrong] - sure[wrong], kind="stable")][:WORST]
    if not len(worst):
        return None
    columns = min(5, len(worst))
    lines = -(-len(worst) // columns)
    figure = new_figure(1.35 * columns, 1.75 * lines)
    low, high = float(found.x.min()), float(found.x.max())
    for place, at in enumerate(worst):
        axes = figure.add_subplot(lines, columns, place + 1)
        image = found.x[at]
        image = (
            image[0] if len(shape) == 3 and shape[0] == 1 else image.transpose(1, 2, 0) if len(shape) == 3 else image
        )
        axes.imshow((image - low) / ((high - low) or 1), cmap="gray", vmin=0, vmax=1)
        axes.set_axis_off()
        guess, is_ = (found.classes[which].replace("\n", " ")[:16] for which in (found.predicted[at], found.y[at]))
        share = f" {sure[at]:.0%}" if 0 <= sure[at] <= 1 else ""
        axes.set_title(f"{guess}{share}\nis {is_}", fontsize=FONT - 1)
    caption = f"The worst of {len(wrong)} mistakes of {who}: what each is taken for, how surely, and what it is."
    return Picture("mistakes", caption, figure, photo=True)
