"""cs324: an MLP on CIFAR-10."""

from __future__ import annotations

from reproduction.page import Page, table
from reproduction.runs import HAND, TORCH, Record, Runs, complete, last, lowest, twin_columns

GUESS = 0.1
"""The accuracy of a guess between ten classes."""

FIGURES = {
    "test accuracy, last epoch": last("test_accuracy"),
    "training accuracy, last epoch": last("train_accuracy"),
    "test loss, last epoch": last("test_loss"),
}


def tell(page: Page) -> None:
    runs = page.runs("cs324_cifar_mlp")
    rows = [[name, "no figures", *(runs.where(t).cell(of) for t in (HAND, TORCH))] for name, of in FIGURES.items()]
    rows.append(["epochs", "not published", *(runs.where(twin).cell(epochs, 0) for twin in (HAND, TORCH))])
    page.fill(results=table(["", "published", *twin_columns(runs)], rows))
    page.fill_jpeg(runs)
    hand = runs.where(HAND)
    if complete(hand):
        say(page, hand)


def epochs(run: Record) -> int:
    return run.summary["epochs"]


def say(page: Page, runs: Runs) -> None:
    train, end, least = (runs.mean(of) for of in (last("train_accuracy"), last("test_loss"), lowest("test_loss")))
    page.fill(train=train)
    page.claim(
        "training accuracy is below 0.7, and the test loss ends within a hundredth of its lowest",
        train < 0.7 and end < 1.01 * least,
        training_accuracy=train,
        test_loss=end,
        lowest=least,
    )
    third = runs.mean(after_a_third)
    page.claim(
        "more than half of what is learnt comes in the first third of the epochs",
        third - GUESS > (train - GUESS) / 2,
        after_a_third=third,
        at_the_end=train,
    )


def after_a_third(run: Record) -> float:
    """The training accuracy when the rate is first divided."""
    m = run.metrics
    return float(m.loc[m["epoch"] <= run.summary["epochs"] / 3, "train_accuracy"].iloc[-1])
