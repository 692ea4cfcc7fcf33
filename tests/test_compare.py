"""What a sweep varied and what was best, against loops over all its runs."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from twinprop.app.compose import compose
from twinprop.config.schema import flatten
from twinprop.population.compare import Comparison, chosen, label, text, varied

METRICS = ["val_accuracy", "test_loss"]


def runs(keys: dict[str, list[Any]], seed: int = 0, failed: float = 0.0) -> tuple[list[dict[str, Any]], list[Any]]:
    """Every combination of values, and made-up results; a share of them without any."""
    rng = np.random.default_rng(seed)
    configurations = [dict(zip(keys, values, strict=True)) for values in product(*keys.values())]
    summaries = []
    for _ in configurations:
        splits = {s: {"accuracy": rng.random(), "loss": rng.random() * 100} for s in ("train", "val", "test")}
        summaries.append({} if rng.random() < failed else splits)
    return configurations, summaries


@given(st.integers(0, 99), st.sampled_from(METRICS), st.sampled_from([0.0, 0.3]))
def test_best_with_each_value(seed: int, metric: str, failed: float) -> None:
    keys = {"optimizer.lr": [0.1, 0.01, 1.0], "model.activation": ["tanh", "relu"], "seed": [0, 1, 2]}
    configurations, summaries = runs(keys, seed, failed)
    split, what = metric.split("_")
    expected = {}
    for one, other in (("optimizer.lr", "model.activation"), ("model.activation", "optimizer.lr")):
        for value in keys[one]:
            found = []
            for second in keys[other]:
                results = [
                    summary[split][what]
                    for configuration, summary in zip(configurations, summaries, strict=True)
                    if configuration[one] == value and configuration[other] == second and summary
                ]
                if results:
                    spread = f" ± {stdev(results):.4f}" if len(results) > 1 else ""
                    found.append((fmean(results), f"{label(other)}={text(second)}", f"{fmean(results):.4f}{spread}"))
            if found:
                best = max(found) if what == "accuracy" else min(found)
                expected[f"{label(one)}={text(value)}"] = best[1:]
    rows = Comparison(configurations, summaries, metric).best()
    assert {row["with"]: (row["best at"], row[metric]) for row in rows} == expected


def test_numbers_are_in_their_order_and_names_as_they_came() -> None:
    comparison = Comparison(*runs({"lr": [1, 0.1, 10], "activation": ["tanh", "elu"]}), METRICS[0])
    rows = [row["with"] for row in comparison.best()]
    assert rows == ["lr=0.1", "lr=1", "lr=10", "activation=tanh", "activation=elu"]


def test_one_key_has_its_table_already() -> None:
    assert Comparison(*runs({"lr": [1, 2], "seed": [1, 2]}), METRICS[0]).best() == []


def flat(*words: str) -> dict[str, Any]:
    return flatten(compose(words))


def test_what_comes_with_a_choice_was_not_chosen() -> None:
    configurations = [flat(f"optimizer={name}") for name in ("sgd", "adam", "rmsprop")]
    assert {"optimizer.betas", "optimizer.lr", "optimizer.name"} < set(varied(configurations))
    assert chosen(configurations) == ["optimizer.name"]


def test_what_was_chosen_within_a_choice_is_kept() -> None:
    configurations = [flat(f"optimizer={name}", f"optimizer.lr={lr}") for name in ("sgd", "adam") for lr in (0.1, 1)]
    assert chosen(configurations) == ["optimizer.name", "optimizer.lr"]


PICTURES: dict[str, tuple[dict[str, list[Any]], int]] = {
    "one number": ({"optimizer.lr": [0.001, 0.1, 1]}, 1),
    "one name": ({"model.activation": ["relu", "tanh"], "seed": [1, 2]}, 1),
    "lists and nothing": ({"model.hidden": [None, [20], [20, 30]]}, 1),
    "a number and a name": ({"optimizer.lr": [0.1, 1], "model.activation": ["relu", "tanh"]}, 1),
    "two names": ({"model.init": ["torch", "normal"], "model.activation": ["relu", "tanh"]}, 1),
    "more lines than can be told apart": ({"model.depth": list(range(12)), "model.width": list(range(1, 14))}, 2),
    "four keys": ({"a": [1, 2], "b": ["x", "y"], "c": [True, False], "d": [None, 3]}, 4),
    "seeds alone": ({"seed": [3, 4, 5]}, 1),
}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", PICTURES)
def test_every_sweep_can_be_drawn(
    name: str, metric: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    from matplotlib.figure import Figure

    figures: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda self, *a, **k: (figures.append(self), save(self, *a, **k))[1])
    keys, panels = PICTURES[name]
    comparison = Comparison(*runs(keys, failed=0.2, seed=4), metric)
    assert comparison.draw(tmp_path / "sweep.png")
    with Image.open(tmp_path / "sweep.png") as image:
        assert image.format == "PNG"
    assert len(figures[0].axes) == panels
    assert [str(warning.message) for warning in recwarn] == []


def test_a_line_shows_mean_and_deviation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.axes import Axes

    drawn = []
    draw = Axes.errorbar
    monkeypatch.setattr(
        Axes, "errorbar", lambda self, *args, **k: (drawn.append((*args, k["label"])), draw(self, *args, **k))[1]
    )
    configurations, summaries = runs({"optimizer.lr": [1.0, 0.1], "model.depth": [1, 2, 3], "seed": [1, 2, 3]})
    Comparison(configurations, summaries, "val_accuracy").draw(tmp_path / "sweep.png")
    assert [line[3] for line in drawn] == ["0.1", "1"]
    for (places, means, deviations, _), lr in zip(drawn, (0.1, 1.0), strict=True):
        assert places == [1, 2, 3]
        for place, mean, deviation in zip(places, means, deviations, strict=True):
            values = [
                summary["val"]["accuracy"]
                for each, summary in zip(configurations, summaries, strict=True)
                if (each["optimizer.lr"], each["model.depth"]) == (lr, place)
            ]
            assert math.isclose(mean, fmean(values))
            assert math.isclose(deviation, stdev(values))


@pytest.mark.parametrize("keys", [{}, {"optimizer.lr": [0.1]}])
def test_where_nothing_was_varied_nothing_is_drawn(keys: dict[str, list[Any]], tmp_path: Path) -> None:
    assert not Comparison(*runs(keys), METRICS[0]).draw(tmp_path / "sweep.png")
    assert not Comparison(*runs({"optimizer.lr": [0.1, 1]}, failed=1.0), METRICS[0]).draw(tmp_path / "sweep.png")
    assert not list(tmp_path.iterdir())


def test_values_that_were_tried_once_are_left_to_the_table_of_jobs() -> None:
    rng = np.random.default_rng(0)
    configurations = [{"optimizer.lr": rng.random(), "model.activation": name} for name in ("tanh", "relu") * 5]
    summaries = [{"val": {"accuracy": rng.random(), "loss": 1.0}} for _ in configurations]
    rows = [row["with"] for row in Comparison(configurations, summaries, "val_accuracy").best()]
    assert rows == ["activation=tanh", "activation=relu"]
