"""Going on from any position gives the bits of a training that was never interrupted."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.loops import Done, backends, config_of, run
from tests.kit.twins import sampling

from twinprop.config.schema import Config
from twinprop.run.state_file import read_state, write_state
from twinprop.scratch.losses import MSELoss
from twinprop.scratch.optimizers import SGD, Adam, AdamW, RMSprop
from twinprop.scratch.schedulers import CosineAnnealingLR, OneCycleLR, ReduceLROnPlateau, StepLR
from twinprop.training.position import Position


@dataclass
class Kept:
    """Keeps every position that it is asked to, and asks for one after each of some updates."""

    after: tuple[int, ...] = ()
    positions: list[Position] = field(default_factory=list)
    asked: int = 0

    def due(self) -> bool:
        self.asked += 1
        return not self.after or self.asked in self.after

    def write(self, position: Position) -> None:
        self.positions.append(position)

    def part(self, places: Any) -> Kept:
        return self


def through_a_file(position: Position, folder: Any) -> Position:
    """A position as it comes back from a file."""
    write_state(folder / "state", vars(position))
    return Position(**read_state(folder / "state"))


def assert_same_end(resumed: Done, whole: Done) -> None:
    for member, expected in enumerate(whole.monitors):
        monitor = resumed.monitors[member]
        assert (monitor.status, monitor.reason) == (expected.status, expected.reason)
        np.testing.assert_array_equal(resumed.table(member), whole.table(member))
        for name in ("last", "best_state", "best_predicted"):
            assert_same_state(getattr(monitor, name), getattr(expected, name))
        assert (monitor.best and monitor.best.epoch) == (expected.best and expected.best.epoch)
        assert monitor.without_improvement == expected.without_improvement
        ended = whole.recorders[member].parameters
        if resumed.recorders[member].parameters is not None:  # or it had ended before
            for name, value in ended.items():
                np.testing.assert_array_equal(resumed.recorders[member].parameters[name], value)


def assert_same_state(mine: Any, its: Any) -> None:
    if isinstance(its, dict):
        assert mine.keys() == its.keys()
        for key, value in its.items():
            assert_same_state(mine[key], value)
    elif isinstance(its, list | tuple):
        assert len(mine) == len(its)
        for a, b in zip(mine, its, strict=True):
            assert_same_state(a, b)
    else:
        np.testing.assert_array_equal(mine, its)


CASES: dict[str, list[dict[str, Any]]] = {
    "momentum and a cosine": [
        {"scheduler": CosineAnnealingLR(interval="step"), "optimizer": SGD(lr=0.05, momentum=0.9)}
    ],
    "plateau and dropout": [{"scheduler": ReduceLROnPlateau(patience=0), "model": {"dropout": 0.3}}],
    "adam and clipping": [{"optimizer": Adam(lr=0.003), "train": {"max_grad_norm": 0.5, "drop_last": True}}],
    "batch norm and noise": [{"model": {"batch_norm": True, "noise": 0.2}, "optimizer": AdamW(lr=0.003)}],
    "one cycle": [{"scheduler": OneCycleLR(max_lr=0.1, interval="step"), "train": {"eval_every": 2}}],
    "early stopping": [{"train": {"patience": 1, "epochs": 9}, "optimizer": SGD(lr=0.5)}],
    "full batch": [{"train": {"batch_size": "full", "eval_every": 2}}],
    "steps within an epoch": [{"train": {"steps": 17, "epochs": 30}}],
    "a stack": [{"seed": s, "optimizer": Adam(lr=0.003), "scheduler": StepLR(step_size=s)} for s in (1, 2, 3)],
    "a stack that mixes": [
        {"seed": 1, "optimizer": SGD(lr=0.05), "model": {"dropout": 0.1}},
        {"seed": 2, "optimizer": SGD(lr=0.05, momentum=0.9), "model": {"dropout": 0.3, "activation": "tanh"}},
        {
            "seed": 3,
            "optimizer": RMSprop(lr=0.003),
            "scheduler": ReduceLROnPlateau(patience=0),
            "model": {"dropout": 0.2},
        },
    ],
    "a stack of which some stop": [
        {"seed": 3, "optimizer": SGD(lr=lr), "train": {"patience": 2, "epochs": 12}} for lr in (1e-6, 0.1, 0.5, 0.3)
    ],
    "a stack of which one diverges": [
        {"seed": 3, "optimizer": SGD(lr=lr), "loss": MSELoss(), "model": {"activation": "identity", "dtype": "float32"}}
        for lr in (0.01, 1e12, 0.03)
    ],
}


@backends
@pytest.mark.parametrize("parts", CASES.values(), ids=CASES)
def test_from_any_position_training_ends_with_the_same_bits(
    parts: list[dict[str, Any]], backend: str, tmp_path: Any
) -> None:
    configs = [config_of(backend, **{**part, "model": dict(part.get("model", {}))}) for part in parts]
    whole = run(configs)
    kept = Kept()
    assert_same_end(run(configs, checkpoints=kept), whole)
    assert len(kept.positions) > 1
    for position in kept.positions[:: max(1, len(kept.positions) // 7)]:
        assert_same_end(run(configs, through_a_file(position, tmp_path)), whole)


@given(data=st.data())
@settings(**sampling(12))
def test_any_number_of_interruptions_changes_nothing(data: st.DataObject) -> None:
    backend = data.draw(st.sampled_from(["scratch", "torch"]))
    parts = data.draw(st.sampled_from(list(CASES.values())))
    configs = [config_of(backend, **{**part, "model": dict(part.get("model", {}))}) for part in parts]
    whole = run(configs)
    position = None
    for _ in range(data.draw(st.integers(1, 3))):
        kept = Kept((data.draw(st.integers(1, 20)),))
        run(configs, position, checkpoints=kept)
        position = kept.positions[0] if kept.positions else position
    assert_same_end(run(configs, position), whole)


def interrupted(config: Config | list[Config], at: int) -> tuple[Done, Position]:
    """A training that a signal ends after update number `at`, and where it was then."""

    def interrupt(steps: int) -> None:
        if steps == at:
            os.kill(os.getpid(), signal.SIGINT)

    kept = Kept((0,))
    stopped = run(config, progress=interrupt, checkpoints=kept)
    return stopped, kept.positions[-1]


@backends
@pytest.mark.parametrize("at", [1, 7, 17, 21])
def test_an_interrupt_stops_between_two_updates_and_resumes(backend: str, at: int) -> None:
    """Seven updates are an epoch: within one, and at its end, where the evaluation still comes."""
    config = config_of(backend, model={"dropout": 0.3}, optimizer=SGD(lr=0.05, momentum=0.9))
    whole = run(config)
    stopped, position = interrupted(config, at)
    assert stopped.monitors[0].status == "interrupted"
    assert stopped.monitors[0].reason == f"SIGINT at step {at}"
    assert len(stopped.monitors[0].rows) == at // 7
    assert position.steps == stopped.learner.steps == at
    assert_same_end(run(config, position), whole)


@backends
def test_an_interrupt_where_no_evaluation_is_due_resumes(backend: str) -> None:
    config = config_of(backend, train={"eval_every": 3})
    whole = run(config)
    for at in (7, 14):
        assert_same_end(run(config, interrupted(config, at)[1]), whole)


@backends
@pytest.mark.parametrize("stack", [1, 3])
def test_a_longer_plan_goes_on_as_if_it_had_been_so_long_from_the_start(backend: str, stack: int) -> None:
    def of(epochs: int) -> list[Config]:
        seeds = range(stack)
        return [config_of(backend, seed=seed, optimizer=Adam(lr=0.003), train={"epochs": epochs}) for seed in seeds]

    kept = Kept()
    run(of(3), checkpoints=kept)
    assert_same_end(run(of(8), kept.positions[-1]), run(of(8)))


def test_what_stopped_early_stays_as_it_is_in_a_longer_plan() -> None:
    config = config_of(optimizer=SGD(lr=0.5), train={"patience": 1, "epochs": 40})
    kept = Kept()
    whole = run(config, checkpoints=kept)
    assert "stopped early" in whole.monitors[0].reason
    longer = config_of(optimizer=SGD(lr=0.5), train={"patience": 1, "epochs": 80})
    resumed = run(longer, kept.positions[-1])
    assert resumed.recorders[0].endings == 0
    assert len(resumed.monitors[0].rows) == len(whole.monitors[0].rows)


@backends
def test_epochs_that_stay_are_positions_of_their_own(backend: str) -> None:
    configs = [config_of(backend, seed=seed, train={"checkpoint_every": 2}) for seed in (1, 2)]
    whole = run(configs)
    assert list(whole.recorders[1].checkpoints) == ["epoch_2", "epoch_4", "epoch_6"]
    alone = run(configs[1], whole.recorders[1].checkpoints["epoch_4"])
    np.testing.assert_allclose(alone.table(), whole.table(1), rtol=1e-9)


@pytest.mark.parametrize("places", [[0, 2], [1]])
def test_a_part_of_a_stack_goes_on_by_itself(places: list[int]) -> None:
    configs = [config_of(seed=seed, optimizer=Adam(lr=0.003)) for seed in (1, 2, 3)]
    whole, kept = run(configs), Kept((10,))
    run(configs, checkpoints=kept)
    resumed = run([configs[place] for place in places], kept.positions[0].part(places))
    for at, place in enumerate(places):
        np.testing.assert_allclose(resumed.table(at), whole.table(place), rtol=1e-9)
