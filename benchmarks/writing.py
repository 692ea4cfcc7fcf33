"""What a run's directory costs: python benchmarks/writing.py [--runs 50]

Milliseconds a run for everything that is written, with ten evaluations of a 784-50-50-10 network and the pictures of
10,000 test images, and nothing trained.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import results

from twinprop.config.schema import Config
from twinprop.data.base import Dataset
from twinprop.data.samples import Samples
from twinprop.learners.scratch import ScratchLearner
from twinprop.models.mlp import MLP
from twinprop.run.console import Display
from twinprop.run.directory import RunDirectory
from twinprop.run.environment import environment
from twinprop.run.recorder import RunRecorder
from twinprop.task import CLASSIFICATION, Predicted
from twinprop.training.monitor import Monitor, Row
from twinprop.training.plan import Plan

EVALUATIONS = 10


def write(
    folder: Path, config: Config, learner: ScratchLearner, dataset: Dataset, about: dict[str, Any]
) -> dict[str, float]:
    """Write one run; seconds by part."""
    rng = np.random.default_rng(0)
    plan = Plan(EVALUATIONS, 844, 844 * EVALUATIONS)
    predicted = np.where(rng.random(len(dataset.test)) < 0.95, dataset.test.y, rng.integers(0, 10, len(dataset.test)))
    times = [time.perf_counter()]
    directory, monitor = RunDirectory(folder), Monitor(config.seed, config.train)
    display = Display(plan.total_steps, lambda text: None)
    recorder = RunRecorder(directory, config, dataset, display, plan, about, dict, monitor)
    times.append(time.perf_counter())
    for epoch in range(1, EVALUATIONS + 1):
        results_ = dict(zip(CLASSIFICATION.results(), rng.random(6).tolist(), strict=True))
        row = Row(epoch, 844 * epoch, 0.1, results_, 1.0, 0.2, 2.7e5)
        monitor.add(row)
        recorder.evaluated(row, learner, 0)
    times.append(time.perf_counter())
    monitor.stop("completed", "")
    monitor.last = learner.state(0)
    recorder.finished(monitor, {"last": learner.state_dict_of(monitor.last)}, Predicted(predicted))
    times.append(time.perf_counter())
    return dict(zip(("open", "evaluations", "end"), np.diff(times).tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    runs = parser.parse_args().runs
    rng = np.random.default_rng(0)
    test = Samples(rng.integers(0, 10, 10_000), rng.random((10_000, 28, 28), np.float32))
    dataset = Dataset(test, test, test, (28, 28), list(map(str, range(10))), None, None)
    config = Config(model=MLP(hidden=[50, 50]))
    learner = ScratchLearner([config], (28, 28), 10, Plan(1, 1, 1))
    about = environment("cpu", 1)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "first", config, learner, dataset, about)  # imports
        found = [write(Path(folder) / str(number), config, learner, dataset, about) for number in range(runs)]
    parts = {name: 1000 * float(np.median([each[name] for each in found])) for name in found[0]}
    parts["in all"] = sum(parts.values())
    lines = [f"{results.machine()}", "", f"| {' | '.join(parts)} |", "| --- " * len(parts) + "|"]
    lines.append(f"| {' | '.join(f'{value:.1f} ms' for value in parts.values())} |")
    results.write("Writing a run", "\n".join(lines))


if __name__ == "__main__":
    main()
