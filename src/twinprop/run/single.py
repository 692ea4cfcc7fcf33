"""One run from start to end: check, load, train, record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twinprop.config import registry
from twinprop.config.schema import Config, check
from twinprop.learners import BACKENDS
from twinprop.run.console import Display, display_path, log, log_row
from twinprop.run.describe import describe_network, describe_run
from twinprop.run.directory import RunDirectory
from twinprop.run.recorder import RunRecorder, record_failure
from twinprop.training.monitor import Monitor


def execute(config: Config, path: Path) -> dict[str, Any]:
    """Train what `config` describes and write everything about it into the directory `path`.

    Returns:
        The contents of summary.json.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable, or `path` holds a run.
    """
    check(config)
    directory = RunDirectory(path)
    monitor = Monitor(config.seed, config.train)
    recorder: RunRecorder | None = None
    try:
        from twinprop.run.device import threads_for, use_threads
        from twinprop.run.environment import environment
        from twinprop.run.setup import Setup
        from twinprop.training.loop import train

        setup = Setup(config)
        dataset, plan = setup.dataset, setup.plan(config)
        registry.load(BACKENDS[config.model.backend].learner)  # imports, before time is taken
        threads = threads_for(config, dataset.shape, len(dataset.train))
        use_threads(threads)
        display = Display(plan.total_steps, log_row)
        recorder = RunRecorder(directory, config, dataset, display, plan, environment(setup.device, threads))
        log.info(f"training {describe_network(config, dataset)} on {config.data.name} in {display_path(path)}")
        with display():
            train(
                lambda stack: setup.learner([config], plan),
                setup.splits,
                [monitor],
                [recorder],
                plan,
                display.progress,
            )
    except BaseException as error:
        record_failure(monitor, directory, recorder, error)
        raise
    log.info(describe_run(recorder, monitor, dataset))
    return recorder.summary
