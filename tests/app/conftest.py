"""Hydra as a sweep finds it, for the tests of a module."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from twinprop.app.folders import conf
from twinprop.app.register import register


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    register()
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("sweep"))
    with initialize_config_dir(str(conf()), job_name="train"):
        yield
    os.chdir(before)


@pytest.fixture(scope="module")
def master(hydra: None) -> Any:
    """The configuration of a sweep."""
    loader = GlobalHydra.instance().config_loader()
    composed = loader.load_configuration("config", ["seed=0,1", "hydra.mode=MULTIRUN"], RunMode.MULTIRUN)
    HydraConfig.instance().set_config(composed)
    return composed
