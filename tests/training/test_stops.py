"""How training ends: early, at the end, or diverged, each network by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.kit.loops import TRAIN, assert_rows_as_alone, backends, config_of, run
from tests.kit.twins import CLASSES, FEATURES, order, placed

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.samples import Samples
from twinprop.learners import BACKENDS
from twinprop.scratch.losses import MSELoss
from twinprop.scratch.optimizers import SGD
from twinprop.training.monitor import Monitor
from twinprop.training.plan import Plan, TrainConfig

# Stops


@backends
def test_what_a_judge_drops_leaves_the_stack_at_once(backend: str) -> None:
    """The others go on as they would alone; who was dropped has the rows of one that was never."""
    configs = [config_of(backend, seed=seed) for seed in range(5)]
    seen: list[list[int]] = []

    def judge(evaluated: dict[int, Monitor]) -> None:
        seen.append(list(evaluated))
        gone = {2: [1], 4: [0, 3]}.get(len(seen), [])
        for place in gone:
            evaluated[place].drop("nobody", "none", rank=2)

    done = run(configs, judge=judge)
    assert done.sizes == [5, 4, 2], "one of five is dropped too, and costs nothing more"
    assert seen == [[0, 1, 2, 3, 4]] * 2 + [[0, 2, 3, 4]] * 2 + [[2, 4]] * 2
    for place, config in enumerate(configs):
        alone, epochs = run(config), {1: 2, 0: 4, 3: 4}.get(place, 6)
        np.testing.assert_allclose(done.table(place), alone.table()[:epochs], rtol=1e-9)
        monitor, recorder = done.monitors[place], done.recorders[place]
        assert recorder.endings == 1
        assert (monitor.status == "dropped") == (epochs < 6) == (recorder.predicted is None)
        assert monitor.stopped == ({"by": "nobody", "epoch": epochs, "rank": 2} if epochs < 6 else None)
        shorter = run(replace(config, train=replace(config.train, epochs=epochs))).recorders[0].parameters
        for name, value in recorder.parameters.items():
            np.testing.assert_allclose(value, shorter[name], rtol=1e-9, atol=1e-12)


def test_a_network_that_diverges_is_not_judged() -> None:
    seen: list[list[int]] = []
    run([diverging(lr=lr, seed=seed) for lr, seed in ((0.05, 1), (1e30, 2))], judge=lambda each: seen.append([*each]))
    assert all(each == [0] for each in seen)


def test_early_stopping_stops_each_network_by_itself() -> None:
    rates = (1e-6, 0.1, 0.5)
    configs = [
        config_of(seed=3, optimizer=SGD(lr=lr), train={"patience": 2, "epochs": 60, "batch_size": 16}) for lr in rates
    ]
    done = assert_rows_as_alone(configs)
    ends = [monitor.rows[-1].epoch for monitor in done.monitors]
    assert len(set(ends)) > 1
    for monitor in done.monitors:
        losses = [row.results["val_loss"] for row in monitor.rows]
        if monitor.rows[-1].epoch < 60:
            assert "2 evaluations" in monitor.reason
            assert min(losses[-2:]) >= min(losses[:-2])
        # and not before: in no earlier row had two evaluations in a row brought nothing
        lowest = np.minimum.accumulate(losses)
        stalls = [i for i in range(2, len(losses) - 1) if lowest[i] == lowest[i - 2]]
        assert not stalls


def test_a_network_that_stopped_keeps_the_parameters_it_stopped_with() -> None:
    configs = [
        config_of(seed=seed, optimizer=SGD(lr=lr), train={"patience": 1, "epochs": 40})
        for seed, lr in ((1, 0.5), (2, 0.01))
    ]
    done = assert_rows_as_alone(configs)
    assert done.monitors[0].rows[-1].epoch < done.monitors[1].rows[-1].epoch


def bad_step(config: Config) -> tuple[int, list[int]]:
    """The first step whose loss is not finite, and the steps of the epochs' ends, from a training without the loop."""
    plan = Plan.of(config.train, 64)
    learner = registry.load(BACKENDS[config.model.backend].learner)([config], (FEATURES,), CLASSES, plan)
    data = placed(Samples(TRAIN[1], TRAIN[0]), config)
    with np.errstate(all="ignore"):
        for epoch in range(config.train.epochs):
            for x, y in data.epoch([config.seed], epoch, *order(config)):
                loss, _ = learner.step(x, y)
                if not np.isfinite(float(loss)):
                    return learner.steps, [plan.steps_per_epoch * (number + 1) for number in range(epoch)]
    raise AssertionError("the training does not diverge")


def diverging(backend: str = "scratch", **more: Any) -> Config:
    """Depth, no bound on the activations, and a squared loss: it grows beyond float32 in some epochs."""
    model = {"activation": "identity", "dtype": "float32", "depth": 1}
    return config_of(
        backend,
        loss=MSELoss(),
        model=model,
        optimizer=SGD(lr=more.pop("lr", 4.0)),
        train={"batch_size": 32, "epochs": 20},
        **more,
    )


@backends
def test_divergence_names_its_step_and_keeps_the_last_finite_state(backend: str) -> None:
    config = diverging(backend)
    step, ends = bad_step(config)
    assert ends, "the divergence should not be in the first epoch"
    done = run(config)
    monitor, recorder = done.monitors[0], done.recorders[0]
    assert monitor.status == "diverged"
    assert monitor.reason.endswith(f"step {step}")
    assert [row.step for row in monitor.rows] == ends
    assert recorder.endings == 1
    assert recorder.predicted is None
    shorter = replace(config, train=replace(config.train, epochs=len(ends)))
    expected = run(shorter).recorders[0].parameters
    for name, value in recorder.parameters.items():
        assert np.isfinite(value).all()
        np.testing.assert_array_equal(value, expected[name])
    checkpoint = recorder.checkpoints["last_finite"]
    assert checkpoint.steps == ends[-1]
    # resuming the last finite state diverges again, at the same step
    checkpoint.monitors[0]["status"] = "running"
    again = run(config, checkpoint)
    assert again.monitors[0].reason == monitor.reason


@backends
def test_divergence_in_the_first_epoch_keeps_the_initial_parameters(backend: str) -> None:
    config = diverging(backend, lr=1e30)
    done = run(config)
    assert done.monitors[0].status == "diverged"
    assert done.monitors[0].rows == []
    initial = run(replace(config, optimizer=SGD(lr=1e-30))).recorders[0].parameters
    for name, value in done.recorders[0].parameters.items():
        np.testing.assert_array_equal(value, initial[name])


def test_divergence_stops_only_the_network_that_diverges() -> None:
    configs = [diverging(lr=lr, seed=seed) for lr, seed in ((0.05, 1), (4.0, 2), (0.01, 3), (1e30, 4))]
    together = run(configs)
    assert [monitor.status for monitor in together.monitors] == ["completed", "diverged", "completed", "diverged"]
    for member, config in enumerate(configs):
        alone = run(config)
        assert together.monitors[member].reason == alone.monitors[0].reason
        # float32, and a diverging one enlarges rounding until it overflows
        tolerance = 1e-4 if together.monitors[member].status == "completed" else 0.05
        np.testing.assert_allclose(together.table(member)[:3], alone.table()[:3], rtol=tolerance, atol=1e-5)
        assert all(np.isfinite(value).all() for value in together.recorders[member].parameters.values())
        assert len(together.table(member)) == len(alone.table())


def test_divergence_of_one_in_float64_leaves_the_others_as_they_are_alone() -> None:
    configs = [
        config_of(seed=seed, loss=MSELoss(), optimizer=SGD(lr=lr)) for seed, lr in ((1, 0.1), (2, 1e35), (3, 0.05))
    ]
    together = assert_rows_as_alone(configs)
    assert [monitor.status for monitor in together.monitors] == ["completed", "diverged", "completed"]


@backends
def test_a_last_update_that_overflows_is_found_by_the_evaluation(backend: str) -> None:
    """All training losses were finite; the parameters that the last update left are not."""
    config = diverging(backend, lr=3e38)
    config = replace(config, train=replace(config.train, batch_size="full", steps=1))
    done = run(config)
    assert done.monitors[0].status == "diverged"
    assert done.monitors[0].reason.endswith("step 1")
    assert all(np.isfinite(value).all() for value in done.recorders[0].parameters.values())


@pytest.mark.parametrize(
    ("losses", "end"),
    [
        ([5, 4, 3, 2, 1, 0.5], None),
        ([5, 6, 4, 6, 3, 6], None),
        ([5, 6, 6], 3),
        ([5, 6, 4, 5, 4.5], 5),
        ([5, 5, 5], 3),
        ([5, 4, 4.5, 3, 3.5, 3.2], 6),
    ],
)
def test_patience_counts_evaluations_in_a_row(losses: list[float], end: int | None) -> None:
    """An improvement starts the count anew; an equal loss is none."""
    monitor = Monitor(0, TrainConfig(patience=2))
    row = run(config_of(train={"epochs": 1})).monitors[0].rows[0]
    stopped = None
    for epoch, loss in enumerate(losses, start=1):
        monitor.add(replace(row, epoch=epoch, results={**row.results, "val_loss": float(loss)}))
        if not monitor.running:
            stopped = epoch
            break
    assert stopped == end
