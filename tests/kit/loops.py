"""Training with the loop on made-up samples, and what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from tests.kit.twins import CLASSES, FEATURES, configuration, placed, samples

from twinprop.config import registry
from twinprop.config.schema import Config
from twinprop.data.samples import Samples
from twinprop.learners import BACKENDS
from twinprop.training.learner import Learner
from twinprop.training.loop import Weights, train
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan
from twinprop.training.position import Position

TRAIN, VAL, TEST = samples(64), samples(30, seed=1), samples(25, seed=2)
TIMES = ("seconds", "samples_per_second")
backends = pytest.mark.parametrize("backend", list(BACKENDS))


@dataclass
class Recorder:
    """Keeps what the loop records."""

    rows: list[Row] = field(default_factory=list)
    checkpoints: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] | None = None
    best: dict[str, Any] | None = None
    predicted: Any = None
    endings: int = 0

    def evaluated(self, row: Row, learner: Learner, member: int) -> dict[str, Any]:
        assert learner.gradients(member)
        self.rows.append(row)
        return {"rows": len(self.rows)}

    def checkpoint(self, name: str, position: Position) -> None:
        self.checkpoints[name] = position

    def finished(self, monitor: Monitor, weights: Weights, predicted: Any) -> None:
        self.endings += 1
        copies = {kind: {name: np.array(value) for name, value in own.items()} for kind, own in weights.items()}
        self.parameters, self.best = copies["last"], copies.get("best")
        self.predicted = predicted


@dataclass
class Done:
    """What came of a training."""

    learner: Any
    monitors: list[Monitor]
    recorders: list[Recorder]
    sizes: list[int] = field(default_factory=list)
    """Networks of each learner that was made."""

    def table(self, member: int = 0) -> np.ndarray[Any, Any]:
        """The member's rows without times."""
        rows = [row.cells() for row in self.monitors[member].rows]
        return np.array([[value for key, value in row.items() if key not in TIMES] for row in rows])


def run(
    configs: Config | list[Config],
    position: Position | None = None,
    progress: Any = lambda steps: None,
    val: Any = VAL,
    checkpoints: Any = None,
    judge: Any = lambda monitors: None,
) -> Done:
    """Train with the loop, from the start or from a position; `judge` takes the monitors by their places."""
    configs = configs if isinstance(configs, list) else [configs]
    config = configs[0]
    plan = Plan.of(config.train, len(TRAIN[1]))
    learners = []
    sizes = []

    def make(places: Sequence[int]) -> Learner:
        backend = BACKENDS[config.model.backend]
        kind = registry.load(backend.learner if len(places) == 1 else backend.stack)
        sizes.append(len(places))
        learners.append(kind([configs[place] for place in places], (FEATURES,), CLASSES, plan))
        return learners[-1]

    monitors, recorders = [Monitor(config.seed, config.train) for config in configs], [Recorder() for _ in configs]
    splits = tuple(placed(Samples(y, x), config) for x, y in (TRAIN, val, TEST))

    def by_places(evaluated: Sequence[Monitor]) -> None:
        judge({next(at for at, each in enumerate(monitors) if each is monitor): monitor for monitor in evaluated})

    more: Any = {"checkpoints": checkpoints, "position": position, "judge": by_places}
    train(make, splits, monitors, recorders, plan, progress, **more)
    return Done(learners[-1] if learners else None, monitors, recorders, sizes)


def config_of(backend: str = "scratch", **parts: Any) -> Config:
    model = {"backend": backend, **parts.pop("model", {})}
    train_ = {"steps": None, "epochs": 6, **parts.pop("train", {})}
    return configuration(**parts, model=model, train=train_)


def assert_rows_as_alone(configs: list[Config], **more: Any) -> Done:
    together = run(configs, **more)
    for member, config in enumerate(configs):
        alone = run(config, **more)
        assert together.monitors[member].status == alone.monitors[0].status
        assert together.monitors[member].reason == alone.monitors[0].reason
        np.testing.assert_allclose(together.table(member), alone.table(), rtol=1e-9)
        mine, lone = together.recorders[member], alone.recorders[0]
        assert mine.endings == lone.endings == 1
        assert [row.cells() for row in mine.rows] == [row.cells() for row in together.monitors[member].rows]
        assert list(mine.checkpoints) == list(lone.checkpoints)
        for name, value in lone.parameters.items():
            np.testing.assert_allclose(mine.parameters[name], value, rtol=1e-9, atol=1e-12)
        if lone.predicted is None:
            assert mine.predicted is None
        else:
            np.testing.assert_array_equal(mine.predicted.values, lone.predicted.values)
        best, expected = together.monitors[member].best, alone.monitors[0].best
        assert (best and best.epoch) == (expected and expected.epoch)
    return together
