"""What was not published: an MLP of our own at its best on MNIST."""

from __future__ import annotations

from collections.abc import Mapping

from reproduction.page import Page, table
from reproduction.runs import TEST, Runs, complete, seconds, seeds

EXPERIMENTS = {
    "mnist_best_mlp": ("`mnist_best_mlp`", "an MLP that knows nothing of images"),
    "mnist_best_mlp_shift": ("`mnist_best_mlp data.shift=1`", "the same, with training images moved by up to a pixel"),
}
TEST_IMAGES = 10_000


def tell(page: Page) -> None:
    every = {name: page.runs(name) for name in EXPERIMENTS}
    page.fill(results=results(EXPERIMENTS, every))
    mlp = every["mnist_best_mlp"]
    if complete(mlp):
        mistakes = [TEST_IMAGES * (1 - value) for value in mlp.values(TEST)]
        page.fill(fewest=min(mistakes), most=max(mistakes))


def results(experiments: Mapping[str, tuple[str, str]], every: Mapping[str, Runs]) -> str:
    """A row for each experiment: what is typed, what it is, and what came of it."""
    rows = []
    for name, (typed, what) in experiments.items():
        runs = every[name]
        epochs = ", ".join(dict.fromkeys(str(run.summary["epochs"]) for run in runs))
        rows.append([typed, what, seeds(runs), runs.cell(TEST), epochs, runs.cell(seconds("train"), 0, "")])
    return table(["experiment", "", "", "test accuracy", "epochs", "seconds of training"], rows)
