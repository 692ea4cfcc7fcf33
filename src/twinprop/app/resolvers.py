"""The functions that `conf/config.yaml` calls to name the directories of runs and sweeps."""

from __future__ import annotations

import sys
from typing import Any

from twinprop.run.names import safe, short_name, unused


def run_name(overrides: Any, label: Any) -> str:
    return short_name(list(overrides or []), label)


def job_name(overrides: Any) -> str:
    """What a job varies: an override that stands on the command line as it is, is the same in every job."""
    return short_name([word for word in overrides or [] if word not in sys.argv], None)


def sweep_name(overrides: Any, label: Any, now: str) -> str:
    """The label, or the experiment and the studies of a sweep, with the time; the time alone where there is neither."""
    named = [
        word.partition("=")[2].strip("[]") for word in overrides or [] if word.startswith(("+sweeps=", "experiment="))
    ]
    named = [label] if label else named
    return "_".join(filter(None, [safe("_".join(named)), now]))  # whatever is cut, it is not the time


def register() -> None:
    """Give Hydra the resolvers that `conf/config.yaml` uses."""
    from omegaconf import OmegaConf

    OmegaConf.register_resolver("run_name", run_name, replace=True)
    OmegaConf.register_resolver("job_name", job_name, replace=True)
    OmegaConf.register_resolver("sweep_name", sweep_name, replace=True)
    OmegaConf.register_resolver("unused", unused, use_cache=True, replace=True)
