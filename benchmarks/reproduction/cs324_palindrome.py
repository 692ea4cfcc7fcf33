"""cs324: an RNN on palindromes, by their length."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from matplotlib.figure import Figure

from reproduction.page import Page, band, style, table
from reproduction.runs import HAND, NAMES, TEST, TORCH, Runs, apart_at_first, complete, last, twin_columns

LENGTHS = (3, 5, 7, 10, 15, 20)
BEST = 5
"""The length that was published as best."""

LONG, CHANCE = 15, 10
"""From these lengths on seeds are far apart, and twins are."""

GUESS = 0.1
SOLVED = 0.999


def tell(page: Page) -> None:
    runs = page.runs("palindrome_scratch", "palindrome_torch")
    page.fill(accuracies=accuracies(runs))
    if runs.completed:
        page.fill(picture=page.picture("cs324-palindrome.png", "Accuracy against length", drawing(runs), (7, 4)))
    hand, torch = runs.where(HAND), runs.where(TORCH)
    if complete(*by_length(hand).values()):
        say_of_lengths(page, by_length(hand))
    if complete(*by_length(hand).values(), *by_length(torch).values()):
        say_of_twins(page, runs)


def by_length(runs: Runs) -> dict[int, Runs]:
    return {length: runs.where({"data.length": length}) for length in LENGTHS}


def accuracies(runs: Runs) -> str:
    rows = []
    for length, some in by_length(runs).items():
        cells = [
            some.where(twin).cell(last(f"{split}_accuracy")) for twin in (HAND, TORCH) for split in ("train", "test")
        ]
        rows.append([str(length), "best" if length == BEST else "worse", *cells])
    names = [f"{name}, {split}" for name in twin_columns(runs) for split in ("training", "test")]
    return table(["length", "published", *names], rows)


def say_of_lengths(page: Page, hand: dict[int, Runs]) -> None:
    means = {length: runs.mean(TEST) for length, runs in hand.items()}
    shown = {f"length_{length}": mean for length, mean in means.items()}
    solved = [length for length, runs in hand.items() if min(runs.values(TEST)) > SOLVED]
    page.fill(longest=means[LENGTHS[-1]], shortest=means[LENGTHS[0]], solved=", ".join(map(str, solved)))
    page.claim(
        "by hand each length from 15 on is worse than each shorter one",
        max(mean for length, mean in means.items() if length >= LONG)
        < min(mean for length, mean in means.items() if length < LONG),
        **shown,
    )
    long = [length for length in LENGTHS if length >= LONG]
    page.claim(
        "by hand, from length 15 on, seeds are further apart than the means of neighbouring lengths",
        all(max(hand[a].spread(TEST), hand[b].spread(TEST)) > abs(means[a] - means[b]) for a, b in pairwise(long)),
        **{f"length_{length}": hand[length].cell(TEST) for length in long},
    )
    page.claim(
        "by hand all seeds solve length 5 and its neighbours",
        {LENGTHS[LENGTHS.index(BEST) + step] for step in (-1, 0, 1)} <= set(solved),
        **shown,
    )


def say_of_twins(page: Page, runs: Runs) -> None:
    pairs = {length: some.pairs for length, some in by_length(runs).items()}
    first = apart_at_first(pairs[LENGTHS[0]])
    page.claim(
        "at length 3 the losses of twins differ by no more than rounding after the first epoch",
        first < 1e-5,
        difference=first,
    )
    apart = {length: max((abs(TEST(a) - TEST(b)) for a, b in some), default=math.nan) for length, some in pairs.items()}
    page.claim(
        "from length 10 on some twins end more than 0.1 of accuracy apart, and at shorter lengths none",
        all((difference > 0.1) == (length >= CHANCE) for length, difference in apart.items()),
        **{f"length_{length}": difference for length, difference in apart.items()},
    )
    lost = [TEST(run) for run in runs if last("train_accuracy")(run) > 0.9 and TEST(run) < 2 * GUESS]
    page.claim(
        "a run ends with the accuracy of a guess after an epoch with more than 0.9",
        len(lost) > 0,
        such_runs=len(lost),
    )


def drawing(runs: Runs) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for color, (backend, name) in enumerate(NAMES.items()):
            some = by_length(runs.where({"model.backend": backend}))
            groups = [some[length].values(TEST) for length in LENGTHS]
            band(axes, LENGTHS, groups, fmt=("o-", "s--")[color], color=f"C{color}", label=name)
        axes.axhline(GUESS, color="0.6", ls=":", label="a guess")
        axes.set_xticks(LENGTHS)
        axes.set_ylim(0, 1.05)
        style(axes, "length of the palindrome", "test accuracy, 50 epochs")

    return draw
