"""The one training loop: each network of a stack gets the rows, the stops and the states that it gets alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from math import isnan
from typing import Any

import numpy as np
import pytest
from tests.kit.twins import CLASSES, FEATURES, as_numpy, as_tensor, configuration, order, placed, samples

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.base import Samples
from twinprop.data.batches import epoch_order
from twinprop.learners import BACKENDS
from twinprop.scratch.optimizers import SGD, Adam, RMSprop
from twinprop.scratch.schedulers import CosineAnnealingLR, ReduceLROnPlateau, StepLR
from twinprop.training.learner import Learner
from twinprop.training.loop import train
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan, TrainConfig

TRAIN, VAL, TEST = samples(64), samples(30, seed=1), samples(25, seed=2)
TIMES = ("seconds", "samples_per_second")
backends = pytest.mark.parametrize("backend", list(BACKENDS))


@dataclass
class Recorder:
    """Keeps what the loop records."""

    rows: list[Row] = field(default_factory=list)
    checkpoints: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] | None = None
    predicted: Any = None
    endings: int = 0

    def evaluated(self, row: Row, learner: Learner, member: int) -> None:
        assert learner.gradients(member)
        self.rows.append(row)

    def checkpoint(self, name: str, state: dict[str, Any]) -> None:
        self.checkpoints[name] = state

    def finished(self, monitor: Monitor, parameters: dict[str, Any], predicted: Any) -> None:
        self.endings += 1
        self.parameters = {name: np.array(value) for name, value in parameters.items()}
        self.predicted = predicted


@dataclass
class Done:
    """What came of a training."""

    learner: Learner
    monitors: list[Monitor]
    recorders: list[Recorder]

    def table(self, member: int = 0) -> np.ndarray[Any, Any]:
        """The member's rows without times."""
        rows = [asdict(row) for row in self.monitors[member].rows]
        return np.array([[value for key, value in row.items() if key not in TIMES] for row in rows])


def run(
    configs: Config | list[Config],
    state: dict[str, Any] | list[dict[str, Any]] | None = None,
    progress: Any = lambda steps: None,
    val: Any = VAL,
) -> Done:
    """Train with the loop, from the start or from checkpoints."""
    configs = configs if isinstance(configs, list) else [configs]
    config = configs[0]
    plan = Plan.of(config.train, len(TRAIN[1]))
    learners = []

    def make(places: Sequence[int]) -> Learner:
        backend = BACKENDS[config.model.backend]
        kind = registry.load(backend.learner if len(places) == 1 else backend.stack)
        learners.append(kind([configs[place] for place in places], (FEATURES,), CLASSES, plan))
        return learners[-1]

    monitors, recorders = [Monitor(config.seed, config.train) for config in configs], [Recorder() for _ in configs]
    if state is not None:
        for monitor, one in zip(monitors, state if isinstance(state, list) else [state], strict=True):
            monitor.load_state(one)
    splits = tuple(placed(Samples(y, x), config) for x, y in (TRAIN, val, TEST))
    train(make, splits, monitors, recorders, plan, progress)
    return Done(learners[-1], monitors, recorders)


def config_of(backend: str = "scratch", **parts: Any) -> Config:
    model = {"backend": backend, **parts.pop("model", {})}
    train_ = {"steps": None, "epochs": 6, **parts.pop("train", {})}
    return configuration(**parts, model=model, train=train_)


# One network, or many


def assert_rows_as_alone(configs: list[Config], **more: Any) -> Done:
    together = run(configs, **more)
    for member, config in enumerate(configs):
        alone = run(config, **more)
        assert together.monitors[member].status == alone.monitors[0].status
        assert together.monitors[member].reason == alone.monitors[0].reason
        np.testing.assert_allclose(together.table(member), alone.table(), rtol=1e-9)
        mine, lone = together.recorders[member], alone.recorders[0]
        assert mine.endings == lone.endings == 1
        assert [asdict(row) for row in mine.rows] == [asdict(row) for row in together.monitors[member].rows]
        assert list(mine.checkpoints) == list(lone.checkpoints)
        for name, value in lone.parameters.items():
            np.testing.assert_allclose(mine.parameters[name], value, rtol=1e-9, atol=1e-12)
        if lone.predicted is None:
            assert mine.predicted is None
        else:
            np.testing.assert_array_equal(
                mine.predicted, lone.predicted[0] if lone.predicted.ndim > 1 else lone.predicted
            )
        best, expected = together.monitors[member].best, alone.monitors[0].best
        assert (best and best.epoch) == (expected and expected.epoch)
    return together


STACKS: dict[str, list[dict[str, Any]]] = {
    "seeds and rates": [{"seed": seed, "optimizer": SGD(lr=lr)} for seed, lr in ((0, 0.1), (5, 0.03), (9, 0.01))],
    "one seed": [{"optimizer": Adam(lr=lr)} for lr in (0.003, 0.001)],
    "dropout": [{"seed": seed, "model": {"dropout": p}} for seed, p in ((1, 0.1), (2, 0.6))],
    "noise": [{"model": {"noise": std, "dropout": 0.2}} for std in (0.1, 0.6)],
    "plateaus": [
        {"seed": seed, "scheduler": ReduceLROnPlateau(patience=0, factor=f)}
        for seed, f in ((1, 0.1), (2, 0.6), (3, 0.9))
    ],
    "schedules": [{"scheduler": StepLR(step_size=size)} for size in (1, 2, 4)],
    "clipping": [{"seed": seed, "train": {"max_grad_norm": norm}} for seed, norm in ((1, 0.1), (2, None))],
    "momentum": [{"optimizer": SGD(lr=0.03, momentum=momentum)} for momentum in (0.0, 0.9)],
    "rmsprop": [{"seed": seed, "optimizer": RMSprop(lr=0.001, momentum=m)} for seed, m in ((1, 0.5), (2, 0.0))],
}


@pytest.mark.parametrize("size", [10, "full"])
@pytest.mark.parametrize("parts", STACKS.values(), ids=STACKS)
def test_a_stack_gives_each_the_rows_it_gets_alone(parts: list[dict[str, Any]], size: Any) -> None:
    configs = [
        config_of(**{**part, "train": {"batch_size": size, "checkpoint_every": 2, **part.get("train", {})}})
        for part in parts
    ]
    done = assert_rows_as_alone(configs)
    assert all(monitor.status == "completed" for monitor in done.monitors)
    tables = [done.table(member) for member in range(len(configs))]
    assert all(not np.array_equal(tables[0], other) for other in tables[1:])


# Rows


@backends
@pytest.mark.parametrize("part", [{}, {"drop_last": True}, {"eval_every": 2}, {"batch_size": "full"}])
def test_train_loss_is_the_mean_over_the_last_epochs_batches(backend: str, part: dict[str, Any]) -> None:
    """Recomputed from the batches themselves, each weighted by its samples."""
    config = config_of(backend, model={"dropout": 0.3}, train={"batch_size": 10, **part})
    done = run(config)
    plan = Plan.of(config.train, 64)
    learner = registry.load(BACKENDS[backend].learner)([config], (FEATURES,), CLASSES, plan)
    data = placed(Samples(TRAIN[1], TRAIN[0]), config)
    rows = {row.epoch: row for row in done.monitors[0].rows}
    assert sorted(rows) == list(range(config.train.eval_every, 7, config.train.eval_every))
    for epoch in range(6):
        results = [(*learner.step(x, y), len(y)) for x, y in data.epoch([config.seed], epoch, *order(config))]
        learner.end_epoch()
        sizes = [size for *_, size in results]
        assert sum(sizes) == (60 if config.train.drop_last else 64)
        if epoch + 1 in rows:
            losses = np.array([float(loss) for loss, *_ in results])
            corrects = sum(int(correct) for _, correct, _ in results)
            row = rows[epoch + 1]
            assert row.train_loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-12)
            assert row.train_accuracy == pytest.approx(corrects / sum(sizes), rel=1e-12)
            assert row.step == (epoch + 1) * plan.steps_per_epoch
            assert row.lr == 0.05


@backends
def test_evaluation_is_the_mean_over_the_split(backend: str) -> None:
    from twinprop.data import batches

    config = config_of(backend, train={"epochs": 1})
    whole = run(config)
    before, batches.EVALUATION_BATCH = batches.EVALUATION_BATCH, 7
    try:
        in_parts = run(config)
    finally:
        batches.EVALUATION_BATCH = before
    np.testing.assert_allclose(in_parts.table(), whole.table(), rtol=1e-12)
    x, y = TEST
    outputs = np.asarray(whole.learner.predict(as_numpy(x) if backend == "scratch" else as_tensor(x)))
    shifted = outputs - outputs.max(-1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(-1)) - shifted[np.arange(len(y)), y]
    row = whole.monitors[0].rows[0]
    assert row.test_loss == pytest.approx(losses.mean(), rel=1e-12)
    assert row.test_accuracy == pytest.approx((outputs.argmax(-1) == y).mean(), rel=1e-12)
    np.testing.assert_array_equal(np.ravel(whole.recorders[0].predicted), outputs.argmax(-1))


@backends
def test_without_validation_data(backend: str) -> None:
    """The validation columns are NaN, and a plateau schedule watches the training loss."""
    config = config_of(backend, scheduler=ReduceLROnPlateau(patience=0, threshold=0.5))
    done = run(config, val=(TRAIN[0][:0], TRAIN[1][:0]))
    rows = done.monitors[0].rows
    assert all(isnan(row.val_loss) and isnan(row.val_accuracy) for row in rows)
    assert done.monitors[0].best is None
    assert rows[-1].lr < rows[0].lr


@backends
def test_steps_stop_within_an_epoch(backend: str) -> None:
    """17 steps of 7 an epoch: the last row stands for the 3 batches of the third epoch."""
    config = config_of(backend, train={"steps": 17, "batch_size": 10})
    done = run(config)
    rows = done.monitors[0].rows
    assert [(row.epoch, row.step) for row in rows] == [(1, 7), (2, 14), (3, 17)]
    assert done.learner.steps == 17
    assert done.monitors[0].status == "completed"
    longer = run(config_of(backend, train={"steps": 21, "batch_size": 10}))
    np.testing.assert_array_equal(done.table()[:2], longer.table()[:2])


@backends
@pytest.mark.parametrize(("every", "expected"), [(1, [1, 2, 3, 4, 5, 6]), (2, [2, 4, 6]), (4, [4, 6]), (100, [6])])
def test_eval_every(backend: str, every: int, expected: list[int]) -> None:
    """Fewer evaluations change no training; the last epoch is always evaluated."""
    done = run(config_of(backend, train={"eval_every": every}))
    all_ = run(config_of(backend))
    assert [row.epoch for row in done.monitors[0].rows] == expected
    np.testing.assert_array_equal(done.table(), all_.table()[np.array(expected) - 1])


@backends
def test_max_grad_norm(backend: str) -> None:
    """grad_norm is the norm before clipping, and clipping bounds what a step can move."""
    config = config_of(backend, optimizer=SGD(lr=1.0), train={"max_grad_norm": 1e-3, "epochs": 1, "batch_size": 10})
    done = run(config)
    start = run(replace(config, optimizer=SGD(lr=1e-300))).recorders[0].parameters
    moved = np.sqrt(sum(((done.recorders[0].parameters[name] - start[name]) ** 2).sum() for name in start))
    assert 0 < moved <= 7 * 1e-3 * (1 + 1e-9)
    assert done.monitors[0].rows[0].grad_norm > 0.01
    loose = run(config_of(backend, train={"max_grad_norm": 1e9}))
    free = run(config_of(backend))
    np.testing.assert_allclose(loose.table(), free.table(), rtol=1e-12)


@backends
def test_full_batch_is_one_update_an_epoch(backend: str) -> None:
    """`full` and a batch size of all samples differ in the order of summation alone."""
    full = run(config_of(backend, train={"batch_size": "full"}))
    same = run(config_of(backend, train={"batch_size": 64}))
    assert full.learner.steps == 6
    np.testing.assert_allclose(full.table(), same.table(), rtol=1e-11)


def test_each_epoch_sees_each_sample_once() -> None:
    config = config_of(train={"batch_size": 10})
    positions = placed(Samples(np.arange(64), np.arange(64.0)[:, None]), config)
    orders = []
    for epoch in range(3):
        seen = [y for _, y in positions.epoch([4], epoch, *order(config))]
        assert [len(batch) for batch in seen] == [10] * 6 + [4]
        orders.append(np.concatenate(seen))
        np.testing.assert_array_equal(np.sort(orders[-1]), np.arange(64))
        np.testing.assert_array_equal(
            np.concatenate([y for _, y in positions.epoch([4], epoch, *order(config), skip=5)]), orders[-1][50:]
        )
    assert not np.array_equal(orders[0], orders[1])
    np.testing.assert_array_equal(epoch_order([3, 4], 1, 64)[1], orders[1])
    stacked = np.concatenate([y for _, y in positions.epoch([3, 4], 1, *order(config))], axis=-1)
    np.testing.assert_array_equal(stacked[1], orders[1])


# Bits


@backends
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_configuration_twice_gives_the_same_bits(backend: str, dtype: str) -> None:
    config = config_of(backend, model={"dropout": 0.2, "dtype": dtype}, optimizer=Adam(lr=0.003))
    first, second = run(config), run(config)
    np.testing.assert_array_equal(first.table(), second.table())
    for name, value in first.recorders[0].parameters.items():
        assert value.dtype == dtype
        np.testing.assert_array_equal(value, second.recorders[0].parameters[name])


@backends
@pytest.mark.parametrize(
    "schedule", [CosineAnnealingLR(interval="step"), ReduceLROnPlateau(patience=0), StepLR(step_size=2)]
)
@pytest.mark.parametrize("epoch", [1, 2, 4])
def test_resuming_equals_an_uninterrupted_training(backend: str, schedule: Any, epoch: int) -> None:
    config = config_of(
        backend,
        scheduler=schedule,
        optimizer=SGD(lr=0.05, momentum=0.9),
        model={"dropout": 0.3},
        train={"checkpoint_every": 1, "patience": 5},
    )
    whole = run(config)
    assert list(whole.recorders[0].checkpoints) == [f"epoch_{number}" for number in range(1, 7)]
    resumed = run(config, whole.recorders[0].checkpoints[f"epoch_{epoch}"])
    np.testing.assert_array_equal(resumed.table(), whole.table()[epoch:])
    for name, value in whole.recorders[0].parameters.items():
        np.testing.assert_array_equal(resumed.recorders[0].parameters[name], value)
    assert resumed.monitors[0].best.epoch == whole.monitors[0].best.epoch
    first, second = resumed.monitors[0].state(), whole.monitors[0].state()
    for key in TIMES:
        del first["best"][key], second["best"][key]
    assert first == second


def test_a_stack_resumes_too() -> None:
    configs = [config_of(seed=seed, optimizer=Adam(lr=0.003), train={"checkpoint_every": 2}) for seed in (1, 2, 3)]
    whole = run(configs)
    resumed = run(configs, [recorder.checkpoints["epoch_2"] for recorder in whole.recorders])
    for member in range(3):
        np.testing.assert_array_equal(resumed.table(member), whole.table(member)[2:])
    alone = run(configs[1], whole.recorders[1].checkpoints["epoch_4"])
    np.testing.assert_allclose(alone.table(), whole.table(1)[4:], rtol=1e-9)


@backends
def test_an_interrupt_stops_between_two_updates_and_resumes(backend: str) -> None:
    """A signal in the third epoch: what the run has done is kept, and it goes on from that very update."""
    config = config_of(backend, model={"dropout": 0.3}, optimizer=SGD(lr=0.05, momentum=0.9))
    whole = run(config)

    def interrupt(steps: int) -> None:
        if steps == 17:
            os.kill(os.getpid(), signal.SIGINT)

    stopped = run(config, progress=interrupt)
    assert stopped.monitors[0].status == "interrupted"
    assert "SIGINT" in stopped.monitors[0].reason
    assert "17" in stopped.monitors[0].reason
    assert stopped.learner.steps == 17
    resumed = run(config, stopped.recorders[0].checkpoints["interrupted"])
    for name, value in whole.recorders[0].parameters.items():
        np.testing.assert_array_equal(resumed.recorders[0].parameters[name], value)
    columns = [key for key in asdict(whole.monitors[0].rows[0]) if key not in TIMES]
    later = whole.table()[2:].copy()
    # the first row after an interrupt within an epoch knows only the batches since then
    partial = [columns.index("train_loss"), columns.index("train_accuracy")]
    later[0, partial] = resumed.table()[0, partial]
    np.testing.assert_array_equal(resumed.table(), later)


# Stops


def test_early_stopping_stops_each_network_by_itself() -> None:
    rates = (1e-6, 0.1, 0.5)
    configs = [
        config_of(seed=3, optimizer=SGD(lr=lr), train={"patience": 2, "epochs": 60, "batch_size": 16}) for lr in rates
    ]
    done = assert_rows_as_alone(configs)
    ends = [monitor.rows[-1].epoch for monitor in done.monitors]
    assert len(set(ends)) > 1
    for monitor in done.monitors:
        losses = [row.val_loss for row in monitor.rows]
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
        loss="mse",
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
    assert checkpoint["steps"] == ends[-1]
    # resuming the last finite state diverges again, at the same step
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
    configs = [config_of(seed=seed, loss="mse", optimizer=SGD(lr=lr)) for seed, lr in ((1, 0.1), (2, 1e35), (3, 0.05))]
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
        monitor.add(replace(row, epoch=epoch, val_loss=float(loss)))
        if not monitor.running:
            stopped = epoch
            break
    assert stopped == end


# Memory


@pytest.mark.parametrize(("most", "where"), [(1, "make"), (2, "make"), (2, "step"), (1, "evaluate")])
def test_where_memory_runs_out_halves_train_on_and_lose_nothing(most: int, where: str) -> None:
    """Memory that holds `most` networks, noticed when they are made, or in the third epoch, or evaluated after it."""
    configs = [config_of(seed=seed, optimizer=Adam(lr=0.003)) for seed in range(5)]
    whole = run(configs)
    kind = registry.load(BACKENDS["scratch"].stack)
    sizes: list[int] = []

    class Small(kind):  # type: ignore[misc, valid-type]
        def __init__(self, some: list[Config], *arguments: Any) -> None:
            super().__init__(some, *arguments)
            sizes.append(len(some))
            self.room = len(some) <= most
            self.lacks("make")

        def lacks(self, here: str) -> None:
            if here == where and not self.room and (where == "make" or self.steps > 15):
                raise MemoryError("no room")

        def step(self, x: Any, y: Any) -> Any:
            self.lacks("step")
            return super().step(x, y)

        def evaluate(self, x: Any, y: Any) -> Any:
            self.lacks("evaluate")
            return super().evaluate(x, y)

    plan = Plan.of(configs[0].train, 64)
    monitors, recorders = [Monitor(config.seed, config.train) for config in configs], [Recorder() for _ in configs]
    splits = tuple(placed(Samples(y, x), configs[0]) for x, y in (TRAIN, VAL, TEST))
    train(lambda some: Small([configs[n] for n in some], (FEATURES,), CLASSES, plan), splits, monitors, recorders, plan)
    assert max(sizes) == 5
    assert sizes.count(1) == (5 if most == 1 else 1)
    for member, monitor in enumerate(monitors):
        assert monitor.status == "completed"
        assert [row.epoch for row in recorders[member].rows] == [1, 2, 3, 4, 5, 6]
        np.testing.assert_allclose(
            Done(None, monitors, recorders).table(member),  # type: ignore[arg-type]
            whole.table(member),
            rtol=1e-9,
        )


def test_one_network_that_memory_cannot_hold_is_an_error() -> None:
    def make(places: Sequence[int]) -> Learner:
        raise MemoryError("no room")

    config = config_of()
    splits = tuple(placed(Samples(y, x), config) for x, y in (TRAIN, VAL, TEST))
    with pytest.raises(MemoryError):
        train(make, splits, [Monitor(config.seed, config.train)], [Recorder()], Plan.of(config.train, 64))
