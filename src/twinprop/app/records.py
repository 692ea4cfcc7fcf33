"""A run's `.hydra/` where Hydra looks for configurations: it is none, and `from=RUN` does what is meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twinprop.errors import TwinpropError
from twinprop.text import as_typed, at_home, in_shell

RECORD = ("config.yaml", "hydra.yaml", "overrides.yaml")
"""What Hydra writes of a run."""


def refuse_record(folders: Mapping[str, str | None]) -> None:
    """Refuse folders that hold what Hydra wrote of a run, without types and with all values fixed.

    Args:
        folders: what was given to options of Hydra's, by the option.

    Raises:
        TwinpropError: one of them is a run's; the text names the command that repeats the run.
    """
    for option, given in folders.items():
        for folder in (Path(at_home(given)), Path(at_home(given), ".hydra")) if given else ():
            if all((folder / name).is_file() for name in RECORD):
                raise TwinpropError(
                    f"{option}={given}: is the record of a run, and no folder of configurations. To repeat the run: "
                    f"{as_typed('python train.py')} {in_shell(f'from={folder.parent}')}"
                )
