"""`python -m twinprop predict RUN FILE...`: what a trained network takes samples for.

A FILE is an image, a folder of images, a table, or rows of numbers (`.csv`, `.npy`) as its data set has them. An image
is prepared as those were that the network was trained on, by what they have in common: see `data/prepare.py`. What was
done to it, and in what it is unlike them, is told. A file that cannot be read stops no other. The twin that was trained
predicts.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twinprop.arrays.namespace import as_samples
from twinprop.commands.predict_tables import answers_of_table
from twinprop.commands.predicted import Answer, Answers
from twinprop.data.numbers_file import read_numbers
from twinprop.data.prepare import Prepared, prepare
from twinprop.data.traits import Traits
from twinprop.errors import DataError, OutputError, TwinpropError, first_line
from twinprop.run.directory import beside, take_name
from twinprop.run.saved import Run, load
from twinprop.text import shown

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
        traits = None if saved is None else Traits.from_dict(saved)
        if traits is not None and len(traits.ground) != (run.sample_shape[0] if len(run.sample_shape) == 3 else 1):
            raise ValueError(f"{len(traits.ground)} channels")
        return traits
    except (KeyError, TypeError, ValueError, OverflowError) as error:
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

    from twinprop.run.pictures import png

    whole = (pixels * 255).round().astype(np.uint8)
    data = png(Image.fromarray(whole[0] if len(whole) == 1 else whole.transpose(1, 2, 0)))
    name, part = Path(path).stem, beside(folder / "of.png")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        for number in count(1):
            target = folder / f"{name}{f'-{number}' if number > 1 else ''}.png"
            with suppress(FileExistsError):
                take_name(part, target)
                break
        return target
    except OSError as error:
        raise OutputError(f"--seen {folder}: cannot be written ({error.strerror}); choose another folder.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run")
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="an image, a folder of them, a table, or rows (.csv, .npy)",
    )
    parser.add_argument("--top", type=int, metavar="N", help="the N likeliest classes in place of all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="an object for each sample, in a list of JSON")
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
    x = read_numbers(path)
    try:
        x = as_samples(x[None] if x.shape == run.sample_shape else x, run.sample_shape)
    except ValueError as error:
        raise DataError(f"{path}: rows that cannot be used ({first_line(error)}).") from error
    if traits_of(run) is not None and len(x) and not 0 <= x.min() <= x.max() <= 1:
        raise DataError(
            f"{path}: rows that cannot be used (values from {x.min():g} to {x.max():g}, where those of images go from "
            "0 to 1); divide them by the largest that there can be, as 255."
        )
    return normalized(run, x[:, None] if len(run.sample_shape) == 2 else x)  # grey images get a channel


def answers(run: Run, paths: Sequence[str], turn: bool | None, seen: Path | None) -> tuple[list[Answer], list[str]]:
    """What the network says of all samples in some files, and what is wrong with the files that cannot be read.

    Raises:
        TwinpropError: the network takes nothing like them.
    """
    found, wrong = list[Answer](), []
    for given in paths:
        try:
            files = below(given)
        except DataError as error:
            wrong.append(str(error))
            continue
        for path in files:
            try:
                found += answers_of(run, path, turn, seen)
            except DataError as error:
                wrong.append(str(error))
    return found, wrong


def answers_of(run: Run, path: str, turn: bool | None, seen: Path | None) -> list[Answer]:
    """What the network says of the samples in one file.

    Raises:
        DataError: it cannot be read.
        TwinpropError: the network takes nothing like it.
    """
    if "table" in run.saved["data"]:
        return answers_of_table(run, path)
    if path.endswith((".npy", ".csv")):
        return [Answer(path, row, each) for row, each in enumerate(run.outputs(rows_of(run, path)), start=1)]
    (image,) = prepared(run, [path], turn)
    notes = [each for each in ["; ".join(image.changes)] if each]
    notes += [f"unlike the training images: {'; '.join(image.doubts)}"] if image.doubts else []
    if seen is not None:
        notes.append(f"seen as {save_seen(seen, path, image.pixels)}")
    return [Answer(path, None, run.outputs(normalized(run, [image.pixels]))[0], notes)]


def main(args: argparse.Namespace) -> int:
    run = load(args.run, args.weights)
    if args.top is not None and args.top < 1:
        raise TwinpropError(f"--top {args.top}: must be at least 1.")
    if args.top is not None and not run.saved["data"]["classes"]:
        raise TwinpropError(f"--top {args.top}: lists classes, and the network of {run.path} predicts a number.")
    found, wrong = answers(run, args.files, args.invert, args.seen)
    told = Answers(run, found, args.top)
    if args.json:
        print(told.as_json())
    elif args.csv:
        told.print_csv()
        print(*told.notes(), sep="\n", end="\n" * bool(told.notes()), file=sys.stderr)
    elif found:
        print("\n".join([told.as_table(), *unknown(run, found), *told.notes()]))
    for line in wrong:
        print(shown(line), file=sys.stderr)
    return 1 if wrong else 0


def unknown(run: Run, found: Sequence[Answer]) -> list[str]:
    """That nothing is known of the images of a run which were asked for."""
    images = any(answer.row is None for answer in found)
    return [UNKNOWN.format(path=shown(str(run.path)))] if images and traits_of(run) is None else []
