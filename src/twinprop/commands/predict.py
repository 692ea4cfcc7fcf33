"""`python -m twinprop predict RUN FILE...`: what a trained network takes samples for.

A FILE is an image, a folder of images, a table, or rows of numbers (`.csv`, `.npy`) as its data set has them. An image
is prepared as those were that the network was trained on, by what they have in common: see `data/prepare.py`. What was
done to it, and in what it is unlike them, is told. A file that cannot be read stops no other. The twin that was trained
predicts.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import as_samples
from twinprop.commands.predict_tables import MOST_COLUMNS, predict_tables
from twinprop.data.prepare import Prepared, prepare
from twinprop.data.traits import Traits
from twinprop.errors import DataError, OutputError, TwinpropError, first_line
from twinprop.run.saved import Run, load
from twinprop.text import aligned, shown

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
    """Pixels (channels, height, width), or features (n,), as the run's network takes them, (images, *shape)."""
    data, x = run.saved["data"], np.stack(images)
    if data["mean"] is not None:
        wide = (-1, *[1] * (x.ndim - 2))
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


@dataclass
class Answer:
    """What the network says of one sample.

    Attributes:
        name: of its file, with its row where that has several.
        values: an output for each class, (classes,).
        notes: what was done to it, and in what it is unlike the training images.
    """

    name: str
    values: NDArray[Any]
    notes: list[str] = field(default_factory=list)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="an image, a folder of them, a table, or rows (.csv, .npy)",
    )
    parser.add_argument("--top", type=int, metavar="N", help="list the N likeliest classes in place of all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="all of it as JSON")
    form.add_argument("--csv", action="store_true", help="a line of CSV for each sample")
    parser.add_argument("--weights", choices=["best", "last"], help="without it, those that the model has (train.keep)")
    parser.add_argument(
        "--invert",
        action=argparse.BooleanOptionalAction,
        help="whether to turn light and dark; without it, that is found out for figures on a plain ground",
    )
    parser.add_argument("--seen", type=Path, metavar="FOLDER", help="save there what the network saw of each image")


def below(path: str) -> list[str]:
    """A file, or the files in a folder, in the order of their names.

    Raises:
        DataError: there is none.
    """
    if not os.path.isdir(path):
        return [path]
    found = sorted(str(each) for each in Path(path).iterdir() if each.is_file() and not each.name.startswith("."))
    if not found:
        raise DataError(f"{path}: holds no files.")
    return found


def rows_of(run: Run, path: str) -> NDArray[Any]:
    """Samples from a file of numbers, as the run's network takes them, (n, *shape).

    Raises:
        DataError: it cannot be read, or its rows are no samples for this network.
    """
    try:
        x = np.load(path, allow_pickle=False) if path.endswith(".npy") else np.loadtxt(path, delimiter=",", ndmin=2)
        x = as_samples(x[None] if x.shape == run.sample_shape else x, run.sample_shape)
        if x.dtype.kind not in "fiu" or not np.isfinite(x).all():
            raise ValueError("not all of it are finite numbers")
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: rows that cannot be used ({first_line(error)}).") from error
    return normalized(run, x[:, None] if len(run.sample_shape) == 2 else x)  # grey images get a channel


def answers(run: Run, paths: Sequence[str], turn: bool | None, seen: Path | None) -> tuple[list[Answer], list[str]]:
    """What the network says of all samples in some files, and what is wrong with the files that cannot be read.

    Raises:
        TwinpropError: the network takes nothing like them.
    """
    found, wrong = [], []
    for given in paths:
        try:
            files = below(given)
        except DataError as error:
            wrong.append(str(error))
            continue
        for path in files:
            try:
                if path.endswith((".npy", ".csv")):
                    values = run.outputs(rows_of(run, path))
                    found += [Answer(f"{path}:{row}", each) for row, each in enumerate(values, start=1)]
                    continue
                (image,) = prepared(run, [path], turn)
            except DataError as error:
                wrong.append(str(error))
                continue
            notes = [each for each in ["; ".join(image.changes)] if each]
            notes += [f"unlike the training images: {'; '.join(image.doubts)}"] if image.doubts else []
            if seen is not None:
                notes.append(f"seen as {save_seen(seen, path, image.pixels)}")
            found.append(Answer(path, run.outputs(normalized(run, [image.pixels]))[0], notes))
    return found, wrong


def main(args: argparse.Namespace) -> int:
    run = load(args.run, args.weights)
    if args.top is not None and args.top < 1:
        raise TwinpropError(f"--top {args.top}: must be at least 1.")
    if "table" in run.saved["data"]:
        wrong = predict_tables(run, args)
    else:
        found, wrong = answers(run, args.files, args.invert, args.seen)
        if args.json:
            print(json.dumps([as_json(run, answer, args.top) for answer in found], ensure_ascii=False, indent=1))
        elif args.csv:
            print_csv(run, found)
        elif found:
            print_table(run, found, args.top)
    for line in wrong:
        print(shown(line), file=sys.stderr)
    return 1 if wrong else 0


def ordered(run: Run, answer: Answer) -> list[tuple[str, float]]:
    """The classes, and what the network gives for each, the likeliest first."""
    order = np.argsort(-answer.values, kind="stable")
    return [(run.saved["data"]["classes"][place], float(answer.values[place])) for place in order]


def as_json(run: Run, answer: Answer, top: int | None) -> dict[str, Any]:
    """An answer as plain values."""
    classes = ordered(run, answer)
    return {"file": answer.name, "class": classes[0][0], "outputs": dict(classes[:top]), "notes": answer.notes}


def print_csv(run: Run, found: Sequence[Answer]) -> None:
    """A line for each sample: its file, its class, and what the network gives for each class."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["file", "class", *run.saved["data"]["classes"]])
    out.writerows([answer.name, ordered(run, answer)[0][0], *answer.values.tolist()] for answer in found)


def print_table(run: Run, found: Sequence[Answer], top: int | None) -> None:
    """A table for people, and notes below it."""
    classes, loss = run.saved["data"]["classes"], run.config.loss.name
    print("Probabilities" if loss == "cross_entropy" else f"Outputs of the network, which was trained on {loss}")
    images = not all(answer.name.rpartition(":")[0] for answer in found)
    head, rows = ["image" if images else "sample", "class"], []
    whole = top is None and len(classes) <= MOST_COLUMNS
    head += classes if whole else ["most likely"]
    for answer in found:
        likely = ordered(run, answer)
        listed = ", ".join(f"{name} {value:.4f}" for name, value in likely[: top or LISTED])
        rows.append([answer.name, likely[0][0], *([f"{value:.4f}" for value in answer.values] if whole else [listed])])
    print(aligned(head, rows, classes))
    if images and traits_of(run) is None:
        print(UNKNOWN.format(path=shown(str(run.path))))
    for answer in found:
        for note in answer.notes:
            print(f"{shown(answer.name)}: {shown(note)}")
