"""A sweep trained as one leaves in each job's directory what the same overrides leave when they run alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.kit.sweeps import COMMON, assert_as_alone, run, summaries, train_alone

MIXED: dict[str, list[str]] = {
    "rates and seeds": ["optimizer.lr=0.01,0.1,0.3", "seed=0,1"],
    "momentum and decay": ["optimizer.momentum=0,0.9", "optimizer.weight_decay=0,0.01", "optimizer.lr=0.02"],
    "betas": ["optimizer=adam", "optimizer.betas=[0.9,0.999],[0.5,0.9]", "optimizer.lr=0.003,0.001"],
    "optimizers": ["optimizer=sgd,adam,rmsprop,adagrad,adamw", "optimizer.lr=0.003"],
    "schedules": ["scheduler=constant,step,one_cycle,plateau,warmup_cosine,cosine,exponential,multistep"],
    "activations": ["model.activation=relu,tanh,leaky_relu,gelu", "model.dropout=0,0.3", "seed=3"],
    "init": ["model.init=torch,normal,xavier_normal", "model.init_std=0.1,0.01", "label=mine"],
    "shapes": ["model.depth=0,1,3", "model.width=9,20", "train.batch_size=30,full"],
    "data": ["data=digits,moons", "loss=mse,cross_entropy", "train.max_grad_norm=null,0.5"],
    "moved images": ["data.shift=0,1", "data.flip=false,true", "train.batch_size=30,full", "seed=0,1"],
    "early stopping": ["optimizer.lr=0.5,0.000001,0.1", "train.patience=1", "train.epochs=8", "seed=0,1"],
    "divergence": ["loss=mse", "model.activation=identity", "optimizer.lr=0.05,1e30,0.02", "optimizer.momentum=0.9"],
    "clipping": ["train.max_grad_norm=null,0.1,1", "train.checkpoint_every=2", "train.drop_last=true"],
    "steps": ["train.steps=50", "train.eval_every=2", "seed=1,2", "scheduler=constant,one_cycle"],
}
FEW = [(name, ("scratch", "torch")[place % 2]) for place, name in enumerate(list(MIXED)[::7])]
"""Sweeps of the quick suite, the backends in turn; all are among the slow tests."""

A_FEW_JOBS = 3
"""Of such a sweep, which are trained alone too: the first, the last, and from between."""


def words_of(name: str, *more: str) -> list[str]:
    given = {word.partition("=")[0]: word for word in [*COMMON, *MIXED[name], *more]}
    if "data=digits,moons" in MIXED[name]:
        given["data.limit"] = "data.limit=200"
    return list(given.values())


def spread_out(count: int, most: int) -> Sequence[int]:
    """At most `most` of the numbers below `count`, the first and the last among them."""
    return sorted({round(place * (count - 1) / (most - 1)) for place in range(most)})


def assert_jobs_as_alone(folder: Path, name: str, backend: str, most: int | None = None) -> None:
    done = run(folder, *words_of(name, f"model.backend={backend}"))
    assert "goes on by itself" not in done.stdout + done.stderr, "no stack should have to be taken apart"
    found = summaries(folder)
    assert f"{len(found)} jobs" in done.stdout
    for number in spread_out(len(found), most or len(found)):
        assert_as_alone(folder / "sweep" / str(number), train_alone(folder, number), exact=True)
    if name == "divergence":
        assert {summary["status"] for summary in found} == {"completed", "diverged"}
    if name == "early stopping":
        assert len({summary["epochs"] for summary in found}) > 1


@pytest.mark.parametrize(("name", "backend"), FEW)
def test_a_few_jobs_of_a_mixed_sweep_are_as_alone(name: str, backend: str, tmp_path: Path) -> None:
    assert_jobs_as_alone(tmp_path, name, backend, A_FEW_JOBS)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("name", MIXED)
def test_each_job_of_a_mixed_sweep_is_as_alone(name: str, backend: str, tmp_path: Path) -> None:
    assert_jobs_as_alone(tmp_path, name, backend)


@pytest.mark.slow
def test_images_that_are_read_as_they_are_needed_can_be_swept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 256, (6, 5, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.png")
    words = ["data=image_folder", f"data.root={tmp_path / 'images'}", "data.flip=true", "data.shift=1"]
    words += ["train.epochs=2", "model.backend=scratch", "model.dtype=float64"]
    run(tmp_path, *words, "data.resident=false,true", "seed=0,1", "hydra.launcher.workers=2")
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 4
    for number in (0, 1):
        assert_as_alone(tmp_path / "sweep" / str(number), train_alone(tmp_path, number), exact=True)
    losses = [summary["train"]["loss"] for summary in summaries(tmp_path)]
    np.testing.assert_allclose(losses[:2], losses[2:], rtol=1e-9)


@pytest.mark.slow
def test_both_backends_share_a_sweep_and_float32_agrees_to_rounding(tmp_path: Path) -> None:
    words = words_of("rates and seeds", "model.dtype=float32", "model.backend=scratch,torch", "optimizer.lr=0.05,0.1")
    run(tmp_path, *words)
    for number, summary in enumerate(summaries(tmp_path)):
        assert summary["status"] == "completed"
        assert_as_alone(tmp_path / "sweep" / str(number), train_alone(tmp_path, number), exact=False)
