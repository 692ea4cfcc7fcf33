"""twinprop in a notebook: train what the command would, and read what a run left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinprop.app.folders import conf
from twinprop.app.home import expand
from twinprop.app.hydra_main import hydra_main
from twinprop.app.plugin_words import take
from twinprop.app.training_task import checked
from twinprop.errors import ConfigError, TwinpropError
from twinprop.run.saved import Run, load

if TYPE_CHECKING:
    from omegaconf import DictConfig


def train(*overrides: str) -> Run:
    """Do what `python train.py OVERRIDES` does, and return the run.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable.
        KeyboardInterrupt: a signal came; what was trained is saved, and `twinprop resume` goes on with it.
    """
    from hydra import initialize_config_dir
    from hydra.core.hydra_config import HydraConfig

    from twinprop.app.composer import HYDRA_ERRORS
    from twinprop.app.diagnose import diagnose, in_a_line, to_error
    from twinprop.run.single import execute

    directories: list[Path] = []

    def task(config: DictConfig) -> None:
        directories.append(Path(HydraConfig.get().runtime.output_dir))
        if execute(checked(config), directories[0])["status"] == "interrupted":
            raise KeyboardInterrupt  # which ends the loop that this may stand in, too

    options = [word for word in overrides if word.startswith("-")]
    if options:
        raise ConfigError([f"{word!r}: is not key=value." for word in options])
    words = take(expand(overrides))
    try:
        hydra_main(task, words)
    except HYDRA_ERRORS as error:
        with initialize_config_dir(str(conf())):
            raise to_error(diagnose(words)) or ConfigError([in_a_line(error)]) from error
    except SystemExit as error:  # the gate ends a process that cannot start; a notebook goes on
        raise TwinpropError(str(error.code)) from error
    return load(directories[0])
