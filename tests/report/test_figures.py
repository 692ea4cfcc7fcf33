"""Figures: the right kind for what varied, and no text on another one, with 3, 30 and 300 runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests.kit.comparisons import METRICS, made_up_study

from twinprop.report.figures import pictures
from twinprop.report.study import Study
from twinprop.report.style import Picture, scale_of, spread

SEEDS = {"seed": [0, 1, 2]}
RATES = [0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
NAMES = [
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "softplus",
    "identity",
    "a_very_long_name_of_mine",
]

STUDIES: dict[str, dict[str, list[Any]]] = {
    "one number": {"optimizer.lr": [0.001, 0.1, 1]},
    "names": {"model.activation": NAMES, **SEEDS},
    "lists and nothing": {"model.hidden": [None, [20], [20, 30]]},
    "a number and a name": {"optimizer.lr": RATES, "model.activation": NAMES[:4]},
    "more lines than can be told apart": {"optimizer.lr": RATES[:3], "model.activation": NAMES},
    "two names": {"model.init": ["torch", "normal"], "model.activation": NAMES[:3]},
    "two numbers": {"model.depth": [1, 2, 3, 4, 5], "model.width": [10, 20, 50, 100, 200, 500]},
    "many numbers": {"model.depth": list(range(1, 21)), "model.width": list(range(10, 160, 10))},
    "sampled": {"optimizer.lr": list(np.random.default_rng(0).uniform(0.001, 1, 30))},
    "four keys": {
        "a.x": [1, 2, 3],
        "a.y": ["x", "y"],
        "a.z": [True, False],
        "a.dropout": [0, 0.1, 0.2],
        "seed": [0, 1],
    },
    "seeds alone": {"seed": [3, 4, 5]},
    "schedules": {"scheduler.name": ["constant", "step", "cosine"], **SEEDS},
    "three hundred": {
        "optimizer.lr": RATES[:5],
        "model.activation": NAMES[:5],
        "model.width": [5, 20, 80, 320],
        **SEEDS,
    },
}


def texts(figure: Figure) -> Iterator[Text]:
    """What is written in a figure, but in the cells of a heat map and beside the lines of parallel coordinates."""
    for axes in figure.axes:
        yield from (axes.title, axes.xaxis.label, axes.yaxis.label)
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high and tick.label1.get_visible():
                    yield tick.label1
    for legend in figure.legends:
        yield from (*legend.get_texts(), legend.get_title())
    if figure._suptitle is not None:
        yield figure._suptitle


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Texts that lie on each other or reach out of the figure."""
    figure.draw_without_rendering()
    slanted = {each.get_text() for each in texts(figure) if each.get_rotation() % 90}
    boxes = [(each.get_text(), each.get_window_extent()) for each in texts(figure) if each.get_text().strip()]
    found = [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if not {one, other} <= slanted  # whose boxes meet where they do not
        and min(a.x1, b.x1) - max(a.x0, b.x0) > 1
        and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]
    whole = figure.bbox
    out = [(text, "") for text, box in boxes if not (whole.x0 - 1 <= box.x0 and box.x1 <= whole.x1 + 1)]
    return found + out


def drawn(study: Study) -> dict[str, Picture]:
    return {each.name: each for each in pictures(study)}


SLOW = ("many numbers", "three hundred", "four keys", "more lines than can be told apart", "two numbers")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in STUDIES]
)
def test_texts_do_not_overlap(name: str, recwarn: pytest.WarningsRecorder) -> None:
    metric = METRICS[list(STUDIES).index(name) % 2]
    study = made_up_study(STUDIES[name], failed=0.1, seed=4, metric=metric)
    found = drawn(study)
    assert {"result", "learning-curves"} <= {*found}
    for each in found.values():
        assert overlapping(each.figure) == [], each.name
        assert each.png.startswith(b"\x89PNG")
        assert b"<svg" in each.svg
    assert [str(warning.message) for warning in recwarn if issubclass(warning.category, UserWarning)] == []


@pytest.mark.slow
def test_kinds_of_figures() -> None:
    kinds = {name: {*drawn(made_up_study(STUDIES[name]))} for name in ("schedules", "four keys", "two numbers")}
    assert kinds["schedules"] == {"result", "learning-curves", "rates"}
    assert kinds["four keys"] == {"result", "learning-curves", "importance"}
    assert kinds["two numbers"] == {"result", "learning-curves"}
    twins = made_up_study({"model.backend": ["scratch", "torch"], "seed": [0, 1]})
    assert "twins" in drawn(twins)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.03, 0.1, 0.3], "log"),
        ([0.1, 0.2, 0.3], "linear"),
        ([1, 2, 3, 4, 5], "linear"),
        ([10, 20, 50, 100], "log"),
        ([16, 32, 64], "log"),
        ([0.1, 1], "log"),
        ([1, 2], "linear"),
        ([0, 0.1, 0.2], "linear"),
        ([0, 0.001, 0.01, 0.1], "names"),
    ],
)
def test_scales(values: list[float], scale: str) -> None:
    assert scale_of(values, True) == scale
    assert scale_of(values, False) == "names"


def test_error_bars_end_where_results_do() -> None:
    assert spread(0.99, 0.05, "val_accuracy") == pytest.approx((0.05, 0.01))
    below, above = spread(0.1, 0.2, "val_loss")
    assert 0 < below < 0.1, "a loss is above 0"
    assert above == 0.2


def test_a_line_is_the_mean_over_seeds_with_its_deviation() -> None:
    study = made_up_study({"optimizer.lr": [0.1, 0.2], **SEEDS})
    axes = drawn(study)["result"].figure.axes[0]
    validation = next(line for line in axes.get_lines() if line.get_label() == "validation")
    expected = [each.over_seeds("val_accuracy").mean for each in study.variants]
    np.testing.assert_allclose(validation.get_ydata(), expected)


EVIL = [r"$\frac{$", "$x^", "深度", "_hidden", "a\nb", "\x1b[2J", "{0}", "é"]


def test_values_are_drawn_as_they_are_whatever_their_letters(
    recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    for keys in ({"data.name": EVIL}, {"data.name": EVIL, "loss": EVIL[:3]}):
        assert len(drawn(made_up_study(keys))) == 2
    assert [str(warning.message) for warning in recwarn if issubclass(warning.category, UserWarning)] == []
    assert all("a figure: the font lacks" in record.message for record in caplog.records)


def test_a_figure_that_fails_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("twinprop.report.figures.learning_curves", lambda study: 1 / 0)
    study = made_up_study(STUDIES["one number"], Path("sweep_of_its_own"))
    assert list(drawn(study)) == ["result"]
    assert "the figure of the learning curves: left out" in caplog.text
