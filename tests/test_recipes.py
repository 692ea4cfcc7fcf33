"""Every recipe of docs/architecture.md, followed to the letter in a copy of the checkout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SMALL = ["train.epochs=3", "model.dtype=float64"]
RECIPES = {
    "activation": ["model.activation=cube", "model.width=8", "data=moons"],
    "layer and model": ["model=scaled", "model.width=8"],
    "layer and model, kaiming": ["model=scaled", "model.width=8", "model.init=kaiming_uniform"],
    "loss": ["loss=smooth_l1", "model.width=8"],
    "optimizer": ["optimizer=adamax", "model.width=8"],
    "schedule": ["scheduler=polynomial", "model.width=8"],
    "initialisation": ["model.init=lecun_uniform", "model.width=8"],
    "data set": ["data=checkerboard", "model.width=8"],
}
DRIVER = """
import json, sys
import twinprop
from twinprop.app.cli import main

def alone(name, words):
    run = twinprop.train(*words, f"hydra.run.dir={sys.argv[1]}/{name}")
    return [run.summary["status"], *run.metrics[["train_loss", "val_loss", "test_loss"]].to_numpy().ravel().tolist()]

out = {}
for number, (name, words) in enumerate(json.loads(sys.argv[2]).items()):
    lone = {f"{b}{lr}": alone(f"{number}{b}{lr}", [*words, f"model.backend={b}", f"optimizer.lr={lr}"])
            for b in ("scratch", "torch") for lr in (0.01, 0.03)}
    out[name] = lone
print(json.dumps(out))
"""


def follow(checkout: Path) -> list[str]:
    """Do what the page says; the names of the files that were made or changed."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    done = []
    block = r":\n\n```\w+\n(.*?)^```"
    for how, name, text in re.findall(rf"^(At the end of|New file) `([^`]+)`{block}", page, re.S | re.M):
        path = checkout / name
        assert path.exists() == (how != "New file"), name
        before = path.read_text("utf-8") + "\n\n" if path.exists() else ""
        path.write_text(before + text, "utf-8")
        done.append(name)
    for table, name, line in re.findall(rf"^Within `(\w+)` of `([^`]+)`{block}", page, re.S | re.M):
        path = checkout / name
        text, count = re.subn(rf"(^{table}\b.*? = {{\n)", rf"\g<1>{line}", path.read_text("utf-8"), flags=re.M)
        assert count == 1, table
        path.write_text(text, "utf-8")
        done.append(f"{name}: {table}")
    return done


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with all recipes in it."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("src", "conf", "sweeps"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "train.py", copy)
    assert len(follow(copy)) == 25
    return copy


def python(checkout: Path, *words: str) -> str:
    environment = {"PYTHONPATH": str(checkout / "src"), "PATH": "", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, *words], cwd=checkout, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def alone(checkout: Path) -> Any:
    """The losses of lone runs, by recipe, backend and learning rate."""
    recipes = json.dumps({name: [*words, *SMALL] for name, words in RECIPES.items()})
    return json.loads(python(checkout, "-c", DRIVER, str(checkout / "alone"), recipes).splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_both_twins_train_it_alike(alone: Any, name: str) -> None:
    for lr in ("0.01", "0.03"):
        hand, torch = alone[name][f"scratch{lr}"], alone[name][f"torch{lr}"]
        assert hand[0] == torch[0] == "completed"
        assert hand[1:] == pytest.approx(torch[1:], rel=1e-9)
        assert hand[1] > hand[-3]


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_stacks_train_it_as_alone(checkout: Path, alone: Any, name: str, tmp_path: Path) -> None:
    varied = ["model.backend=scratch,torch", "optimizer.lr=0.01,0.03"]
    where = [f"hydra.sweep.dir={tmp_path}", "hydra.launcher.workers=1"]
    said = python(checkout, "train.py", "-m", *RECIPES[name], *SMALL, *varied, *where)
    assert said.count("one stack") == 2, said
    for path in tmp_path.glob("*/metrics.csv"):
        found = re.search(r"backend-(\w+)_lr-([\d.]+)", path.parent.name)
        assert found is not None
        backend, lr = found.groups()
        head, *rows = [line.split(",") for line in path.read_text().splitlines()]
        columns = [head.index(loss) for loss in ("train_loss", "val_loss", "test_loss")]
        losses = [float(row[column]) for row in rows for column in columns]
        assert losses == pytest.approx(alone[name][f"{backend}{lr}"][1:], rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["activation", "layer and model", "loss", "initialisation"])
def test_gradcheck_passes(checkout: Path, name: str) -> None:
    assert "gradients agree" in python(checkout, "-m", "twinprop", "gradcheck", *RECIPES[name])
