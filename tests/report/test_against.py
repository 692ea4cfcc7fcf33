"""A report of numbers shows predicted against true ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twinprop.config.schema import Config
from twinprop.data.sklearn_tables import Diabetes
from twinprop.models.mlp import MLP
from twinprop.report.against import against_picture
from twinprop.report.figures import pictures
from twinprop.report.study import Study
from twinprop.run.measured import measure
from twinprop.run.saved import load
from twinprop.run.single import execute
from twinprop.scratch.losses import MSELoss
from twinprop.training.plan import TrainConfig


def test_the_picture_has_every_test_row(tmp_path: Path) -> None:
    execute(Config(data=Diabetes(), loss=MSELoss(), model=MLP(width=8), train=TrainConfig(epochs=2)), tmp_path / "run")
    run = load(tmp_path / "run")
    picture, found = against_picture(run, "the network"), measure(run)
    assert picture is not None
    line, points = picture.figure.axes[0].lines
    np.testing.assert_allclose(points.get_xdata(), found.true)
    np.testing.assert_allclose(points.get_ydata(), found.predicted)
    assert line.get_xdata()[0] == line.get_ydata()[0]
    assert f"of 88 test rows: RMSE {found.results['rmse']:.5g}" in picture.caption
    assert "predictions" in [each.name for each in pictures(Study("runs", [run]))]
