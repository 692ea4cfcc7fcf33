"""`python -m twinprop predict RUN IMAGE...`: what a trained network takes image files for.

An image is brought to the size and the channels of those that the network was trained on, and normalised as they were.
The twin that was trained predicts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.image_files import read_image
from twinprop.errors import TwinpropError
from twinprop.run.saved import Run, load
from twinprop.text import shown

MOST_COLUMNS = 10
"""Classes that have a column each; of more, the most likely are listed."""

LISTED = 5


def samples(run: Run, paths: Sequence[str], invert: bool = False) -> NDArray[Any]:
    """The images as the run's network takes them, (images, *shape).

    Raises:
        TwinpropError: a file is no image, or the network was not trained on images.
    """
    data = run.saved["data"]
    shape = tuple(data["shape"])
    if len(shape) not in (2, 3) or 1 in shape[-2:] or (len(shape) == 3 and shape[0] not in (1, 3)):
        raise TwinpropError(
            f"{run.path}: its network was trained on samples of shape {shape}, not on images; expected a run on "
            "images, such as data=mnist."
        )
    pixels = [read_image(path, grayscale=len(shape) == 2 or shape[0] == 1, size=shape[-2:]) for path in paths]
    x = np.stack(pixels).reshape(-1, *shape)
    x = 1 - x if invert else x
    if data["mean"] is not None:
        wide = (-1, *(1,) * (len(shape) - 1)) if len(shape) == 3 else ()
        x = (x - np.reshape(data["mean"], wide)) / np.reshape(data["std"], wide)
    return x.astype(run.config.model.dtype)


def outputs(run: Run, x: NDArray[Any]) -> NDArray[Any]:
    """What the network gives for samples, (samples, classes): probabilities where it was trained on cross entropy."""
    found: NDArray[Any]
    if run.config.model.backend == "scratch":
        found = run.network.forward(x)
    else:
        import torch

        with torch.no_grad():
            found = run.model(torch.from_numpy(x)).numpy()
    if run.config.loss != "cross_entropy":
        return found
    e = np.exp(found - found.max(-1, keepdims=True))
    probabilities: NDArray[Any] = e / e.sum(-1, keepdims=True)
    return probabilities


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run on images")
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="an image file")
    parser.add_argument(
        "--invert", action="store_true", help="turn light and dark: MNIST's digits, and its kin, are light on dark"
    )


def main(args: argparse.Namespace) -> int:
    import pandas

    run = load(args.run)
    classes = run.saved["data"]["classes"]
    rows = []
    for path, values in zip(args.images, outputs(run, samples(run, args.images, args.invert)), strict=True):
        order = np.argsort(-values, kind="stable")
        row = {"image": path, "class": classes[order[0]]}
        if len(classes) <= MOST_COLUMNS:
            row |= {name: f"{value:.4f}" for name, value in zip(classes, values, strict=True)}
        else:
            row["most likely"] = ", ".join(f"{classes[place]} {values[place]:.4f}" for place in order[:LISTED])
        rows.append(row)
    print("Probabilities" if run.config.loss == "cross_entropy" else "Outputs of the network, which was trained on mse")
    print(shown(pandas.DataFrame(rows).to_string(index=False)))
    return 0
