"""The one training loop: each network of a stack gets the rows and the states that it gets alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from tests.kit.loops import TEST, TRAIN, VAL, Done, Recorder, assert_rows_as_alone, backends, config_of, run
from tests.kit.twins import CLASSES, FEATURES, as_numpy, as_tensor, order, placed

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.batches import epoch_order
from twinprop.data.samples import Samples
from twinprop.learners import BACKENDS
from twinprop.scratch.optimizers import SGD, Adam, RMSprop
from twinprop.scratch.schedulers import ReduceLROnPlateau, StepLR
from twinprop.training.learner import Learner
from twinprop.training.loop import train
from twinprop.training.monitor import Monitor
from twinprop.training.plan import Plan

# One network, or many


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
            corrects = sum(int(correct) for _, (correct,), _ in results)
            row = rows[epoch + 1]
            assert row.results["train_loss"] == pytest.approx(np.average(losses, weights=sizes), rel=1e-12)
            assert row.results["train_accuracy"] == pytest.approx(corrects / sum(sizes), rel=1e-12)
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
    assert row.results["test_loss"] == pytest.approx(losses.mean(), rel=1e-12)
    assert row.results["test_accuracy"] == pytest.approx((outputs.argmax(-1) == y).mean(), rel=1e-12)
    np.testing.assert_array_equal(whole.recorders[0].predicted.values, outputs.argmax(-1))


@backends
def test_without_validation_data(backend: str) -> None:
    """The validation columns are NaN, and a plateau schedule watches the training loss."""
    config = config_of(backend, scheduler=ReduceLROnPlateau(patience=0, threshold=0.5))
    done = run(config, val=(TRAIN[0][:0], TRAIN[1][:0]))
    rows = done.monitors[0].rows
    assert all(isnan(row.results["val_loss"]) and isnan(row.results["val_accuracy"]) for row in rows)
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


# Ends


def test_the_ends_of_a_stack_are_recorded_at_once_and_an_error_of_one_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both, finished = Barrier(2), Recorder.finished
    configs = [config_of(seed=seed) for seed in range(3)]
    recorders: list[Recorder] = []

    def waits(self: Recorder, monitor: Monitor, *ends: Any) -> None:
        recorders.append(self)
        if monitor.seed == 0:
            raise OSError("no space")
        both.wait(timeout=300)  # one after the other would wait for ever
        finished(self, monitor, *ends)
        assert np.geterr()["over"] == "ignore"  # numbers of what is recorded may be infinite, as in training

    monkeypatch.setattr(Recorder, "finished", waits)
    with pytest.raises(OSError, match="no space"):
        run(configs)
    assert sorted(recorder.endings for recorder in recorders) == [0, 1, 1]
