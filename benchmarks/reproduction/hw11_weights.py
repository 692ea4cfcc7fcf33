"""hw11: which initial weights and which pixels bring its network nearest to what was published by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import fmean

from matplotlib.figure import Figure

from reproduction.hw11 import CHANCE, LOSS, PUBLISHED, PUBLISHED_LOSS
from reproduction.page import Page, style, table
from reproduction.runs import TEST, Runs, complete, last

PIXELS = {"in [0, 1]": False, "in [-1, 1]": [0.5, 0.5], "standardised": True}
"""What `data.normalize` is."""

TICKS = (0.4, 0.5, 0.7, 1, 1.5)
"""Of losses, in the picture."""

FIRST_LOSS = 11
"""What was published of the first step."""


def tell(page: Page) -> None:
    first, runs = page.runs("hw11_first_loss"), page.runs("hw11_weights")
    deviations = sorted({run.flat["model.init_std"] for run in runs})
    head = ["σ", *(f"{what}, {name}" for what in ("first loss", "test loss", "test accuracy") for name in PIXELS)]
    rows = []
    for deviation in deviations:
        groups = [(each, which) for each, which in ((first, last("train_loss")), (runs, LOSS), (runs, TEST))]
        cells = [chosen(each, deviation, pixels).cell(of) for each, of in groups for pixels in PIXELS.values()]
        rows.append([f"{deviation:g}", *cells])
    page.fill(results=table(head, rows))
    if not complete(runs, first):
        return
    page.fill(picture=page.picture("hw11-weights.png", "Accuracy against loss", drawing(runs, deviations), (8, 5)))
    far = {(d, name): distance(chosen(runs, d, value)) for d in deviations for name, value in PIXELS.items()}
    best_deviation, best_pixels = min(far, key=lambda which: far[which])
    nearest = chosen(runs, best_deviation, PIXELS[best_pixels])
    page.fill(
        deviation=f"{best_deviation:g}",
        pixels=best_pixels,
        accuracy=nearest.mean(TEST),
        loss=nearest.mean(LOSS),
        first_loss=chosen(first, best_deviation, PIXELS[best_pixels]).mean(last("train_loss")),
    )
    page.claim(
        "no start reaches both within a standard error of the accuracy",
        min(far.values()) > CHANCE,
        nearest=min(far.values()),
        standard_error=CHANCE,
    )
    say_of_between(page, runs, best_pixels, deviations)
    say_of_the_first(page, first, runs, deviations)


def chosen(runs: Runs, deviation: float, pixels: bool | list[float]) -> Runs:
    return runs.where({"model.init_std": deviation, "data.normalize": pixels})


def distance(runs: Runs) -> float:
    """From both published figures by hand: the differences of accuracy and of loss, added."""
    return abs(runs.mean(TEST) - PUBLISHED["scratch"]) + abs(runs.mean(LOSS) - PUBLISHED_LOSS["scratch"])


def say_of_between(page: Page, runs: Runs, pixels: str, deviations: list[float]) -> None:
    """The published figures lie between those of two neighbouring deviations."""
    ends = [
        (chosen(runs, d, PIXELS[pixels]).mean(TEST), chosen(runs, d, PIXELS[pixels]).mean(LOSS)) for d in deviations
    ]
    accuracy, loss = PUBLISHED["scratch"], PUBLISHED_LOSS["scratch"]
    holding = [
        (deviations[n], deviations[n + 1])
        for n, (one, two) in enumerate(pairwise(ends))
        if one[0] > accuracy > two[0] and one[1] < loss < two[1]
    ]
    low, high = holding[0] if holding else (0.0, 0.0)
    page.fill(low=f"{low:g}", high=f"{high:g}")
    page.claim("between two deviations accuracy and loss pass what was published", len(holding) == 1)


def say_of_the_first(page: Page, first: Runs, runs: Runs, deviations: list[float]) -> None:
    """What a first loss as published asks of weights, and how far those get."""
    losses = {
        d: fmean(chosen(first, d, value).mean(last("train_loss")) for value in PIXELS.values()) for d in deviations
    }
    below = max(d for d in deviations if losses[d] < FIRST_LOSS)
    above = [d for d in deviations if d >= below]
    reached = max(chosen(runs, d, value).mean(TEST) for d in above for value in PIXELS.values())
    page.fill(from_deviation=f"{below:g}", one=losses[deviations[-1]], reached=reached)
    page.claim(
        "weights from which the first loss is near 11 stay well below the published accuracy",
        reached < PUBLISHED["scratch"] - 10 * CHANCE,
        reached=reached,
        published=PUBLISHED["scratch"],
    )


def drawing(runs: Runs, deviations: list[float]) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for (name, value), look in zip(PIXELS.items(), ("o-", "s--", "^:"), strict=True):
            groups = [chosen(runs, deviation, value) for deviation in deviations]
            x, y = [each.mean(LOSS) for each in groups], [each.mean(TEST) for each in groups]
            axes.plot(x, y, look, label=f"pixels {name}")
            for deviation, *place in zip(deviations, x, y, strict=True):
                axes.annotate(f"{deviation:g}", place, (4, 5), textcoords="offset points", fontsize=8)
        axes.plot(PUBLISHED_LOSS["scratch"], PUBLISHED["scratch"], "k*", ms=14, label="published, by hand")
        axes.set_xscale("log")
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS], minor=False)
        axes.set_xticks([], minor=True)
        style(axes, "test loss", "test accuracy", "After 3,000 steps from weights N(0, σ²); numbers are σ")

    return draw
