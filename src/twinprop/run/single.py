"""One run from start to end: check, load, train, record."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from twinprop.config import registry
from twinprop.config.problems import check
from twinprop.config.schema import Config
from twinprop.learners import BACKENDS
from twinprop.learners.first_use import doubts
from twinprop.run.checkpoints import FOLDER, CheckpointFolder, sound
from twinprop.run.console import Display, display_path, log, log_row
from twinprop.run.describe import describe_network, describe_run
from twinprop.run.directory import RunDirectory, discard
from twinprop.run.lock import PATIENCE, Lock
from twinprop.run.pace import SHOWN, Pace
from twinprop.run.recorder import RunRecorder, record_failure
from twinprop.text import as_typed, in_shell
from twinprop.training.monitor import Monitor


def execute(config: Config, path: Path, go_on: bool = False, force: bool = False) -> dict[str, Any]:
    """Train what `config` describes and write everything about it into the directory `path`.

    Args:
        config: what to train.
        path: the run's directory.
        go_on: from the last checkpoint in the directory, or anew where there is none.
        force: although the checkpoint is of something else.

    Returns:
        The contents of summary.json.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable, or `path` holds a run.
    """
    check(config)
    with Lock(path, PATIENCE if go_on else 0.0):
        return train_alone(config, path, go_on, force)


def train_alone(config: Config, path: Path, go_on: bool, force: bool) -> dict[str, Any]:
    """`execute`, in a directory that no other process writes into."""
    found = next((each for each in sound(path / FOLDER / "0") if each.goes_on(0, path)), None) if go_on else None
    if go_on and found is None:
        discard(path)
    directory = None if found else RunDirectory(path)
    monitor, pace = Monitor(config.seed, config.train, metric=config.metric), Pace(SHOWN)
    recorder: RunRecorder | None = None
    try:
        from twinprop.run import matching
        from twinprop.run.device import cores, threads_for, use_threads
        from twinprop.run.environment import environment
        from twinprop.run.initial import begin
        from twinprop.run.setup import Setup
        from twinprop.training.loop import train

        setup = Setup(config)
        dataset, plan = setup.dataset, setup.plan(config)
        registry.load(BACKENDS[config.model.backend].learner)  # imports, before time is taken
        threads = threads_for(config, dataset.shape, len(dataset.train))
        use_threads(threads, config.model.backend)
        setup.splits[0].ahead = setup.device == "cpu" and threads < cores()
        monitor.task = dataset.task
        display = Display(plan.total_steps, log_row, dataset.task)
        about = environment(setup.device, threads)
        matters = partial(matching.about, setup, [config], about)
        if found:
            matching.check_match(found, matters(), force, plan.total_steps)
            monitor.load_state(found.position.monitors[0])
        directory = directory or RunDirectory(path, monitor.rows)
        recorder = RunRecorder(directory, config, dataset, display, plan, about, matters, monitor, pace)
        kept = CheckpointFolder(path / FOLDER, [0], matters, config.train.checkpoint_seconds)
        if found:
            log.info(f"going on at step {found.position.steps:,} of {plan.total_steps:,}")
        if not found and config.init_from is not None:
            begin(monitor, setup, config, plan, log.info)
        for doubt in doubts(config, dataset.shape, dataset.outputs):
            log.warning(doubt)
        log.info(f"training {describe_network(config, dataset)} on {config.data.name} in {display_path(path)}")
        with display():
            train(
                lambda stack: setup.learner([config], plan),
                setup.splits,
                [monitor],
                [recorder],
                plan,
                display.progress,
                checkpoints=kept,
                position=found.position if found else None,
            )
    except BaseException as error:
        if directory is not None:  # a run that cannot go on stays as it is
            record_failure(monitor, directory, recorder, error)
        if isinstance(error, KeyboardInterrupt):
            log.info(how_to_go_on(path))
        raise
    assert recorder is not None
    log.info(describe_run(recorder, monitor, dataset))
    if monitor.status == "interrupted":
        log.info(how_to_go_on(path))
    return recorder.summary


def how_to_go_on(path: Path) -> str:
    """The command that continues a run or a sweep, in a sentence."""
    return f"{as_typed('To go on: python -m twinprop resume')} {in_shell(display_path(path))}"
