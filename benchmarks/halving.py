"""A search that stops early against the full grid: python benchmarks/halving.py [--limit 8000] [--epochs 12] [--seed 1]

512 networks by hand on MNIST, 8 rates × 4 widths × 4 activations × 4 depths, batch 64: whole commands, from the shell
and back, without reports. What halving finds is looked up in the grid, where every network was trained to its end;
the noise is a standard error of the accuracy on the validation images. Epochs are of single networks: how many there
are does not depend on how busy the machine is, though with several workers on who comes first. Prints a table, and
writes nothing.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import processes
import results

KEYS = {
    "optimizer.lr": [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    "model.width": [8, 16, 32, 64],
    "model.activation": ["relu", "tanh", "sigmoid", "gelu"],
    "model.depth": [1, 2, 3, 4],
}
COMMON = ["data=mnist", "model.backend=scratch", "train.batch_size=64", "hydra.launcher.report=false"]

Choice = tuple[str, ...]


class Found(NamedTuple):
    """What a command takes and finds: epochs of single networks, and the results of those that ended."""

    taken: processes.Taken
    epochs: int
    accuracies: dict[Choice, tuple[float, float]]

    def best(self) -> Choice:
        """The choice with the highest accuracy on validation."""
        return max(self.accuracies, key=lambda choice: self.accuracies[choice][0])


def train(*words: str) -> Found:
    """A whole command; of its networks, (validation, test) accuracies of those that were trained to their end."""
    sweep = [f"{key}={','.join(map(str, values))}" for key, values in KEYS.items()]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, processes.TRAIN, "-m", *COMMON, *sweep, *words, f"hydra.sweep.dir={folder}/sweep"]
        taken = processes.run(command, folder)
        with open(Path(folder) / "sweep" / "sweep.csv", newline="") as file:
            rows = list(csv.DictReader(file))
    ended = [row for row in rows if row["status"] == "completed"]
    return Found(
        taken,
        sum(int(row["epochs"]) for row in rows),
        {tuple(row[key] for key in KEYS): (float(row["val_accuracy"]), float(row["test_accuracy"])) for row in ended},
    )


def told(name: str, found: Found) -> Found:
    """Print the row of a command as soon as it has ended."""
    best, taken = found.best(), found.taken
    val, test = found.accuracies[best]
    what = ", ".join(f"{key.partition('.')[2]} {value}" for key, value in zip(KEYS, best, strict=True))
    print(
        f"| {name} | {taken.seconds:.0f} | {taken.processors:.0f} | {taken.peak / 1e6:.0f} | {found.epochs:,} "
        f"| {len(found.accuracies)} | {what} | {val:.4f} | {test:.4f} |",
        flush=True,
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="images to train and validate on; all where left out")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--every", type=int, default=1, help="hydra.launcher.halving.every")
    parser.add_argument("--keep", type=float, default=0.33, help="hydra.launcher.halving.keep")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    words = [f"train.epochs={args.epochs}", f"seed={args.seed}", *([f"data.limit={args.limit}"] if args.limit else [])]
    images = round(0.1 * (args.limit or 60_000))
    print(
        f"{results.machine()}; seed {args.seed}, {args.epochs} epochs; {images * 9:,} images to train, "
        f"{images:,} to validate\n\n"
        "| | wall, s | processors, s | memory, MB | epochs | to their end | best by validation | validation | test |\n"
        f"{'| --- ' * 9}|"
    )
    halving = told(
        f"halving, {args.every} and {args.keep:g}",
        train(*words, f"hydra.launcher.halving.every={args.every}", f"hydra.launcher.halving.keep={args.keep}"),
    )
    grid = told("full grid", train(*words))
    chosen, top = grid.accuracies[halving.best()][0], grid.accuracies[grid.best()][0]
    rank = 1 + sum(val > chosen for val, _ in grid.accuracies.values())
    print(
        f"\nHalving took {halving.taken.seconds / grid.taken.seconds:.2f} of the time, "
        f"{halving.taken.processors / grid.taken.processors:.2f} of the processors' and "
        f"{halving.epochs / grid.epochs:.2f} of the epochs. In the grid its choice is number {rank} of "
        f"{len(grid.accuracies)}, {top - chosen:.4f} below the best, where a standard error is "
        f"{math.sqrt(top * (1 - top) / images):.4f}."
    )


if __name__ == "__main__":
    main()
