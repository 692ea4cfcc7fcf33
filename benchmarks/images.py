"""Draw the pictures of README and docs that no reproduction draws: python benchmarks/images.py [NAME ...]

NAME is one of the pictures below docs/images, such as population.png; without any, all of them. Those of TensorBoard
are screenshots of `twinprop board` in headless Chromium (apt-get install chromium chromium-driver).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SIX = ["optimizer.lr=0.03,0.1,0.3", "model.activation=relu,tanh", "train.epochs=10"]
DEEP = ["model.activation=sigmoid,relu", "model.depth=8", "model.init=kaiming_uniform", "optimizer=adam"]
REPORTS = {
    "report-rates.png": (
        "sweep",
        ["optimizer.lr=0.003,0.01,0.03,0.1,0.3,1", "seed=0,1,2", "train.epochs=10"],
        "result.png",
    ),
    "as-it-learns.gif": ("train", ["data=moons", "model.hidden=[20]", "train.epochs=600"], "as-it-learns.gif"),
    "layers.png": ("sweep", [*DEEP, "train.epochs=150", "train.pictures=true"], "layers.png"),
    "first-layer.png": ("train", ["data=digits"], "first-layer.png"),
}
"""By the file: a sweep or a run, what is trained, and the figure of its report."""

BLUE, ORANGE, GREEN, VIOLET, GREY = "#1f6bb8", "#f39322", "#3b9650", "#7f55b5", "#c8ced3"
LOADING = 20.0
"""Seconds that TensorBoard takes to draw a page."""


def trained(folder: str, command: str, words: list[str]) -> Path:
    """The directory of a run or a sweep."""
    key = "hydra.sweep.dir" if command == "sweep" else "hydra.run.dir"
    typed = [command, "model.backend=scratch", *words, f"{key}=it"]
    subprocess.run([sys.executable, "-m", "twinprop", *typed], cwd=folder, check=True)
    return Path(folder) / "it"


def report(name: str) -> None:
    """A figure of a report."""
    command, words, figure = REPORTS[name]
    with TemporaryDirectory() as folder:
        made = trained(folder, command, words)
        subprocess.run([sys.executable, "-m", "twinprop", "report", str(made)], cwd=folder, check=True)
        shutil.copyfile(made / "plots" / figure, IMAGES / name)


def board(name: str, tab: str, size: tuple[int, int]) -> None:
    """A tab of TensorBoard on a sweep of six runs."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", f"--window-size={size[0]},{size[1]}"):
        options.add_argument(flag)
    options.binary_location = str(shutil.which("chromium"))
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-u", "-m", "twinprop", "board", str(trained(folder, "sweep", SIX))]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert server.stdout is not None
        try:
            address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+", line)))
            driver = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
            driver.get(f"{address.rstrip('/')}/#{tab}")
            time.sleep(LOADING)
            driver.save_screenshot(str(IMAGES / name))
            driver.quit()
        finally:
            server.terminate()
            server.communicate()


def population() -> None:
    """A queue of networks, and a population."""
    figure = Figure(figsize=(8.74, 3.81), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 874), ylim=(381, 0))
    axes.axis("off")

    def text(x: float, y: float, words: str, size: float = 10, **look: Any) -> None:
        axes.text(x, y, words, size=size, va="center", **{"color": "#444444", **look})

    def box(x: float, y: float, width: float, height: float, colour: str, words: str = "") -> None:
        axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor="white", lw=1.5))
        if words:
            text(x + width / 2, y + height / 2, words, 9, color="white", ha="center")

    def arrow(y: float) -> None:
        axes.annotate("", (855, y), (28, y), arrowprops={"arrowstyle": "->", "color": "#777777"})
        text(855, y + 12, "time", ha="right")

    text(28, 30, "a queue: one network after the other", 12.5, color="#222222", weight="bold")
    text(28, 54, "hydra/launcher=basic", family="monospace")
    for number in range(12):
        x = 28 + 66.5 * number
        box(x, 77, 14, 31, GREY)
        box(x + 14, 77, 49, 31, (BLUE, ORANGE, GREEN)[number % 3], str(number))
    text(845, 94, "…", 14, ha="center")
    arrow(124)
    box(28, 135, 15, 15, GREY)
    text(49, 143, "Hydra composes, files are written: once for each network")
    text(28, 179, "a population: networks of one shape train in lock step, a stack on each core", 12.5,
         color="#222222", weight="bold")  # fmt: skip
    text(28, 203, "hydra/launcher=population", family="monospace")
    for core, (y, colours) in enumerate(((219, (BLUE, GREEN)), (281, (ORANGE, VIOLET)))):
        text(28, y + 23, f"core {core + 1}")
        box(87, y, 15, 50, GREY)
        for place, colour in enumerate(colours):
            for layer in range(4, -1, -1):
                words = f"seed {core + 2 * place}\n8 rates" if layer == 0 else ""
                box(120 + 111 * place - 3.6 * layer, y + 3.6 * layer, 92, 33, colour, words)
    step_of_a_stack(axes, text, box)
    arrow(349)
    figure.savefig(IMAGES / "population.png")


def step_of_a_stack(axes: Axes, text: Callable[..., None], box: Callable[..., None]) -> None:
    """One batch, times the weights of all networks, gives the outputs of all."""
    look = {"boxstyle": "round,pad=0,rounding_size=6", "facecolor": "#f6f8fa", "edgecolor": "#d0d5d9"}
    axes.add_patch(FancyBboxPatch((376, 217), 472, 115, **look))
    text(395, 233, "one step of a stack of K networks", 10.5, color="#222222", weight="bold")
    box(404, 254, 75, 48, "#6a727b")
    text(493, 279, "×", 15, ha="center", color="#222222")
    text(614, 279, "=", 15, ha="center", color="#222222")
    for row in range(4):
        box(506, 254 + 12.5 * row, 92, 12, BLUE)
        box(631, 254 + 12.5 * row, 75, 12, ORANGE)
    text(441, 318, "one batch\n64 × 784", 8, ha="center", color="#222222")
    text(552, 318, "weights of all K\n(K·50) × 784", 8, ha="center", color="#222222")
    text(668, 318, "outputs of all K\nK × 64 × 50", 8, ha="center", color="#222222")
    for place, words in enumerate(("then each its own:", "learning rate (K, 1)", "seed, schedule, …")):
        text(721, 267 + 20 * place, words, 9)


PICTURES: dict[str, Callable[[], None]] = {
    **{name: partial(report, name) for name in REPORTS},
    "population.png": population,
    "tensorboard-scalars.png": partial(board, "tensorboard-scalars.png", "scalars", (1500, 985)),
    "tensorboard-hparams.png": partial(board, "tensorboard-hparams.png", "hparams", (1900, 760)),
    "tensorboard-images.png": partial(board, "tensorboard-images.png", "images", (1500, 1500)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(PICTURES)}")
    args = parser.parse_args()
    for name in args.names or PICTURES:
        if name not in PICTURES:
            parser.error(f"{name}: must be one of {', '.join(PICTURES)}")
        PICTURES[name]()
        print(f"docs/images/{name}", flush=True)


if __name__ == "__main__":
    main()
