"""kece470: one wide layer on MNIST, by the epoch."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from reproduction.page import Page, style, table
from reproduction.runs import (
    HAND,
    NAMES,
    NOT_RUN,
    TORCH,
    Runs,
    apart_at_first,
    at,
    complete,
    last,
    standard_error,
    twin_columns,
)

PUBLISHED = {
    "test": {1: 0.9325, 10: 0.9740, 20: 0.9769, 30: 0.9810},
    "val": {1: 0.9303, 10: 0.9748, 20: 0.9777, 30: 0.9802},
}
"""Accuracy by epoch."""

TEST_IMAGES, HELD_OUT = 10_000, 6_000


def tell(page: Page) -> None:
    runs, splits = page.runs("kece470_mlp"), page.runs("kece470_splits")
    page.fill(accuracies=accuracies(runs))
    if runs.completed:
        page.fill(picture=page.picture("kece470.png", "Accuracy by epoch; rings: converged", drawing(runs), (11, 4)))
    if complete(runs.where(HAND), runs.where(TORCH)):
        say(page, runs)
    if complete(splits):
        found, published = splits.values(last("val_accuracy")), PUBLISHED["val"][10]
        page.fill(with_other_splits=", ".join(f"{value:.4f}" for value in found))
        page.claim(
            "the published validation accuracy lies between those of the splits",
            min(found) <= published <= max(found),
            lowest=min(found),
            highest=max(found),
            published=published,
        )


def accuracies(runs: Runs) -> str:
    rows = []
    for split, name in {"test": "test", "val": "validation"}.items():
        for epoch, published in PUBLISHED[split].items():
            cells = [runs.where(twin).cell(at(f"{split}_accuracy", epoch)) for twin in (HAND, TORCH)]
            rows.append([f"{name} accuracy, epoch {epoch}", f"{published:.4f}", *cells])
    converged = [
        ", ".join(str(run.summary["converged_epoch"] or "not yet") for run in runs.where(twin).completed)
        for twin in (HAND, TORCH)
    ]
    rows.append(["converged at epoch", "about 25", *(found or ("-" if runs else NOT_RUN) for found in converged)])
    return table(["", "published", *twin_columns(runs)], rows)


def say(page: Page, runs: Runs) -> None:
    hand, torch = runs.where(HAND), runs.where(TORCH)
    test = [twin.mean(last("test_accuracy")) for twin in (hand, torch)]
    page.fill(test_by_hand=test[0], test_in_torch=test[1])
    chance = standard_error(PUBLISHED["test"][30], TEST_IMAGES)
    page.claim(
        "test accuracy is at most one standard error below the published",
        min(test) >= PUBLISHED["test"][30] - chance,
        by_hand=test[0],
        in_PyTorch=test[1],
        published=PUBLISHED["test"][30],
        standard_error=chance,
    )
    val = hand.mean(last("val_accuracy"))
    page.fill(val_short=PUBLISHED["val"][30] - val, val=val, val_chance=standard_error(val, HELD_OUT))
    early = {epoch: [twin.mean(at("val_accuracy", epoch)) for twin in (hand, torch)] for epoch in PUBLISHED["val"]}
    page.claim(
        "validation accuracy is below the published at each epoch",
        all(mean < PUBLISHED["val"][epoch] for epoch, means in early.items() for mean in means),
        **{f"epoch_{epoch}": ", ".join(f"{mean:.4f}" for mean in means) for epoch, means in early.items()},
    )
    held_out = {run.flat.get("data.seed") for run in runs}
    page.claim("all runs hold out the same images", len(held_out) == 1, values_of_data_seed=str(len(held_out)))
    apart = apart_at_first(runs.pairs)
    page.claim("the losses of twins differ by less than a thousandth after one epoch", apart < 1e-3, difference=apart)
    epochs = [run.summary["converged_epoch"] for run in runs.completed]
    found = [epoch for epoch in epochs if epoch is not None]
    page.claim(
        "the epochs at which seeds converged are at least three apart",
        len(found) > 0 and max(found) - min(found) >= 3,
        epochs=", ".join(map(str, epochs)),
    )


def drawing(runs: Runs) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        for place, (backend, name) in enumerate(NAMES.items(), start=1):
            axes = figure.add_subplot(1, 2, place)
            for number, run in enumerate(runs.where({"model.backend": backend}).completed):
                color = f"C{number}"
                m, smooth = run.metrics, run.smoothed
                axes.plot(m["epoch"], m["val_accuracy"], ".", color=color, alpha=0.5)
                axes.plot(m["epoch"], smooth, color=color, label=f"validation, seed {run.flat['seed']}")
                axes.plot(m["epoch"], m["test_accuracy"], ":", color=color, lw=1)
                epoch = run.summary["converged_epoch"]
                if epoch is not None:
                    axes.plot(epoch, smooth[list(m["epoch"]).index(epoch)], "o", ms=11, mfc="none", mec=color, mew=2)
            axes.plot(*zip(*PUBLISHED["val"].items(), strict=True), "kx", label="published, validation")
            axes.set_ylim(0.92, 0.985)
            style(axes, "epoch", "accuracy", f"{name} (dotted: test)")

    return draw
