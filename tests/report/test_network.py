"""The report of a run by itself: its curves, what its network learnt and looks like inside, its results."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import rc_context
from PIL import Image

import twinprop
from twinprop.report.figures import parts
from twinprop.report.network import MOST_COMPARED, sizes_of, sizes_picture
from twinprop.report.page import write_report
from twinprop.report.regions import regions_picture
from twinprop.report.runs import find_runs, sweeps_of
from twinprop.report.single import answer, results_table
from twinprop.report.study import Study, studies
from twinprop.report.style import STYLE, Picture
from twinprop.run.pace import Pace
from twinprop.run.saved import Run

HAND = ["model.backend=scratch", "train.epochs=4"]


class Runs(dict[str, Run]):
    """A run of each kind of data, trained when it is first asked for, whose network was looked at whatever it took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        curve = folder / "curve.csv"
        curve.write_text("time,height\n" + "".join(f"{each},{100 * each}\n" for each in np.linspace(2, 4, 60)))
        self.words = {
            "moons": ["data=moons", "data.n_samples=200"],
            "digits": ["data=digits", "model.activation=sigmoid"],
            "curve": ["data=csv", f"data.file={curve}", "data.target=height", "loss=mse"],
            "diabetes": ["data=diabetes"],
            "sequence": ["data=digits", "model=rnn"],
        }

    def __missing__(self, name: str) -> Run:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Pace, "due", lambda self: True)
            self[name] = twinprop.train(*HAND, *self.words[name], f"hydra.run.dir={self.folder}/{name}")
        return self[name]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"))


def study_of(run: Run) -> Study:
    found = find_runs([str(run.path)], print)
    (study,) = studies(found, sweeps_of(found))
    return study


def drawn(run: Run) -> dict[str, Any]:
    """The figures of a run, before they are files."""
    with rc_context(STYLE):
        made = [make() for _, make in parts(study_of(run))]
    return {each.name: each for each in made if each is not None}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("moons", ["curves", "regions", "as-it-learns", "confusion", "layers"]),
        ("digits", ["curves", "first-layer", "confusion", "mistakes", "layers"]),
        ("curve", ["curves", "fit", "as-it-learns", "layers"]),
        pytest.param("diabetes", ["curves", "predictions", "layers"], marks=pytest.mark.slow),
        pytest.param(
            "sequence",
            ["curves", "accuracy-by-position", "confusion", "mistakes", "layers"],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_what_a_run_shows_follows_from_its_data(name: str, expected: list[str], runs: Runs) -> None:
    assert list(drawn(runs[name])) == expected


@pytest.mark.slow
def test_the_animation_has_a_frame_for_each_epoch_that_was_seen(runs: Runs, tmp_path: Path) -> None:
    page = write_report([study_of(runs["moons"])], tmp_path).read_text()
    assert "data:image/gif;base64" in page
    assert "plots/as-it-learns.gif" in (tmp_path / "report.md").read_text()
    with Image.open(tmp_path / "plots" / "as-it-learns.gif") as image:
        assert getattr(image, "n_frames") == 4  # noqa: B009  # of one format alone
        frames = []
        for at in range(4):
            image.seek(at)
            frames.append(np.asarray(image.convert("RGB")).astype(int))
        assert image.info["loop"] == 0
    assert all((abs(a - b).sum(-1) > 30).mean() > 0.01 for a, b in pairwise(frames))


def test_axes_have_the_units_of_the_data(runs: Runs) -> None:
    axes = drawn(runs["curve"])["fit"].figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time", "height")
    dots = axes.get_lines()[0]
    np.testing.assert_allclose(dots.get_ydata(), 100 * dots.get_xdata(), rtol=1e-5)
    low, high = axes.get_xlim()
    assert 1.8 < low < 2.1
    assert 3.9 < high < 4.2


def test_gradients_vanish_in_a_deep_sigmoid_network(runs: Runs) -> None:
    sizes = sizes_of(runs["digits"], "size_of_gradients")
    assert list(sizes) == ["linear1", "linear2", "output"]
    assert all(epochs == [1, 2, 3, 4] for epochs, _ in sizes.values())
    first, middle, last = (values[0] for _, values in sizes.values())
    assert first < middle < last


@pytest.mark.slow
def test_choices_stand_side_by_side_on_one_scale(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [runs["digits"], runs["sequence"]]
    study = Study("both", some, Path("both"))
    with rc_context(STYLE):
        picture = sizes_picture(study)
    assert picture is not None
    assert len(study.ranked) <= MOST_COMPARED
    axes = picture.figure.axes
    assert len(axes) == 4
    for row in (axes[:2], axes[2:]):
        assert row[0].get_ylim() == row[1].get_ylim()
        low, high = row[0].get_ylim()
        values = np.concatenate([line.get_ydata() for each in row for line in each.get_lines()])
        assert low <= values.min() <= values.max() <= high


def test_a_run_without_notes_has_no_figure_of_layers(runs: Runs, tmp_path: Path) -> None:
    run = Run(tmp_path, runs["digits"].summary)
    run.keys, run.curves, run.overrides = runs["digits"].keys, runs["digits"].curves, []
    assert sizes_picture(Study("one", [run])) is None


def test_the_results_of_a_run(runs: Runs) -> None:
    run = runs["digits"]
    best = run.summary["best"]
    table = results_table(run)
    assert table.head[:4] == ["epoch", "training accuracy", "validation accuracy", "test accuracy"]
    assert table.rows[0][0].startswith(f"{best['epoch']}, best")
    assert table.rows[0][3] == f"{best['test']['accuracy']:.4f}"
    assert (
        f"epoch {best['epoch']}, which validation chose: test accuracy {best['test']['accuracy']:.4f}"
        in answer(run, "val_accuracy")[0]
    )
    assert study_of(run).question == "What did this network learn?"
    assert study_of(run).name == "digits"


@pytest.mark.parametrize("classes", [2, 10, 11])
def test_regions_of_up_to_ten_classes(classes: int, runs: Runs) -> None:
    from twinprop.report.mistakes import Predictions

    rng = np.random.default_rng(0)
    run = Run(runs["moons"].path, runs["moons"].summary)
    monkey = rng.random((classes, 2))
    run.outputs = lambda x: x @ monkey.T  # type: ignore[method-assign]
    x = rng.normal(size=(50, 2))
    found = Predictions(x, rng.integers(0, classes, 50), run.outputs(x), [f"class {each}" for each in range(classes)])
    with rc_context(STYLE):
        picture = regions_picture(run, found, "the network")
    assert isinstance(picture, Picture) == (classes <= 10)
    if picture is not None:
        legend = [text.get_text() for text in picture.figure.legends[0].get_texts()]
        assert legend == [*found.classes, "wrong"]
