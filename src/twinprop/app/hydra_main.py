"""Run a task as Hydra runs it for a command line, with our configurations, and let its exceptions through."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from twinprop.app.folders import conf
from twinprop.errors import ConfigError

TRUSTED = (
    "twinprop.app.gate.Gate",
    "twinprop.run.console.ConsoleHandler",
    "twinprop.run.console.LogFileHandler",
    "twinprop.run.console.StreamHandler",
)
"""What a configuration may have called: what conf/ names. Launchers and sweepers are Hydra's plugins, known to it."""

FULL_ERROR = "HYDRA_FULL_ERROR"


def hydra_main(task: Callable[[Any], Any], words: Sequence[str] | None = None) -> None:
    """Do what a command line asks for, with `task` for each job.

    Args:
        task: takes the configuration of a job.
        words: the command line without the program's name; None is this process's own.

    Raises:
        ConfigError: it gives one of Hydra's own keys a value that Hydra would stumble over, or the configuration would
            call what it may not.
    """
    import hydra
    from hydra.errors import InstantiationException

    from twinprop.app.hydra_internals import forget_job
    from twinprop.app.hydra_keys import check_hydra_keys
    from twinprop.app.register import register
    from twinprop.app.trusted import allowed, refusal

    check_hydra_keys(sys.argv[1:] if words is None else words)
    register()
    forget_job()  # in a notebook, the run before is no longer this one
    decorate = hydra.main(execution_whitelist=[*TRUSTED, *allowed()], config_path=str(conf()), config_name="config")
    run: Callable[[], Any] = decorate(task)
    before = sys.argv
    try:
        if words is not None:
            sys.argv = [before[0], *words]
        with full_errors():
            run()
    except InstantiationException as error:
        raise ConfigError([refusal(error)]) from error
    finally:
        sys.argv = before


def wants_traceback() -> bool:
    """Whether the user asks for tracebacks; to be asked before `full_errors`."""
    return os.environ.get(FULL_ERROR) == "1"


@contextmanager
def full_errors() -> Iterator[None]:
    """Let exceptions through Hydra, which would otherwise print them and exit."""
    before = os.environ.get(FULL_ERROR)
    os.environ[FULL_ERROR] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[FULL_ERROR]
        else:
            os.environ[FULL_ERROR] = before
