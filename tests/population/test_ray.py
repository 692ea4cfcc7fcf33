"""Settings of Ray."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.kit.sweeps import COMMON, run

from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.errors import TwinpropError
from twinprop.population.ray import needs_of, resources, running_at, why_not
from twinprop.population.ray_process import mapped, written
from twinprop.population.setups import SetupCache

WRONG_OF_RAY = {
    "foo=1": "hydra.launcher.ray.foo: there is no such key. See docs/sweeps.md.",
    "init.num_cpu=1": "hydra.launcher.ray.init.num_cpu: there is no such key. Did you mean 'num_cpus'?",
    "remote.num_cpu=1": "hydra.launcher.ray.remote: Invalid option keyword num_cpu",
    "init.address=auto": "hydra.launcher.ray.init.address=auto: no Ray runs on this machine; start it with",
    "init.address=127.0.0.2:9": "hydra.launcher.ray.init.address=127.0.0.2:9: nobody answers ([Errno 111] Connection",
}


@pytest.mark.slow
@pytest.mark.parametrize("word", WRONG_OF_RAY)
def test_a_bad_key_of_ray_is_one_message(word: str, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install -e '.[ray]'")
    words = ["hydra.launcher.engine=ray", f"hydra.launcher.ray.{word}"]
    own = {**os.environ, "RAY_TMPDIR": str(tmp_path)}  # a Ray that runs on this machine is none of ours
    done = run(tmp_path, *COMMON, "seed=0,1", *words, check=False, env=own)
    assert done.returncode == 1
    assert done.stderr.startswith(WRONG_OF_RAY[word])
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "sweep").exists()


def test_a_cluster_that_crashed_is_told_with_the_file_that_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    assert running_at({}) == ""
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text("127.0.0.2:9")
    with pytest.raises(TwinpropError, match=r"ray_current_cluster=127.0.0.2:9: nobody answers .*`ray stop` removes"):
        running_at({})
    assert running_at({"address": "local"}) == ""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.3:9")
    with pytest.raises(TwinpropError, match=r"^RAY_ADDRESS=127.0.0.3:9: nobody answers"):
        running_at({"address": "auto"})


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.2:ray", ":6379", "127.0.0.2:66000"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(TwinpropError, match=f"init.address={address}: must be HOST:PORT of a cluster's head"):
        running_at({"address": address})


def test_what_a_task_needs_is_compared_with_what_nodes_have() -> None:
    assert needs_of({"num_gpus": 1, "resources": {"big": 2}}) == {"CPU": 1, "GPU": 1, "big": 2}
    assert resources({"memory": 23373800000.0, "CPU": 2.0, "node:127.0.0.2": 1.0}) == "CPU 2, memory 23.4 GB"
    assert "existing cluster" not in why_not("ValueError: other", "")
    assert why_not("RuntimeError: no token found", "").startswith("hydra.launcher.ray.init: Ray wants the token")


def test_samples_go_through_files_and_are_what_they_were(tmp_path: Path) -> None:
    """Not through the pipe: one process would hold them three times."""
    samples: Any = {"images": np.arange(6.0).reshape(2, 3), "none": np.empty((0, 3)), "labels": np.array([1, 2])}
    file = written(SetupCache(samples), tmp_path)
    assert file.stat().st_size < 1000, "arrays lie beside it"
    found: Any = mapped(file).given
    assert found.keys() == samples.keys()
    for name, array in samples.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_samples_that_are_forgotten_are_loaded_anew() -> None:
    setups, config = SetupCache(), Config(data=Digits())
    setups.get(config)
    assert setups.shared_of(config.data) is not None
    setups.forget(config.data)
    assert not setups.loaded
