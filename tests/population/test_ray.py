"""Settings of Ray."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.sweeps import COMMON, run

WRONG_OF_RAY = {
    "foo=1": "hydra.launcher.ray.foo: there is no such key. See docs/sweeps.md.",
    "init.num_cpu=1": "hydra.launcher.ray.init.num_cpu: there is no such key. Did you mean 'num_cpus'?",
    "remote.num_cpu=1": "hydra.launcher.ray.remote: Invalid option keyword num_cpu",
    "init.address=auto": "hydra.launcher.ray.init: Ray cannot be started or reached (Could not find any running Ray",
}


@pytest.mark.slow
@pytest.mark.parametrize("word", WRONG_OF_RAY)
def test_a_bad_key_of_ray_is_one_message(word: str, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install -e '.[ray]'")
    words = ["hydra.launcher.engine=ray", f"hydra.launcher.ray.{word}"]
    done = run(tmp_path, *COMMON, "seed=0,1", *words, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(WRONG_OF_RAY[word])
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "sweep").exists()
