"""What was not published: a CNN of our own on CIFAR-10, and accuracy against time."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from reproduction.beyond_mnist import results
from reproduction.page import Page, style
from reproduction.runs import Record, complete, machines

EXPERIMENTS = {"cifar_cnn_fast": ("`cifar_cnn_fast`", "a CNN of our own")}


def tell(page: Page) -> None:
    fast, published = page.runs("cifar_cnn_fast"), page.runs("cnn_cpu")
    page.fill(results=results(EXPERIMENTS, {"cifar_cnn_fast": fast}))
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
