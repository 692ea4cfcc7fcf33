"""A sweep as a picture: what is drawn, for each kind of key that may be varied."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from PIL import Image
from tests.kit.comparisons import METRICS, made_up_runs

from twinprop.population.compare import Comparison
from twinprop.population.plot import draw_comparison

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
    comparison = Comparison(*made_up_runs(keys, failed=0.2, seed=4), metric)
    assert draw_comparison(comparison, tmp_path / "sweep.png")
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
    configurations, summaries = made_up_runs({"optimizer.lr": [1.0, 0.1], "model.depth": [1, 2, 3], "seed": [1, 2, 3]})
    draw_comparison(Comparison(configurations, summaries, "val_accuracy"), tmp_path / "sweep.png")
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
    assert not draw_comparison(Comparison(*made_up_runs(keys), METRICS[0]), tmp_path / "sweep.png")
    without_results = made_up_runs({"optimizer.lr": [0.1, 1]}, failed=1.0)
    assert not draw_comparison(Comparison(*without_results, METRICS[0]), tmp_path / "sweep.png")
    assert not list(tmp_path.iterdir())


EVIL = [r"$\frac{$", "$x^", "深度", "_hidden", "a\nb", "\x1b[2J", "{0}", "é"]


def test_values_are_drawn_as_they_are_whatever_their_letters(
    tmp_path: Path, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    for keys in ({"data.name": EVIL}, {"data.name": EVIL, "seed": [1, 2]}, {"data.name": EVIL, "loss": EVIL[:3]}):
        comparison = Comparison(*made_up_runs(keys), "val_accuracy")
        assert draw_comparison(comparison, tmp_path / "sweep.png")
    assert [str(warning.message) for warning in recwarn] == []
    assert all("the picture: the font lacks 深 度" in record.message for record in caplog.records)
    assert len(caplog.records) == 3


def test_a_link_in_place_of_the_picture_is_replaced_and_not_followed(tmp_path: Path) -> None:
    thesis, picture = tmp_path / "thesis.txt", tmp_path / "sweep.png"
    thesis.write_text("years of work")
    picture.symlink_to(thesis)
    assert draw_comparison(Comparison(*made_up_runs({"optimizer.lr": [0.1, 1]}), "val_accuracy"), picture)
    assert thesis.read_text() == "years of work"
    assert not picture.is_symlink()
