"""`python -m twinprop predict RUN FILE...`: what a trained network takes image files for, or the rows of a table.

An image is prepared as those were that the network was trained on, by what they have in common: see `data/prepare.py`.
What was done to it, and in what it is unlike them, is told. The twin that was trained predicts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twinprop.data.prepare import Prepared, prepare
from twinprop.data.traits import Traits
from twinprop.errors import OutputError, TwinpropError
from twinprop.run.saved import Run, load
from twinprop.text import shown

if TYPE_CHECKING:
    import pandas

MOST_COLUMNS = 10
"""Classes that have a column each; of more, the most likely are listed."""

LISTED = 5

UNKNOWN = (
    "{path}: an earlier version trained it, and saved nothing on its images: ink and paper are not told apart, and "
    "images are brought to size only. Train it again, or say --invert."
)


def prepared(run: Run, paths: Sequence[str], turn: bool | None = None) -> list[Prepared]:
    """The images, prepared for the run's network.

    Args:
        run: on images.
        paths: of image files.
        turn: whether to turn light and dark; None to find out.

    Raises:
        TwinpropError: a file is no image, or the network was not trained on images.
    """
    shape = run.sample_shape
    if len(shape) not in (2, 3) or 1 in shape[-2:] or (len(shape) == 3 and shape[0] not in (1, 3)):
        raise TwinpropError(
            f"{run.path}: its network was trained on samples of shape {shape}, not on images; expected a run on "
            "images, such as data=mnist."
        )
    channels, (height, width) = shape[0] if len(shape) == 3 else 1, shape[-2:]
    return [prepare(path, channels, (height, width), traits_of(run), turn) for path in paths]


def traits_of(run: Run) -> Traits | None:
    """What the training images of a run have in common; None where it did not save that.

    Raises:
        TwinpropError: what it saved cannot be read.
    """
    saved = run.summary.get("images")
    try:
        return None if saved is None else Traits.from_dict(saved)
    except (KeyError, TypeError, ValueError) as error:
        raise TwinpropError(
            f"{run.path}/summary.json: what it says of the training images cannot be read ({error!r}); train again."
        ) from error


def samples(run: Run, paths: Sequence[str], turn: bool | None = None) -> NDArray[Any]:
    """The images as the run's network takes them, (images, *shape).

    Raises:
        TwinpropError: a file is no image, or the network was not trained on images.
    """
    return normalized(run, [each.pixels for each in prepared(run, paths, turn)])


def normalized(run: Run, images: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Pixels (channels, height, width) as the run's network takes them, (images, *shape)."""
    data, x = run.saved["data"], np.stack(images)
    if data["mean"] is not None:
        wide = (-1, 1, 1)
        x = (x - np.reshape(data["mean"], wide)) / np.reshape(data["std"], wide)
    return x.reshape(-1, *run.sample_shape).astype(run.config.model.dtype)


def save_seen(folder: Path, path: str, pixels: NDArray[Any]) -> Path:
    """Save what the network saw of a file as a PNG file of its name, or of the first `NAME-2`, ... that is free.

    Raises:
        OutputError: it cannot be written.
    """
    from PIL import Image

    whole = (pixels * 255).round().astype(np.uint8)
    image = Image.fromarray(whole[0] if len(whole) == 1 else whole.transpose(1, 2, 0))
    name, number = Path(path).stem, 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            target = folder / f"{name}{f'-{number}' if number > 1 else ''}.png"
            try:
                with open(target, "xb") as file:
                    image.save(file, "PNG")
                return target
            except FileExistsError:
                number += 1
    except OSError as error:
        raise OutputError(f"--seen {folder}: cannot be written ({error.strerror}); choose another folder.") from error


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run on images, or on a table")
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help="an image file; for a run on a table, a CSV or Parquet file"
    )
    parser.add_argument(
        "--invert",
        action=argparse.BooleanOptionalAction,
        help="whether to turn light and dark; without it, that is found out for figures on a plain ground",
    )
    parser.add_argument("--seen", type=Path, metavar="FOLDER", help="save there what the network saw of each image")


def table_predictions(run: Run, path: str) -> tuple[pandas.DataFrame, list[str]]:
    """What the network of a run on a table says of each row of another table, and what is to be told of them.

    Of classes it is the one with the largest output, with those of all; of numbers, in their own units.

    Raises:
        TwinpropError: the table cannot be read, or lacks what the network was trained on.
    """
    import pandas

    from twinprop.data.preparation import Preparation
    from twinprop.data.table_file import read_table

    saved = run.saved["data"]
    raw = read_table(path, missing_values=saved["table"].get("missing_values", ()))
    x, remarks = Preparation.from_dict(saved["table"]).inputs(raw)
    found, classes = run.outputs(x.astype(run.config.model.dtype)), saved["classes"]
    target = saved["table"]["target"]
    rows = pandas.DataFrame({"row": raw.frame.index})
    if not classes:
        task = saved["task"]
        rows[target] = task["origin"] + task["unit"] * found[:, 0]
    else:
        rows[target] = [classes[place] for place in found.argmax(-1)]
        if len(classes) <= MOST_COLUMNS:
            rows = rows.join(pandas.DataFrame(found, columns=classes), rsuffix=" (class)")
    return rows, remarks


def predict_tables(run: Run, paths: Sequence[str]) -> int:
    """Print what the network of a run on a table says of the rows of others."""
    for path in paths:
        rows, remarks = table_predictions(run, path)
        form = "{:.4f}".format if run.saved["data"]["classes"] else "{:.6g}".format
        print(shown(rows.to_string(index=False, float_format=form)))
        for remark in remarks:
            print(shown(remark))
    return 0


def main(args: argparse.Namespace) -> int:
    import pandas

    run = load(args.run)
    if "table" in run.saved["data"]:
        return predict_tables(run, args.images)
    classes = run.saved["data"]["classes"]
    found = prepared(run, args.images, args.invert)
    rows = []
    for path, values in zip(args.images, run.outputs(normalized(run, [each.pixels for each in found])), strict=True):
        order = np.argsort(-values, kind="stable")
        row = {"image": path, "class": classes[order[0]]}
        if len(classes) <= MOST_COLUMNS:
            row |= {name: f"{value:.4f}" for name, value in zip(classes, values, strict=True)}
        else:
            row["most likely"] = ", ".join(f"{classes[place]} {values[place]:.4f}" for place in order[:LISTED])
        rows.append(row)
    loss = run.config.loss.name
    print("Probabilities" if loss == "cross_entropy" else f"Outputs of the network, which was trained on {loss}")
    print(shown(pandas.DataFrame(rows).to_string(index=False)))
    if traits_of(run) is None:
        print(UNKNOWN.format(path=shown(str(run.path))))
    for path, each in zip(args.images, found, strict=True):
        name = shown(str(path))
        if each.changes:
            print(f"{name}: {'; '.join(each.changes)}")
        if each.doubts:
            print(f"{name}: unlike the training images: {'; '.join(each.doubts)}")
        if args.seen is not None:
            print(f"{name}: seen as {save_seen(args.seen, path, each.pixels)}")
    return 0
