"""Mistakes, jobs, commands and sweeps are the same where Hydra lacks the private parts that are used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from tests.kit.commands import ROOT
from tests.kit.hydra_parts import PARTS, take_away

from twinprop.app.diagnose import diagnose
from twinprop.app.sweep_jobs import SweepComposer

pytestmark = pytest.mark.usefixtures("hydra")


MISTAKES = [
    ["optimizer.lrr=1", "train.patience=3"],
    ["optimizer.lr=fast", "model.hidden=[3,4]"],
    ["+optimizer.lr=1", "+more={a:{b:[1,2]}}", "+more.a.c=x"],
    ["~nothing", "~seed=5", "~seed"],
    ["train=5", "train={epochs:0}"],
    ["label=${nope}", "seed=-1"],
    ["hydra.run.dri=x", "hydra.job.name=y"],
    ["optimizer=adan", "experiment=null", "data=moons"],
]


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_the_same_without_any_part(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    fast = diagnose([*words, "model.widht=3", "scheduler=cosine"])
    assert len(fast[0].problems) > 1
    take_away(monkeypatch)
    assert diagnose([*words, "model.widht=3", "scheduler=cosine"]) == fast


JOBS = [
    [],
    ["optimizer=adam", "optimizer.betas=[0.5,0.9]", "optimizer.lr=0.1"],
    ["data=moons", "data.noise=0.3", "seed=3"],
    ["train.epochs=3", "train={epochs:${seed}}", "seed=7"],
    ["hydra.job.name=other", "seed=4"],
    ["hydra.sweep.subdir=${seed}_${model.width}", "seed=4", "model.width=7"],
    ["hydra.output_subdir=null"],
    ["+data.more=1"],
    ["~train.patience"],
    ["optimizer.lr=-1"],
    ["model.widht=3"],
    ["optimizer=adan"],
]


def jobs_of(master: Any) -> list[Any]:
    """The jobs, composed one after the other; some twice, for what one leaves behind to be seen in the next."""
    composer = SweepComposer(GlobalHydra.instance().config_loader(), master)
    return [composer.job(number, overrides) for number, overrides in enumerate([*JOBS, *JOBS[:6]])]


@pytest.fixture(scope="module")
def jobs(master: Any) -> list[Any]:
    return jobs_of(master)


@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=pytest.mark.slow) for name in ("APPLY_OVERRIDES", "HYDRA_CONFIG")), "all"]
)
def test_jobs_are_the_same_without_a_part(
    name: str, master: Any, jobs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch, *([] if name == "all" else [name]))
    for one, other in zip(jobs, jobs_of(master), strict=True):
        assert (one, one.files) == (other, other.files), one.overrides


def run(folder: Path, *words: str, without_parts: bool) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own, with the private parts or without them."""
    code = "from twinprop.app import cli, hydra_internals\n"
    for name, gone in PARTS.items() if without_parts else ():
        code += f"hydra_internals.{name} = {gone!r}\n"
    code += "hydra_internals.lines_of = lambda fields: ['', '', '']\n" if without_parts else ""
    line = [sys.executable, "-c", f"{code}cli.main()", *words]
    folder.mkdir(exist_ok=True)
    own = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(line, cwd=folder, env=own, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize(
    "line",
    [
        "optimizer.lr=-1 model.widht=3 train.epochs=abc data=mnits",
        "-m optimizer.lr=0.1,abc +sweeps=[depth,typo]",
        "--optimizer.lr=0.1",
        "--cfg",
        "--cfg job optimizer.lr=0.3",
    ],
)
def test_a_command_says_the_same_without_any_part(line: str, tmp_path: Path) -> None:
    fast, slow = (run(tmp_path, *line.split(), without_parts=gone) for gone in (False, True))
    assert (slow.returncode, slow.stdout) == (fast.returncode, fast.stdout)
    assert slow.stderr == fast.stderr or "usage:" in slow.stderr


@pytest.mark.slow
def test_a_sweep_leaves_the_same_without_any_part(tmp_path: Path) -> None:
    words = ["-m", "data=moons", "model.backend=scratch", "train.epochs=2", "optimizer=sgd,adam", "optimizer.lr=0.1,-1"]
    words += ["hydra.sweep.dir=sweep", "seed=3", "hydra.launcher.report=true"]
    left = []
    for name, gone in (("fast", False), ("slow", True)):
        done = run(tmp_path / name, *words, without_parts=gone)
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("2 of 4 jobs failed: 1, 3.")
        sweep = tmp_path / name / "sweep"
        files = {path.relative_to(sweep): path.read_text() for path in sweep.rglob(".hydra/*.yaml")}
        files = {path: text.replace(str(tmp_path / name), "") for path, text in files.items()}
        results = {path.parent.name: json.loads(path.read_text()) for path in sweep.glob("*/summary.json")}
        left.append(
            (files, {name: each.get("test") for name, each in results.items()}, (sweep / "report.html").exists())
        )
    assert left[0] == left[1]
    assert len(left[0][0]) == 4 * 3
