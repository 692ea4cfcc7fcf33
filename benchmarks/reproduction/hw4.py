"""hw4: a network class by hand against torch.nn, and how long an epoch takes."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from reproduction.page import Page, table
from reproduction.runs import (
    HAND,
    NAMES,
    TORCH,
    Runs,
    complete,
    highest,
    last,
    lowest,
    seconds,
    seeds,
    twin_columns,
)

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
TRAINING, VALIDATION, ACCURACY = lowest("train_loss"), lowest("val_loss"), highest("test_accuracy")
FIGURES = {
    "lowest training loss": (TRAINING, 6),
    "lowest validation loss": (VALIDATION, 5),
    "highest test accuracy": (ACCURACY, 4),
    "test accuracy after epoch 20": (last("test_accuracy"), 4),
}
"""Each with the digits that it is told with."""

PUBLISHED = {"scratch": (0.0001416, 0.0035037, 0.9781), "torch": (0.0163, 0.0154754, 0.9094)}
"""The first three of them."""

SECONDS = {"scratch": 9.1683, "torch": 14.6034}
AIM = 2.5
"""How many times as fast as PyTorch we wanted to be."""


def tell(page: Page) -> None:
    runs = {backend: page.runs(f"hw4_{backend}") for backend in NAMES}
    alone = {backend: page.runs(f"hw4_{backend}_alone") for backend in NAMES}
    page.fill(**{f"{backend}_table": beside(backend, runs[backend], alone[backend]) for backend in NAMES})
    rates, weights = page.runs("hw4_scratch_rates"), page.runs("hw4_torch_weights")
    rows = [
        [f"{rate:g}", *(rates.where({"optimizer.lr": rate}).cell(of, digits) for of, digits in FIGURES.values())]
        for rate in (4.0, 8.0)
    ]
    page.fill(rates_seeds=seeds(rates), rates_table=table(["lr", *FIGURES], rows))
    hand = runs["scratch"].where(HAND)
    if complete(hand, rates):
        say_by_hand(page, hand, rates)
    if complete(*(some.where(twin) for some in runs.values() for twin in (HAND, TORCH))):
        say_of_twins(page, runs)
    if complete(weights):
        say_of_weights(page, weights)
    if complete(*alone.values()):
        say_of_seconds(page, *alone.values())


def beside(backend: str, runs: Runs, alone: Runs) -> str:
    """What was published of a twin, and both of ours."""
    published = [*(f"{figure}" for figure in PUBLISHED[backend]), ""]
    rows = [
        [name, figure, *(runs.where(twin).cell(of, digits) for twin in (HAND, TORCH))]
        for figure, (name, (of, digits)) in zip(published, FIGURES.items(), strict=True)
    ]
    timed = [alone.where(twin).cell(seconds("per_epoch"), 2, "") for twin in (HAND, TORCH)]
    rows.append(["seconds an epoch", f"{SECONDS[backend]}", *timed])
    return table(["", f"published, {NAMES[backend]}", *twin_columns(runs)], rows)


def say_by_hand(page: Page, hand: Runs, rates: Runs) -> None:
    published_training, published_validation, published = PUBLISHED["scratch"]
    four = rates.where({"optimizer.lr": 4.0})
    accuracy, loss = four.mean(ACCURACY), four.mean(VALIDATION)
    page.fill(short=published - hand.mean(ACCURACY), best_seed=max(hand.values(ACCURACY)))
    page.fill(accuracy_at_4=accuracy, val_loss_at_4=loss, train_loss_at_4=four.mean(TRAINING))
    page.claim(
        "at lr 1 the accuracy by hand is below the published",
        hand.mean(ACCURACY) < published,
        by_hand=hand.mean(ACCURACY),
        published=published,
    )
    page.claim(
        "at lr 4 accuracy and validation loss by hand are no worse than the published",
        accuracy >= published and loss <= published_validation,
        accuracy=accuracy,
        published_accuracy=published,
        loss=loss,
        published_loss=published_validation,
    )
    reached = min([*hand.values(TRAINING), *rates.values(TRAINING)])
    page.claim(
        "no run by hand reaches the published training loss",
        reached > published_training,
        lowest=reached,
        published=published_training,
    )


def say_of_twins(page: Page, runs: dict[str, Runs]) -> None:
    torch, published = runs["torch"].where(TORCH), PUBLISHED["torch"]
    accuracy = torch.mean(ACCURACY)
    page.fill(torch_accuracy=accuracy)
    ours = [torch.mean(of) for of in (TRAINING, VALIDATION, ACCURACY)]
    away = [abs(mine / theirs - 1) for mine, theirs in zip(ours, published, strict=True)]
    page.claim(
        "at lr 0.1 each figure is within a fifth of torch.nn's, and accuracy at most 0.01 below",
        max(away) < 0.2 and 0 < published[2] - accuracy < 0.01,
        accuracy=accuracy,
        published=published[2],
        furthest=max(away),
    )
    apart = max(
        abs(some.where(HAND).mean(of) / some.where(TORCH).mean(of) - 1)
        for some in runs.values()
        for of, _ in FIGURES.values()
    )
    page.claim("no figure of the twins differs by more than half a percent", apart < 0.005, furthest=apart)


def say_of_weights(page: Page, weights: Runs) -> None:
    squashed, linear = (weights.where({"model.output_activation": name}) for name in ("sigmoid", "identity"))
    page.fill(with_sigmoid=squashed.cell(ACCURACY), without_sigmoid=linear.cell(ACCURACY))
    page.claim(
        "with torch.nn's own weights the published accuracy lies between those with and without a sigmoid",
        squashed.mean(ACCURACY) < PUBLISHED["torch"][2] < linear.mean(ACCURACY),
        with_sigmoid=squashed.mean(ACCURACY),
        without=linear.mean(ACCURACY),
        published=PUBLISHED["torch"][2],
    )


def say_of_seconds(page: Page, hand: Runs, torch: Runs) -> None:
    m = measured("hw4: 784-200-100-50-10, batch 16")
    ours, eager, plain = m["twinprop, by hand"], m["eager"], m["plain"]
    faster = torch.mean(seconds("per_epoch")) / hand.mean(seconds("per_epoch"))
    page.fill(faster=faster, published_faster=SECONDS["torch"] / SECONDS["scratch"])
    page.fill(ours=ours, plain=plain, eager=eager, products=m["products"])
    page.fill(plain_longer=plain / ours, eager_longer=eager / ours)
    page.claim("by hand is faster than PyTorch in the same loop", faster > 1, times=faster)
    page.claim(
        "to a digit, 2.5 times are met beside PyTorch in the same loop, and not beside the barest",
        round(faster, 1) >= AIM > round(eager / ours, 1),
        same_loop=faster,
        barest=eager / ours,
    )


def measured(network: str) -> dict[str, float]:
    """Seconds an epoch of each way to train a network, from its table in benchmarks/RESULTS.md."""
    lines = RESULTS.read_text(encoding="utf-8").partition(f"| {network} |")[2].splitlines()
    rows = takewhile(lambda line: line.startswith("|"), lines[2:])
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return {name: float(seconds.split()[0]) for _, name, _, seconds, *_ in cells}
