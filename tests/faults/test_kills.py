"""kill -9 while it trains, of the main process and of workers: it goes on to the bits of an undisturbed one."""

from __future__ import annotations

import random
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest
from tests.kit.faults import Command, assert_same_bits, kill_while_training

OFTEN = "train.checkpoint_seconds=0.05"

RUNS = {
    "scratch": ["model.backend=scratch", "model.dropout=0.2", "optimizer=adam", "optimizer.lr=0.001"],
    "torch": ["model.backend=torch", "model.batch_norm=true", "scheduler=one_cycle", "scheduler.max_lr=0.1"],
    "cnn": ["model=cnn", "model.backend=scratch", "data.shift=1", "train.eval_every=3"],
    "rnn": ["data=palindrome", "model=rnn", "model.backend=torch", "train.max_grad_norm=1"],
}
EPOCHS = {"scratch": 500, "torch": 120, "cnn": 12, "rnn": 40}

SWEEPS = {
    "rates": ["optimizer.lr=0.01,0.1", "seed=0,1,2", "model.backend=scratch", "train.patience=60"],
    "twins": ["model.backend=scratch,torch", "seed=0,1", "model.dropout=0.1", "optimizer=sgd,adam"],
    # what one worker decides at a rung depends on what came there before, and so on the order of the stacks
    "halving": ["model.backend=scratch", "optimizer.lr=0.003,0.01,0.03,0.1,0.2,0.3", "model.width=20,50", "seed=0,1",
                "hydra.launcher.halving.every=5", "hydra.launcher.halving.keep=0.5", "hydra.launcher.workers=1",
                "hydra.launcher.max_members=6"],
}  # fmt: skip
SWEEP_EPOCHS = {"rates": 400, "twins": 60, "halving": 120}


def broken_and_whole(folder: Path, words: list[str], sweep: bool) -> tuple[Command, Command]:
    folder.mkdir()
    whole = Command(folder, words, sweep, "whole")
    whole.finish()
    return Command(folder, [*words, OFTEN], sweep), whole


def test_a_run_that_is_killed_ends_with_the_same_bits(tmp_path: Path) -> None:
    broken, whole = broken_and_whole(tmp_path / "run", [*RUNS["scratch"], "train.epochs=150"], sweep=False)
    assert len(list(kill_while_training(broken, 1, random.Random(0)))) == 1
    assert_same_bits(broken, whole)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "epochs"), [("rates", 150), ("halving", 120)])
def test_a_sweep_that_is_killed_ends_with_the_same_bits(kind: str, epochs: int, tmp_path: Path) -> None:
    words = [*SWEEPS[kind], f"train.epochs={epochs}"]
    broken, whole = broken_and_whole(tmp_path / "sweep", words, sweep=True)
    assert len(list(kill_while_training(broken, 1, random.Random(1)))) == 1
    assert_same_bits(broken, whole)


@pytest.mark.slow
@pytest.mark.parametrize("sweep", [False, True], ids=["runs", "sweeps"])
def test_fifty_kills(sweep: bool, tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    """Of one kind after the other, until fifty have met it in training."""
    cases, epochs = (SWEEPS, SWEEP_EPOCHS) if sweep else (RUNS, EPOCHS)
    chance, killed = random.Random(2), Counter[str]()
    wholes: dict[str, Command] = {}
    for number, kind in enumerate(cycle(cases)):
        words = [*cases[kind], f"train.epochs={epochs[kind]}"]
        if kind not in wholes:
            wholes[kind] = Command(tmp_path, words, sweep, f"whole-{kind}")
            wholes[kind].finish()
        broken = Command(tmp_path, [*words, OFTEN], sweep, f"broken-{number}")
        killed.update(kill_while_training(broken, 10, chance))
        assert_same_bits(broken, wholes[kind])
        if killed.total() >= 50:
            break
    print(f"{killed.total()} kills survived: {dict(killed)}")
    record_property("kills", dict(killed))
