"""`python -m twinprop evaluate RUN [KEY=VALUE ...]`: a trained network measured again, on its own samples or on others.

python -m twinprop evaluate RUN                               the test split that it was trained with
python -m twinprop evaluate RUN --split val --weights last    another split; the weights of the last epoch
python -m twinprop evaluate RUN data=kmnist data.limit=1000   1,000 others, prepared as those of its training were
python -m twinprop evaluate RUN data.file=other.csv           another table, whole
"""

from __future__ import annotations

import argparse
import json
import os
from math import isfinite
from pathlib import Path
from typing import Any

from twinprop.app.compose import with_other_samples
from twinprop.errors import OutputError
from twinprop.run.by_class import MEASURES as MEASURES_OF_A_CLASS
from twinprop.run.directory import null, write_atomically
from twinprop.run.measured import Measured, measure
from twinprop.run.saved import Run, load
from twinprop.task import SPLITS, told_all
from twinprop.text import aligned, shown

MOST_CLASSES = 20
"""Of which the confusion matrix is printed; a picture shows more."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = __doc__
    parser.add_argument("run", metavar="RUN", help="the directory of a run")
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="other samples: data, its keys, and device")
    parser.add_argument(
        "--split",
        choices=SPLITS,
        help="which samples; without it, the test split, or all of other samples that come without one",
    )
    parser.add_argument("--weights", choices=["best", "last"], help="without it, those that the model has (train.keep)")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw what is predicted against what is true")


def main(args: argparse.Namespace) -> int:
    if args.png is not None:
        check_picture(args.png)
    run = load(args.run, args.weights)
    config, most = with_other_samples(run, args.overrides)
    found = measure(run, config, args.split, most)
    if args.png is not None:
        write_atomically(args.png, picture(found))
    name = config.data.title
    if args.json:
        print(json.dumps(null(as_json(run, found, name)), ensure_ascii=False, indent=1))
    else:
        print(in_words(run, found, name))
        if args.png is not None:
            print(f"\npictured in {shown(str(args.png))}")
    return 0


def check_picture(path: Path) -> None:
    """Whether a picture may be written there: where nothing is, or another picture.

    Raises:
        OutputError: it may not.
    """
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file() or path.suffix.lower() != ".png"):
        raise OutputError(f"--png {path}: is there already, and no PNG file; it stays. Choose another name.")


def weights_of(run: Run) -> dict[str, Any]:
    """Which weights a run predicts with, and of which epoch they are."""
    about = run.saved["weights"]
    name = run.weights or about["kept"]
    return {"name": name, **about[name]}


def as_json(run: Run, found: Measured, data: str) -> dict[str, Any]:
    """All that was measured, as plain values."""
    whole: dict[str, Any] = {"run": str(run.path), "data": data, "split": found.split, "weights": weights_of(run)}
    whole |= {"notes": found.notes, "samples": len(found.true), **found.results}
    if found.classes:
        whole |= {"by_class": found.by_class(), "confusion": found.confusion.tolist()}
    return whole


def in_words(run: Run, found: Measured, data: str) -> str:
    """What was measured, for people."""
    weights = weights_of(run)
    lines = [
        f"{run.path}: the {weights['name']} weights, of epoch {weights['epoch']}",
        f"{len(found.true):,} samples of {data}, {found.split}: {told_all(found.results)}",
        *found.notes,
    ]
    if not found.classes:
        return shown("\n".join(lines))
    head = ["class", "samples", "precision", "recall", "F1"]
    by_class = found.by_class()
    rows = [
        [name, f"{row['samples']:,}", *(share(row[key]) for key in MEASURES_OF_A_CLASS)]
        for name, row in by_class["classes"].items()
    ]
    rows.append(["mean", f"{len(found.true):,}", *(share(by_class["macro"][key]) for key in MEASURES_OF_A_CLASS)])
    lines += ["", aligned(head, rows, head[1:]), *by_class["undefined"]]
    if "roc_auc" in by_class:
        lines.append(f"ROC AUC {share(by_class['roc_auc'])}")
    if len(found.classes) <= MOST_CLASSES:
        columns = [str(place) for place in range(len(found.classes))]
        counts = [
            [f"{place} {name}" if str(place) != name else name, *map(str, row)]
            for place, (name, row) in enumerate(zip(found.classes, found.confusion.tolist(), strict=True))
        ]
        lines += ["", "Confusion: a row for each true class, a column for what it was taken for"]
        lines += [aligned(["", *columns], counts, columns)]
    return "\n".join(map(shown, "\n".join(lines).splitlines()))


def share(value: float) -> str:
    """A share, or that there is none."""
    return f"{value:.4f}" if isfinite(value) else "-"


def picture(found: Measured) -> bytes:
    """The confusion matrix, or predicted numbers against true ones, as a PNG file."""
    from twinprop.run import charts, pictures

    if found.classes:
        return pictures.png(pictures.confusion(found.true, found.predicted, found.classes))
    return pictures.png(charts.predictions(found.true, found.predicted))
