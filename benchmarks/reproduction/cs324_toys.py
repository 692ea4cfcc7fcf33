"""cs324: NumPy against PyTorch on toy data."""

from __future__ import annotations

import math
from collections.abc import Callable

from matplotlib.figure import Figure

from reproduction.page import Page, style, table
from reproduction.runs import (
    HAND,
    NOT_RUN,
    TEST,
    TORCH,
    Record,
    Runs,
    at,
    complete,
    furthest,
    last,
    seeds,
)

EPOCHS = {"moons": 1500, "circles": 5000, "blobs": 1500}
GUESS = math.log(2)
"""The loss of a guess between two classes."""

STILL = 0.995
"""Of the loss of a guess: what is above has not begun to fall."""


def tell(page: Page) -> None:
    long = {data: page.runs(f"cs324_{data}") for data in EPOCHS}
    short = {data: page.runs(f"cs324_{data}_batch_32") for data in EPOCHS}
    line = page.runs("cs324_moons_line")
    rows = []
    for data, epochs in EPOCHS.items():
        rows.append([data, f"128, {epochs:,}", *beside(long[data])])
        rows.append([data, "32, 150", *beside(short[data])])
    head = ["data", "batch, epochs", "accuracy, by hand", "PyTorch", "training loss, by hand", "PyTorch", "difference"]
    page.fill(seeds=seeds(long["moons"]), twins=table(head, rows))
    if any(runs.completed for runs in long.values()):
        page.fill(
            picture=page.picture("cs324-toys.png", "Training and test loss of both twins", drawing(long), (13, 4))
        )
    every = [*long.values(), *short.values()]
    if complete(*every) and all(runs.pairs for runs in every):
        say_of_twins(page, every)
    if complete(long["moons"], line):
        say_of_moons(page, long["moons"], line)
    if complete(long["circles"], short["circles"]):
        say_of_circles(page, long["circles"], short["circles"])


def beside(runs: Runs) -> list[str]:
    """Both twins, and how far apart they are."""
    cells = [runs.where(twin).cell(last(name)) for name in ("test_accuracy", "train_loss") for twin in (HAND, TORCH)]
    return [*cells, f"{furthest(runs.pairs):.1e}" if runs.pairs else NOT_RUN]


def say_of_twins(page: Page, every: list[Runs]) -> None:
    twins = [pair for runs in every for pair in runs.pairs]
    apart = furthest(twins)
    same = sum(TEST(a) == TEST(b) for a, b in twins)
    dtypes = {run.flat["model.dtype"] for runs in every for run in runs}
    page.fill(pairs=len(twins), furthest=apart, same=same, dtype=" and ".join(sorted(dtypes)))
    page.claim("no loss of twins differs by more than a thousandth", apart < 1e-3, furthest=apart)


def say_of_moons(page: Page, moons: Runs, line: Runs) -> None:
    network, straight = moons.mean(TEST), line.mean(TEST)
    page.fill(network=network, line=straight)
    page.claim(
        "on moons the network is at most 0.01 better than a straight line",
        network - straight <= 0.01,
        network=network,
        line=straight,
    )
    before, after = moons.mean(at("train_loss", EPOCHS["moons"] * 2 // 3)), moons.mean(last("train_loss"))
    page.claim(
        "on moons the training loss falls by less than a hundredth in the last third",
        after > 0.99 * before,
        before=before,
        after=after,
    )
    units = len(weights(moons[0]))
    looked = [directions(run) for run in moons]
    fewest, most = min(looked), max(looked)
    page.fill(units=units, directions=f"{fewest}" if fewest == most else f"{fewest} to {most}")
    page.claim(
        "hidden units look in at most a quarter as many directions as there are",
        0 < most <= units / 4,
        units=units,
        most_directions=most,
    )


def say_of_circles(page: Page, long: Runs, short: Runs) -> None:
    page.fill(guess=GUESS, still=round(long.mean(still), -2))
    lowest = min(run.metrics["train_loss"].min() for run in short)
    page.claim("with batch 32 no loss on circles begins to fall", lowest > STILL * GUESS, lowest=lowest, guess=GUESS)


def still(run: Record) -> float:
    """The epochs for which the loss stays at that of a guess."""
    m = run.metrics
    fallen = m.loc[m["train_loss"] < STILL * GUESS, "epoch"]
    return float(fallen.min() if len(fallen) else m["epoch"].max())


def weights(run: Record) -> list[tuple[float, float]]:
    """The last ones of each hidden unit."""
    last = Record(run.path, run.summary, "last").saved
    return [(x, y) for x, y in last["state_dict"]["linear1.weight"].astype(float).tolist()]


def directions(run: Record) -> int:
    """In how many directions the weights of hidden units point, to a degree, of those that are not next to 0."""
    return len({round(math.degrees(math.atan2(y, x))) for x, y in weights(run) if math.hypot(x, y) > 0.01})


def drawing(long: dict[str, Runs]) -> Callable[[Figure], None]:
    def draw(figure: Figure) -> None:
        for place, (data, runs) in enumerate(long.items(), start=1):
            axes = figure.add_subplot(1, 3, place)
            for run, twin in runs.pairs[:1]:
                a, b = run.metrics, twin.metrics
                for color, (split, name) in enumerate({"train": "training", "test": "test"}.items()):
                    look = {"color": f"C{color}", "lw": 4, "alpha": 0.4, "label": f"{name}, by hand"}
                    axes.plot(a["epoch"], a[f"{split}_loss"], **look)
                    axes.plot(b["epoch"], b[f"{split}_loss"], "--", color=f"C{color}", label=f"{name}, PyTorch")
            style(axes, "epoch", "loss", data)

    return draw
