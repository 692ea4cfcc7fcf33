"""Go on with a run or a sweep where it was left, in its own directory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twinprop.app.home import quoted
from twinprop.app.resumption import Resumption, lengthened, log_to, may_be_longer
from twinprop.app.run_source import FROM, KEPT
from twinprop.config import schema
from twinprop.config.problems import check
from twinprop.errors import TwinpropError
from twinprop.population.engines import ENGINES
from twinprop.population.restart import take_over
from twinprop.run.directory import ENDED, summary_of, write_atomically
from twinprop.run.files import COMMAND, read_command, read_groups
from twinprop.run.lock import PATIENCE, Lock
from twinprop.run.matching import LENGTHS
from twinprop.run.plugin_record import recall
from twinprop.text import as_typed

CONFIG = ".hydra/config.yaml"

ENGINE_KEYS = ("hydra.launcher.", "hydra/launcher=")


def changes_of(words: Sequence[str]) -> dict[str, Any]:
    """How long to train, from words such as `train.epochs=60`.

    Raises:
        TwinpropError: a word is of another key, or its value is no number.
    """
    found: dict[str, Any] = {}
    for word in words:
        key, _, value = word.partition("=")
        if key not in LENGTHS:
            raise TwinpropError(
                f"{word}: what goes on stays what it is, but for {', '.join(LENGTHS)}; "
                f"to train something else: {as_typed('python train.py')}."
            )
        if value != "null" and not value.isdecimal():
            raise TwinpropError(f"{word}: must be a whole number, at least 1, or null.")
        found[key] = None if value == "null" else int(value)
    return found


def resume(directory: Path, words: Sequence[str] = (), force: bool = False) -> int:
    """Go on with the run or the sweep in a directory; the exit status, as that of training.

    Args:
        directory: its own.
        words: how long to train, where that is to be different; of a sweep keys of `hydra.launcher` as well.
        force: although something no longer matches.

    Raises:
        TwinpropError: there is nothing to go on with, or something no longer matches.
    """
    directory = directory.absolute()
    recall(directory)
    if (directory / COMMAND).exists():
        return resume_sweep(directory, words, force)
    if (directory / CONFIG).exists():
        return resume_run(directory, words, force)
    if (directory / "multirun.yaml").exists():
        raise TwinpropError(f"{directory}: was begun by an earlier version, which kept nothing to go on from.")
    raise TwinpropError(f"{directory}: holds neither a run nor a sweep; expected a folder such as outputs/runs/….")


def resume_run(directory: Path, words: Sequence[str], force: bool) -> int:
    """Go on with a single run."""
    from omegaconf import OmegaConf

    from twinprop.app.training_task import DIVERGED
    from twinprop.run.single import execute

    if (directory.parent / COMMAND).exists():
        raise TwinpropError(f"{directory}: is a job of a sweep; resume that: {directory.parent}.")
    path = directory / CONFIG
    before, text = schema.from_dict(read_groups(path)), path.read_bytes()
    config = check(lengthened(before, changes_of(words)))
    summary = summary_of(directory)
    if summary.get("status") in ENDED and (config == before or not may_be_longer(summary)):
        reason = f" ({summary['reason']})" if summary.get("reason") else ""
        print(f"{directory}: has {summary['status']}{reason}; nothing is left to do.")
        return 0
    go_to(directory)
    log_to(next(iter(sorted(directory.glob("*.log"))), directory / "train.log"))
    if config != before:
        write_atomically(path, OmegaConf.to_yaml(OmegaConf.structured(config)).encode())
    try:
        status = execute(config, directory, go_on=True, force=force)["status"]
    except TwinpropError:
        write_atomically(path, text)  # what is refused stays as it was
        raise
    if status == "interrupted":
        raise KeyboardInterrupt
    return DIVERGED if status == "diverged" else 0


def go_to(directory: Path) -> None:
    """Go to the folder in which a run was started, for paths of data may be relative to it."""
    from omegaconf import OmegaConf

    try:
        hydra = OmegaConf.load(directory / ".hydra" / "hydra.yaml").hydra
        folder = directory if hydra.job.chdir else Path(hydra.runtime.cwd)
    except Exception as error:  # whatever a damaged file makes of its own reader
        raise TwinpropError(f"{directory}/.hydra/hydra.yaml: cannot be read ({type(error).__name__}).") from error
    if folder.is_dir():
        os.chdir(folder)


def resume_sweep(directory: Path, words: Sequence[str], force: bool) -> int:
    """Go on with a sweep: its command once more, which finds what has ended."""
    from twinprop.app.cli import run

    command = read_command(directory)
    lengths = [word for word in words if not word.startswith(ENGINE_KEYS)]
    engine = [word for word in words if word.startswith(ENGINE_KEYS)]
    given = [word for word in command["words"] if not word.startswith("hydra.sweep.dir=")]
    alone = command["launcher"] != "population"
    if alone:
        given = [word for word in given if not word.startswith(ENGINE_KEYS)]
        engine = ["hydra/launcher=population"]
    chosen = next((word.partition("=")[2] for word in engine if word.startswith("hydra.launcher.engine=")), None)
    if chosen is not None:  # what another engine was told is nothing to this one
        others = tuple(f"hydra.launcher.{name}." for name in ENGINES if name != chosen)
        given = [word for word in given if not word.lstrip("+").startswith(others)]
    if Path(command["folder"]).is_dir():
        os.chdir(command["folder"])
    resumption = Resumption(directory, changes_of(lengths), force, alone)
    kept = KEPT.set(command.get(FROM, {}))
    try:
        with Lock(directory, PATIENCE), resumption():
            take_over(directory)
            run([*given, *engine, f"hydra.sweep.dir={quoted(str(directory))}"])
    finally:
        KEPT.reset(kept)
    return 0
