"""Samples are loaded once, and make room for others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from twinprop.config.schema import Config
from twinprop.data.sklearn_tables import Iris
from twinprop.data.toy import Moons
from twinprop.models.mlp import MLP
from twinprop.population.setups import SetupCache
from twinprop.run.setup import Setup


def test_samples_make_room_for_others_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (Config(data=Moons(seed=seed), model=MLP()) for seed in range(3))
    setups = SetupCache()
    known = setups.get(first)
    setups.get(second)
    assert setups.get(first) is known, "with enough memory, nothing is loaded twice"
    free = iter([0, 1000])
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=next(free), total=1000))
    setups.get(third)
    assert setups.get(first) is known, "the second was used longest ago"
    assert len(setups.loaded) == 2
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0, total=1000))
    again = setups.get(second)
    assert len(setups.loaded) == 1
    np.testing.assert_array_equal(again.dataset.train.y, Setup(second).dataset.train.y)


def test_twins_share_what_was_loaded_and_a_table_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    setups = SetupCache()
    caplog.set_level("INFO", "twinprop")
    for backend, dtype in (("scratch", "float32"), ("torch", "float32"), ("scratch", "float64")):
        setups.get(Config(data=Iris(), model=MLP(backend=backend, dtype=dtype)))
    assert len(setups.loaded) == 3
    assert sum("150 rows" in record.message for record in caplog.records) == 1
