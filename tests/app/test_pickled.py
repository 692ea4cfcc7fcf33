"""What Hydra's launchers pickle is unpickled where a plugin is not known yet."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import cloudpickle
import pytest
from omegaconf import DictConfig, OmegaConf
from tests.kit.plugins import forgotten

from twinprop.app import pickled
from twinprop.config import plugins, registry
from twinprop.population.setups import SetupCache

OWN = """import twinprop
from dataclasses import dataclass
from twinprop.scratch.optimizers import Optimizer
from twinprop.data.toy import Toy

@twinprop.optimizer("own")
class Own(Optimizer):
    pace: float = 1.0
    def update(self, p, g, state, t): ...

@twinprop.dataset("points")
class Points(Toy): ...
"""


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_a_configuration_is_unpickled_with_its_plugins(
    pickler: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pickled.register()
    Path("own.py").write_text(OWN)
    with forgotten():
        plugins.load("own.py")
        config = OmegaConf.create({"a": {"optimizer": OmegaConf.structured(registry.OPTIMIZERS["own"].scratch)}})
        config.a.again = config.a.optimizer
        points = registry.load(registry.DATA["points"])()
        sent = [pickler.dumps(each) for each in (config, config.a.optimizer, SetupCache({"points": points}))]
    for each in sent:
        with forgotten():
            sys.modules.pop("twinprop_plugin_own", None)
            found = pickle.loads(each)
            assert "own" in registry.OPTIMIZERS
            if isinstance(found, DictConfig):
                own = found.a.optimizer if "a" in found else found
                assert OmegaConf.get_type(own) is registry.OPTIMIZERS["own"].scratch
                assert own._get_parent() is (found.a if "a" in found else None) or "a" not in found
                assert OmegaConf.to_object(own).pace == 1.0
            else:
                assert type(found.given["points"]) is registry.load(registry.DATA["points"])
