"""What was not published: networks of our own at their best, and accuracy against time."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from reproduction.page import Page, style, table
from reproduction.runs import TEST, Record, complete, machines, seconds, seeds

EXPERIMENTS = {
    "mnist_best_mlp": ("`mnist_best_mlp`", "MNIST, an MLP that knows nothing of images"),
    "mnist_best_mlp_shift": ("`mnist_best_mlp data.shift=1`", "the same, with training images moved by up to a pixel"),
    "cifar_cnn_fast": ("`cifar_cnn_fast`", "CIFAR-10, a CNN"),
}
TEST_IMAGES = 10_000


def tell(page: Page) -> None:
    every = {name: page.runs(name) for name in EXPERIMENTS}
    rows = []
    for name, (typed, what) in EXPERIMENTS.items():
        runs = every[name]
        epochs = runs.cell(lambda run: run.summary["epochs"], 0, "")
        rows.append([typed, what, seeds(runs), runs.cell(TEST), epochs, runs.cell(seconds("train"), 0, "")])
    page.fill(results=table(["experiment", "", "", "test accuracy", "epochs", "seconds of training"], rows))
    mlp, fast = every["mnist_best_mlp"], every["cifar_cnn_fast"]
    if complete(mlp):
        page.fill(mistakes=round(TEST_IMAGES * (1 - mlp.mean(TEST))))
    published = page.runs("cnn_cpu")
    if complete(fast, published):
        say_of_time(page, fast[0], published[0])
    page.fill_jpeg(fast)


def say_of_time(page: Page, fast: Record, published: Record) -> None:
    drawn = drawing(fast, published)
    page.fill(picture=page.picture("cifar-time.png", "Test accuracy on CIFAR-10 against time", drawn, (7, 4)))
    first = published.metrics
    page.fill(epochs=len(first), seconds=first["seconds"].sum(), accuracy=first["test_accuracy"].iloc[-1])
    on = [machines([run]) for run in (fast, published)]
    page.claim("both CNNs were trained on the same machine", on[0] == on[1], ours=on[0], published=on[1])


def drawing(fast: Record, published: Record) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for run, look, name in ((fast, "o-", "cifar_cnn_fast"), (published, "s-", "cs324_cifar_cnn")):
            axes.plot(run.metrics["seconds"].cumsum() / 60, run.metrics["test_accuracy"], look, ms=4, label=name)
        style(axes, f"minutes of training on {fast.summary['environment']['cores']} cores", "test accuracy")

    return draw
