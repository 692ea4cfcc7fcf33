"""hw5: what activation, learning rate, depth and width do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduction.page import Page, band, style, table
from reproduction.runs import HAND, NAMES, NOT_RUN, TEST, TORCH, Of, Runs, complete, last, seeds

ACTIVATIONS = ("relu", "tanh", "sigmoid", "leaky_relu")
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SIZES = {"depth": (1, 2, 3, 4, 5), "width": (10, 20, 50, 100, 200, 500)}
SPLITS = {"train": "training", "val": "validation", "test": "test"}
STUDIES = ("activation", "activation_learning_rate", "depth", "width")
VALIDATION = last("val_accuracy")


def tell(page: Page) -> None:
    studies = {name: page.runs(f"hw5_{name}") for name in STUDIES}
    rates = studies["activation_learning_rate"]
    page.fill(activation_seeds=seeds(studies["activation"]), activations=activations(studies["activation"]))
    page.fill(rate_seeds=seeds(rates), best_rates=best_rates(rates), relu_rates=relu_rates(rates))
    for key, what in {"depth": "hidden layers, 50 units each", "width": "units in each of two layers"}.items():
        page.fill(**{f"{key}_seeds": seeds(studies[key]), f"{key}_table": sizes(key, what, studies[key])})
    if any(runs.completed for runs in studies.values()):
        page.fill(picture=page.picture("hw5.png", "The four analyses of hw5", drawing(studies), (12, 8.5)))
    hand = {name: runs.where(HAND) for name, runs in studies.items()}
    told = Runs(run for runs in hand.values() if complete(runs) for run in runs)
    if told:
        page.fill(said_seeds=seeds(told))
    if complete(hand["activation"]):
        say_of_activations(page, hand["activation"])
    if complete(hand["activation_learning_rate"]):
        say_of_rates(page, hand["activation_learning_rate"])
    for key in SIZES:
        if complete(hand[key]):
            best = best_of(hand[key], f"model.{key}", SIZES[key])
            accuracy = hand[key].where({f"model.{key}": best}).mean(TEST)
            page.fill(**{f"best_{key}": best, f"best_{key}_accuracy": accuracy})


def accuracies(runs: Runs) -> list[str]:
    return [runs.cell(last(f"{split}_accuracy")) for split in SPLITS]


NAMES_OF_ACCURACIES = [f"{name} accuracy" for name in SPLITS.values()]


def both(runs: Runs) -> list[str]:
    """All accuracies by hand, and PyTorch's on the test split."""
    return [*accuracies(runs.where(HAND)), runs.where(TORCH).cell(TEST)]


NAMES_OF_BOTH = [*(f"{name} by hand" for name in NAMES_OF_ACCURACIES), "test accuracy in PyTorch"]


def error(split: str) -> Of:
    """The share of mistakes after the last epoch."""
    return lambda run: 1 - run.summary[split]["accuracy"]


def activations(runs: Runs) -> str:
    rows = []
    for activation in ACTIVATIONS:
        for twin in (HAND, TORCH):
            some = runs.where({"model.activation": activation}, twin)
            rows.append([activation, NAMES[twin["model.backend"]], *accuracies(some), some.cell(last("test_loss"))])
    return table(["", "", *NAMES_OF_ACCURACIES, "test loss"], rows)


def best_rates(runs: Runs) -> str:
    rows = []
    for activation in ACTIVATIONS:
        best = best_rate(runs, activation)
        some = runs.where({"model.activation": activation, "optimizer.lr": best})
        rows.append([activation, NOT_RUN if best is None else f"{best:g}", *both(some)])
    return table(["", "best lr", *NAMES_OF_BOTH], rows)


def relu_rates(runs: Runs) -> str:
    rows = []
    for rate in RATES:
        some = runs.where({"model.activation": "relu", "optimizer.lr": rate})
        cells = [some.where(twin).cell(error(split)) for split in ("train", "test") for twin in (HAND, TORCH)]
        rows.append([f"{rate:g}", *cells])
    return table(["lr", "training error by hand", "PyTorch", "test error by hand", "PyTorch"], rows)


def sizes(key: str, what: str, runs: Runs) -> str:
    return table(
        [what, *NAMES_OF_BOTH], [[str(value), *both(runs.where({f"model.{key}": value}))] for value in SIZES[key]]
    )


def best_of(runs: Runs, key: str, values: Sequence[float]) -> float | None:
    """The value of a key with the best validation accuracy by hand; None where none was trained to its end."""
    found = {value: runs.where(HAND, {key: value}) for value in values}
    means = {value: some.mean(VALIDATION) for value, some in found.items() if some.completed}
    return max(means, key=lambda value: means[value]) if means else None


def best_rate(runs: Runs, activation: str) -> float | None:
    return best_of(runs.where({"model.activation": activation}), "optimizer.lr", RATES)


def say_of_activations(page: Page, runs: Runs) -> None:
    means = {name: runs.where({"model.activation": name}).mean(TEST) for name in ACTIVATIONS}
    page.fill(relu=means["relu"], sigmoid=means["sigmoid"])
    others = [mean for name, mean in means.items() if name != "sigmoid"]
    page.fill(spread=max(others) - min(others))
    page.claim(
        "sigmoid is more than 0.1 below the others, and these are within 0.01",
        min(others) - means["sigmoid"] > 0.1 and max(others) - min(others) < 0.01,
        **means,
    )


def say_of_rates(page: Page, runs: Runs) -> None:
    best = {name: best_rate(runs, name) for name in ACTIVATIONS}
    if None in best.values():
        return
    means = {name: runs.where({"model.activation": name, "optimizer.lr": best[name]}).mean(TEST) for name in best}
    page.fill(sigmoid_rate=best["sigmoid"], sigmoid_at_best=means["sigmoid"])
    page.fill(rates_by_activation=", ".join(f"{rate:g} for {name}" for name, rate in best.items()))
    page.claim(
        "at their best rates all activations are within 0.01",
        max(means.values()) - min(means.values()) < 0.01,
        **means,
    )
    page.claim("each best rate is at least ten times 0.03", min(best.values()) >= 0.3, **best)


def drawing(studies: dict[str, Runs]) -> Callable[[Figure], None]:
    hand = {name: runs.where(HAND) for name, runs in studies.items()}

    def draw(figure: Figure) -> None:
        (first, second), (third, fourth) = figure.subplots(2, 2)
        draw_activations(first, hand["activation"])
        draw_rates(second, hand["activation_learning_rate"])
        draw_sizes(third, "depth", "hidden layers of 50", hand["depth"])
        draw_sizes(fourth, "width", "units in each of two layers", hand["width"])

    return draw


def draw_activations(axes: Axes, runs: Runs) -> None:
    for number, activation in enumerate(ACTIVATIONS):
        curves = [run.metrics for run in runs.where({"model.activation": activation}).completed]
        if curves:
            mean = 1 - sum(curve["test_accuracy"] for curve in curves) / len(curves)
            axes.plot(curves[0]["epoch"], mean, f"C{number}.-", label=activation)
    axes.set_yscale("log")
    style(axes, "epoch", "test error", "Activation, lr 0.03")


def draw_rates(axes: Axes, runs: Runs) -> None:
    for number, activation in enumerate(ACTIVATIONS):
        some = runs.where({"model.activation": activation})
        for split, look in (("test", "o-"), ("train", ".:")):
            groups = [some.where({"optimizer.lr": rate}).values(error(split)) for rate in RATES]
            band(axes, RATES, groups, fmt=look, color=f"C{number}", label=activation if split == "test" else None)
    axes.set(xscale="log", yscale="log")
    style(axes, "learning rate", "error after 15 epochs", "Learning rate (dotted: training error)")


def draw_sizes(axes: Axes, key: str, label: str, runs: Runs) -> None:
    for split, name in SPLITS.items():
        groups = [runs.where({f"model.{key}": value}).values(last(f"{split}_accuracy")) for value in SIZES[key]]
        band(axes, SIZES[key], groups, fmt="o-", label=name)
    axes.set_xscale("log" if key == "width" else "linear")
    axes.set_xticks(SIZES[key], [str(value) for value in SIZES[key]])
    axes.set_xticks([], minor=True)
    style(axes, label, "accuracy after 15 epochs", f"{key.capitalize()}, lr 0.03")
