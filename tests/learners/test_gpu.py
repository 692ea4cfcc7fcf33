"""Training on a GPU, which is pretended: nothing leaves its device, and no update waits for it."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from tests.kit.commands import ROOT, in_process
from tests.kit.pretend_gpu import pretend_gpu

import twinprop

DIGITS = ["data=digits", "data.limit=222", "train.epochs=2", "train.batch_size=50", "model.dtype=float64"]
PALINDROMES = ["data=palindrome", "data.n_samples=300", "data.length=5", *DIGITS[2:], "model=rnn"]
CASES = {
    "mlp": [*DIGITS, "model.width=8", "train.max_grad_norm=1", "scheduler=one_cycle"],
    "random": [*DIGITS, "model.width=8", "model.dropout=0.2", "model.noise=0.1", "model.batch_norm=true"],
    "adam": [*DIGITS, "model.width=8", "optimizer=adam", "scheduler=plateau", "model.activation=gelu", "loss=mse"],
    "rmsprop": [*DIGITS, "model.width=8", "optimizer=rmsprop", "train.drop_last=true"],
    "full batches": [*DIGITS, "model.width=8", "optimizer=adagrad", "train.batch_size=full"],
    "cnn": [*DIGITS, "model=cnn", "model.stages=[[3],[4,4]]"],
    "rnn": [*PALINDROMES, "model.hidden_size=5"],
    "lstm": [*PALINDROMES, "model.hidden_size=5", "model.cell=lstm"],
    "gru": [*PALINDROMES, "model.hidden_size=5", "model.cell=gru", "optimizer=adamw"],
}
ALONE = ["hydra.run.dir=runs/0"]
SWEEP = ["-m", "seed=0,1,2", "optimizer.lr=0.01,0.02", "hydra.sweep.dir=runs", "hydra.sweep.subdir=${hydra.job.num}"]


def ways(cases: Iterable[str]) -> list[Any]:
    """Each case alone and swept; of the sweeps, most are slow tests."""
    found: list[Any] = []
    for case in cases:
        found.append(pytest.param(ALONE, case, id=f"{case}-alone"))
        marks = () if case in ("mlp", "lstm") else (pytest.mark.slow,)
        found.append(pytest.param(SWEEP, case, id=f"{case}-sweep", marks=marks))
    return found


def words_of(case: str, backend: str, *more: str) -> list[str]:
    given = {word.partition("=")[0]: word for word in [*CASES[case], f"model.backend={backend}", *more]}
    return list(given.values())


def metrics(folder: Path) -> np.ndarray:
    """What was measured, of all runs: (runs, epochs, columns)."""
    columns = [f"{split}_{kind}" for split in ("train", "val", "test") for kind in ("loss", "accuracy")]
    files = sorted(folder.glob("runs/*/metrics.csv"))
    return np.stack([pandas.read_csv(file)[columns].to_numpy() for file in files])


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize(("how", "case"), ways(CASES))
def test_a_gpu_gives_what_the_cpu_gives(
    case: str, how: list[str], backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    words = words_of(case, backend, *how)
    for name in ("cpu", "gpu"):
        (tmp_path / name).mkdir()
    assert in_process(monkeypatch, tmp_path / "cpu", *words, "device=cpu") == (0, "")
    with pretend_gpu():
        assert in_process(monkeypatch, tmp_path / "gpu", *words) == (0, "")
    there, here = metrics(tmp_path / "gpu"), metrics(tmp_path / "cpu")
    assert there.shape == ((1 if how is ALONE else 6), 2, 6)
    np.testing.assert_allclose(there, here, rtol=1e-9)
    about = json.loads((tmp_path / "gpu" / "runs" / "0" / "summary.json").read_text())["environment"]
    assert (about["device"], about["gpu"]) == ("cuda:0", "a pretended GPU")
    models = [twinprop.load(tmp_path / name / "runs" / "0").model for name in ("gpu", "cpu")]
    for one, other in zip(*(model.state_dict().values() for model in models), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize(("how", "case"), ways(case for case in CASES if case != "full batches"))
def test_no_update_waits_for_a_gpu(
    case: str, how: list[str], backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twinprop.population.rehearsal.rehearse", lambda *_: None)  # which waits, to take the time
    found = []
    for size in (100, 20):
        (tmp_path / str(size)).mkdir()
        words = words_of(case, backend, *how, f"train.batch_size={size}", "train.epochs=1", "train.checkpoint_every=1")
        with pretend_gpu() as waits:
            assert in_process(monkeypatch, tmp_path / str(size), *words) == (0, "")
        found.append(Counter(waits))
    assert found[1] - found[0] == Counter(), "more updates wait more often"
    assert found[0], "what is measured comes from the device"


@pytest.mark.slow
def test_the_script_for_a_gpu_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    script = importlib.import_module("gpu")
    monkeypatch.setattr(script, "STEPS", 3)
    with pretend_gpu():
        lines = script.check("cuda:0")
    assert len(lines) == 4 + 2 * len(script.cases())
    assert "FAILED" not in "".join(lines)
    assert all(line.endswith("| 0 |") for line in lines[4:])
