"""Keys of `hydra.launcher.submitit`: those of Hydra's own submitit plugin, and `cluster`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from twinprop.app.diagnose import in_a_line
from twinprop.errors import TwinpropError
from twinprop.text import nearest

KEY = "hydra.launcher.submitit"

OURS = ("array_parallelism", "signal_delay_s", "max_num_timeout")
"""Keys whose defaults are ours, which depend on others: those of the plugin do not pass for a wish."""


def submitit_settings(given: dict[str, Any], directory: Path = Path()) -> dict[str, Any]:
    """What submitit is to be told, checked, with the plugin's defaults for what was not given.

    Args:
        given: keys and values of `hydra.launcher.submitit`.
        directory: the sweep's, which the plugin puts submitit's own files into.

    Returns:
        A plain value for each key of the plugin's SlurmQueueConf, and besides `cluster`: `slurm` or `local`, and
        `general_keys`: those keys that any cluster takes, where the others are SLURM's. Keys of `OURS` are None where
        they were not given.

    Raises:
        TwinpropError: submitit or Hydra's plugin is not installed, there is no such key or cluster, or a key does not
            take its value.
    """
    try:
        import submitit
        from hydra_plugins.hydra_submitit_launcher.config import BaseQueueConf, SlurmQueueConf
    except ModuleNotFoundError as error:
        raise TwinpropError(
            f"hydra.launcher.engine=submitit: {error.name} is not installed; "
            "pip install -e '.[submitit]' in the checkout."
        ) from error

    known = ["cluster", *(item.name for item in fields(SlurmQueueConf) if item.name != "_target_")]
    for key in given:
        if key not in known:
            raise TwinpropError(f"{KEY}.{key}: there is no such key.{nearest(key, known)} See docs/sweeps.md.")
    cluster = given.get("cluster") or submitit.AutoExecutor.which()
    if cluster not in ("slurm", "local"):
        raise TwinpropError(f"{KEY}.cluster={cluster}: must be slurm, local or null.")
    if cluster == "slurm" and submitit.SlurmExecutor.affinity() < 0:
        raise TwinpropError(f"{KEY}.cluster=slurm: there is no srun here; choose local.")
    for key in ("nodes", "tasks_per_node"):
        if given.get(key, 1) != 1:
            raise TwinpropError(f"{KEY}.{key}={given[key]}: a stack is one task on one node.")
    sweep = OmegaConf.create({"hydra": {"sweep": {"dir": str(directory)}, "job": {"name": "twinprop"}}})
    try:
        merged = OmegaConf.merge(
            OmegaConf.structured(SlurmQueueConf), {key: value for key, value in given.items() if key != "cluster"}
        )
        sweep.settings = merged  # which refers to the rest
        settings: Any = OmegaConf.to_container(sweep.settings, resolve=True)
    except OmegaConfBaseException as error:
        raise TwinpropError(f"{KEY}: {in_a_line(error)}") from error
    del settings["_target_"]
    for key in OURS:
        settings[key] = given.get(key)
    return {**settings, "cluster": cluster, "general_keys": [item.name for item in fields(BaseQueueConf)]}
