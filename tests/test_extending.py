"""Every example of docs/extending.md, as it stands there: in both twins, in stacks, and through gradcheck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.kit.commands import in_process
from tests.kit.plugins import examples, forgotten

import twinprop
from twinprop.__main__ import main
from twinprop.app.compose import compose
from twinprop.config import extend
from twinprop.learners.first_use import doubts, unstackable

SMALL = ["train.epochs=2", "model.dtype=float64", "model.width=6", "train.eval_every=2"]
CHOICES = {
    "cube.py": ["model.activation=cube", "data=moons"],
    "scaled.py": ["model=scaled", "data=moons"],
    "smooth_l1.py": ["loss=smooth_l1", "loss.beta=0.5", "data=moons"],
    "adamax.py": ["optimizer=adamax", "data=moons"],
    "inverse.py": ["scheduler=inverse", "data=moons"],
    "lecun.py": ["model.init=lecun_uniform", "data=moons"],
    "rings.py": ["data=rings", "data.rings=4"],
}


@pytest.fixture(autouse=True)
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    monkeypatch.chdir(tmp_path)
    with forgotten():
        yield [path.name for path in examples(tmp_path)]


def test_the_page_holds_one_of_each_kind(page: list[str]) -> None:
    assert page == list(CHOICES)
    for name in page:
        compose([f"plugins={name}"])
    assert {kind for kind, _ in extend.ORIGINS} == set(extend.KINDS)


@pytest.mark.parametrize("name", CHOICES)
def test_both_twins_train_it_alike(name: str) -> None:
    losses = []
    for backend in ("scratch", "torch"):
        words = [*CHOICES[name], *SMALL, f"model.backend={backend}", f"plugins={name}", f"hydra.run.dir={backend}"]
        losses.append(twinprop.train(*words).metrics[["train_loss", "val_loss", "test_loss"]].to_numpy())
        assert (Path(backend) / "plugins" / name).read_text("utf-8") == Path(name).read_text("utf-8")
    np.testing.assert_allclose(*losses, rtol=1e-9)


@pytest.mark.parametrize("name", CHOICES)
def test_nothing_is_told_of_it_and_it_stacks(name: str) -> None:
    for backend in ("scratch", "torch"):
        config = compose([*CHOICES[name], *SMALL, f"model.backend={backend}", f"plugins={name}"])
        assert list(doubts(config, (2,), 2)) == []
        assert unstackable(config, (2,), 2) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", CHOICES)
def test_stacks_train_it_as_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [*CHOICES[name], *SMALL, f"plugins={name}", "hydra.launcher.workers=1", "hydra.sweep.dir=sweep"]
    varied = ["model.backend=scratch,torch", "optimizer.lr=0.01,0.03"]
    assert in_process(monkeypatch, tmp_path, "-m", *words, *varied) == (0, "")
    assert capfd.readouterr().out.count("one stack") == 2
    for path in Path("sweep").glob("*/metrics.csv"):
        found = re.search(r"backend-(\w+)_lr-([\d.]+)", path.parent.name)
        assert found is not None
        alone = twinprop.train(
            *CHOICES[name], *SMALL, f"plugins={name}", f"model.backend={found[1]}", f"optimizer.lr={found[2]}"
        )
        together = twinprop.load(path.parent)
        columns = ["train_loss", "val_loss", "test_loss"]
        np.testing.assert_allclose(together.metrics[columns], alone.metrics[columns], rtol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cube.py", "scaled.py", "smooth_l1.py", "lecun.py"])
def test_gradcheck_passes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gradcheck", f"plugins={name}", *CHOICES[name], "model.width=6"]) == 0
    assert "gradients agree" in capsys.readouterr().out
