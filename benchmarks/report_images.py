"""Draw the figures of docs/reports.md and docs/tensorboard.md again, all of them or those that are named.

python benchmarks/report_images.py [report-rates as-it-learns layers first-layer]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"

HAND = "model.backend=scratch"
DEEP = ["model.activation=sigmoid,relu", "model.depth=8", "model.init=kaiming_uniform", "optimizer=adam"]
CASES = {
    "report-rates": (
        "sweep",
        ["optimizer.lr=0.003,0.01,0.03,0.1,0.3,1", "seed=0,1,2", "train.epochs=10"],
        "result.png",
    ),
    "as-it-learns": ("train", ["data=moons", "model.hidden=[20]", "train.epochs=600"], "as-it-learns.gif"),
    "layers": ("sweep", [*DEEP, "train.epochs=150", "train.pictures=true"], "layers.png"),
    "first-layer": ("train", ["data=digits"], "first-layer.png"),
}
"""By the name of the image: a sweep or a run, what is trained, and the figure of its report."""


def main() -> None:
    for name in sys.argv[1:] or CASES:
        command, words, figure = CASES[name]
        with TemporaryDirectory() as folder:
            key = "hydra.sweep.dir" if command == "sweep" else "hydra.run.dir"
            for line in ([command, HAND, *words, f"{key}=it"], ["report", "it"]):
                subprocess.run([sys.executable, "-m", "twinprop", *line], cwd=folder, check=True)
            shutil.copyfile(Path(folder) / "it" / "plots" / figure, (IMAGES / name).with_suffix(Path(figure).suffix))


if __name__ == "__main__":
    main()
