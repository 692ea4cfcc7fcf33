"""What is inside the network of a run: its first layer, the size of what its layers hand on, what it remembers.

The sizes and the frames of an animation are in the run's event file, where they were written while it trained.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from twinprop.report.curves import whole_epochs
from twinprop.report.mistakes import Predictions
from twinprop.report.study import Study
from twinprop.report.style import (
    COLOURS,
    FONT,
    Animation,
    Picture,
    logarithmic,
    new_figure,
)
from twinprop.report.words import network_words, wrapped
from twinprop.run import events
from twinprop.run.glimpses import FIT, GRADIENTS, OUTPUTS, REGIONS
from twinprop.run.insides import by_position, first_weights
from twinprop.run.learnt_pictures import MOST_TILES, coloured
from twinprop.run.pictures import INK, font_of
from twinprop.run.saved import Run

MOST_COMPARED = 3
"""Choices whose sizes by layer stand side by side."""

MOST_LAYERS = 12
"""Layers that have a name beside the figure; of more, every second, third, ... has."""

LIGHTEST = 0.75
"""Of a scale of colours: on a dark page, where they are inverted, lighter ones would be too dark."""

FRAME, LAST = 450, 2500
"""Milliseconds of a frame, and of the last one."""

SEQUENCES = 2000
"""That are read, at most."""


def first_layer_picture(run: Run, who: str) -> Picture | None:
    """The weights of the first layer's units as images; None where they are none."""
    weights = first_weights(run.saved["state_dict"], run.sample_shape)
    if weights is None:
        return None
    images = coloured(weights[:MOST_TILES])
    count, height, width, _ = images.shape
    columns = min(count, 8)
    rows = -(-count // columns)
    side = 0.62
    figure = new_figure(max(side * columns + 0.9, 3.0), side * rows * height / width + 0.5)
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if place < count:
            axes.imshow(images[place], interpolation="nearest")
    if weights.ndim == 3:
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        most = float(np.abs(weights[:MOST_TILES]).max()) or 1.0
        bar = figure.colorbar(ScalarMappable(Normalize(-most, most), "RdBu_r"), ax=grid, fraction=0.04, pad=0.02)
        bar.ax.grid(visible=False)
    figure.suptitle(wrapped(network_words(run.keys, []), round(figure.get_figwidth() * 11)), fontsize=FONT)
    filters = np.ndim(next(v for v in run.saved["state_dict"].values() if np.ndim(v) > 1)) == 4
    what = "filters" if filters else "units of the first layer, each weight at its pixel"
    shown = f"The first {count} of {len(weights)}" if count < len(weights) else f"The {count}"
    return Picture("first-layer", f"{shown} {what}: the weights of {who}, on one scale.", figure, photo=True)


def positions_picture(run: Run, found: Predictions, who: str) -> Picture | None:
    """The accuracy if the sequences ended after each element; None of networks that are not recurrent."""
    x, y = found.x[:SEQUENCES], found.y[:SEQUENCES]
    accuracy = by_position(run.network, np.asarray(x, run.config.model.dtype), y)
    if accuracy is None:
        return None
    figure = new_figure(5.2, 3.0)
    axes = figure.add_subplot()
    axes.plot(np.arange(1, len(accuracy) + 1), accuracy, marker="o", color=COLOURS[0])
    chance = 1 / len(found.classes)
    axes.axhline(chance, color="0.5", lw=1, ls=":")
    where: Any = {"ha": "right", "textcoords": "offset points", "fontsize": FONT - 1, "color": "0.4"}
    axes.annotate("chance", (len(accuracy), chance), (0, 3), **where)
    axes.set(xlabel="elements read", ylabel="test accuracy", ylim=(-0.02, 1.02))
    whole_epochs(axes)
    axes.set_title(network_words(run.keys, []), fontsize=FONT)
    caption = (
        f"What {who} would get right if the sequence ended after each element: the state there goes through the layers "
        "that the last one goes through."
    )
    return Picture("accuracy-by-position", caption, figure)


def sizes_of(run: Run, what: str) -> dict[str, tuple[list[int], list[float]]]:
    """Epochs and sizes of each layer, as they were written while a run trained; nothing where they were not."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for event in events.read(run.path):
        for value in event.summary.value:
            tag, _, layer = value.tag.partition("/")
            if tag == what:
                epochs, values = found.setdefault(layer, ([], []))
                epochs.append(event.step)
                values.append(value.simple_value)
    return found


def sizes_picture(study: Study) -> Picture | None:
    """How large each layer's outputs and gradients were; the best choices side by side; None where nobody noted."""
    chosen: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for variant in study.ranked[:MOST_COMPARED]:
        run = study.runs[variant.counted[0]]
        gradients = sizes_of(run, GRADIENTS)
        if gradients:
            chosen.append((study.name_of(variant), sizes_of(run, OUTPUTS), gradients))
    if not chosen:
        return None
    from matplotlib import colormaps

    beside = len(chosen) == 1  # one run: its two diagrams side by side
    shape = (1, 2) if beside else (2, len(chosen))
    figure = new_figure(min(3.2 * shape[1] + 1.2, 10), 2.7 * shape[0] + 0.4)
    grid = figure.subplots(*shape, squeeze=False, sharey=False if beside else "row", sharex="col")
    for column, (name, *both) in enumerate(chosen):
        for row, (what, found) in enumerate(zip(("outputs", "gradients"), both, strict=True)):
            axes = grid[0, row] if beside else grid[row, column]
            shades = colormaps["viridis"](np.linspace(0, LIGHTEST, max(len(found), 2)))
            for shade, (layer, (epochs, values)) in zip(shades, found.items(), strict=False):
                alive = np.where(np.array(values) > 0, values, np.nan)
                axes.plot(epochs, alive, color=shade, marker="o", ms=2.5, lw=1.2, label=layer)
            if beside or column == 0:
                axes.set_ylabel(f"size of {what}")
            if beside or row == 1:
                axes.set_xlabel("epoch")
            if row == 0 and not beside:
                axes.set_title(name, fontsize=FONT)
            whole_epochs(axes)
    for sharing in grid.T if beside else grid:
        ends = np.array([axes.dataLim.intervaly for axes in sharing])
        low, high = ends.min(), ends.max()
        if np.isfinite(ends).all() and low > 0:
            sharing[0].set_ylim(low / 1.5, high * 1.5)
            logarithmic(sharing[0], spelled="{:.0e}" if low < 1e-4 else "{:g}")
    handles, labels = max((axes.get_legend_handles_labels() for axes in grid.flat), key=lambda pair: len(pair[1]))
    every = -(-len(labels) // MOST_LAYERS)
    figure.legend(handles[::every], labels[::every], loc="outside right center", title="layer")
    figure.suptitle(wrapped(study.subject, 75), fontsize=FONT)
    caption = (
        "The size (root mean square) of what each layer hands on, and of the last batch's gradient of its weights. "
        "Gradients that become smaller from the last layer to the first vanish on their way back."
    )
    return Picture("layers", caption, figure)


def animation(run: Run) -> Animation | None:
    """How the boundary or the fit came about, from the pictures in the run's event file; None of fewer than two."""
    frames = [
        (event.step, value.tag, value.image.encoded_image_string)
        for event in events.read(run.path)
        for value in event.summary.value
        if value.tag in (REGIONS, FIT)
    ]
    if len(frames) < 2:
        return None
    pages = [labelled(data, f"epoch {epoch}") for epoch, _, data in frames]
    palette = pages[-1].quantize(255)
    first, *others = [page.quantize(palette=palette, dither=Image.Dither.NONE) for page in pages]
    buffer = io.BytesIO()
    lasting = [FRAME] * (len(pages) - 1) + [LAST]
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=lasting, loop=0)
    what = "the regions" if frames[0][1] == REGIONS else "the fit"
    caption = f"How {what} came about: the network after {len(pages)} of its epochs, among test samples."
    return Animation("as-it-learns", caption, buffer.getvalue(), pages[0].width)


def labelled(data: bytes, text: str) -> Image.Image:
    """A picture with a line above it."""
    with Image.open(io.BytesIO(data)) as image:
        page = Image.new("RGB", (image.width, image.height + 22), "white")
        page.paste(image.convert("RGB"), (0, 22))
    ImageDraw.Draw(page).text((8, 11), text, INK, font_of(13), anchor="lm")
    return page
