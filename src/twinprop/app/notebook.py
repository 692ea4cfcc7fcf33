"""twinprop in a notebook: train what the command would, and read what a run left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinprop.app.register import register
from twinprop.config import schema
from twinprop.errors import TwinpropError
from twinprop.run.saved import Run, load

if TYPE_CHECKING:
    pass


def train(*overrides: str) -> Run:
    """Do what `python train.py OVERRIDES` does, and return the run.

    Raises:
        TwinpropError: the configuration, the data or the device is not usable.
    """
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.hydra_config import HydraConfig
    from hydra.utils import execution_whitelist
    from omegaconf import DictConfig

    from twinprop.app.cli import TRUSTED
    from twinprop.app.folders import conf
    from twinprop.app.diagnose import HYDRA_ERRORS, diagnose, in_a_line, summary
    from twinprop.errors import ConfigError
    from twinprop.run.single import execute

    found: list[Path] = []

    def task(config: DictConfig) -> None:
        found.append(Path(HydraConfig.get().runtime.output_dir))
        execute(schema.check(schema.typed(config)), found[0])

    register()
    with execution_whitelist(TRUSTED), initialize_config_dir(str(conf()), job_name="train"):
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        try:
            hydra.run("config", task, list(overrides))
        except HYDRA_ERRORS as error:
            raise summary(diagnose(list(overrides))) or ConfigError([in_a_line(error)]) from error
        except SystemExit as error:  # the gate ends a process that cannot start; a notebook goes on
            raise TwinpropError(str(error.code)) from error
    return load(found[0])
