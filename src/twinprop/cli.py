"""The command line: Hydra's, with mistakes told in one message and no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
from omegaconf import DictConfig, OmegaConf

from twinprop.config import names, schema
from twinprop.errors import ConfigError, TwinpropError

DIVERGED, INTERRUPTED = 3, 130
"""Exit statuses of a run that diverged, and of one that a signal ended."""

TRUSTED = ["twinprop.*", "logging.*", "hydra.*", "hydra_plugins.*"]
"""What a configuration may have Hydra call: handlers of the log, launchers, sweepers."""


def conf() -> Path:
    """The directory of configurations: beside the sources in a checkout, inside the package when installed."""
    installed = Path(__file__).parent / "conf"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "conf"


def task(config: DictConfig) -> dict[str, Any]:
    """What Hydra runs for each job."""
    from hydra.core.hydra_config import HydraConfig

    typed = OmegaConf.to_object(config)
    assert isinstance(typed, schema.Config)
    schema.check(typed)

    from twinprop.run.execute import execute

    return execute(typed, Path(HydraConfig.get().runtime.output_dir))


@contextmanager
def full_errors() -> Iterator[None]:
    """Let exceptions through Hydra, which would otherwise print them and exit."""
    before = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = before


def explain(error: Exception, overrides: list[str]) -> str | None:
    """The message for a mistake that a user can mend; None for a fault of the program."""
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from twinprop.config.diagnose import diagnose

    if isinstance(error, ConfigError):
        return str(ConfigError(diagnose(overrides, conf()) or error.problems))
    if isinstance(error, TwinpropError):
        return str(error)
    if isinstance(error, HydraException | OmegaConfBaseException):
        found = diagnose(overrides, conf())
        return str(ConfigError(found)) if found else str(error)
    return None


def main() -> None:
    """Run the command line in `sys.argv`."""
    schema.register()
    names.register()
    last: list[dict[str, Any]] = []

    def job(config: DictConfig) -> dict[str, Any]:
        last.append(task(config))
        return last[-1]

    wants_traceback = os.environ.get("HYDRA_FULL_ERROR") == "1"
    run: Callable[[], Any] = hydra.main(execution_whitelist=TRUSTED, config_path=str(conf()), config_name="config")(job)
    try:
        with full_errors():
            run()
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:
        message = None if wants_traceback else explain(error, [word for word in sys.argv[1:] if "=" in word])
        if message is None:
            raise
        print(message, file=sys.stderr)
        sys.exit(1)
    statuses = {summary["status"] for summary in last}
    if "interrupted" in statuses:
        sys.exit(INTERRUPTED)
    if len(last) == 1 and "diverged" in statuses:
        sys.exit(DIVERGED)
