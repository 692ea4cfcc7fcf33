"""Settings of submitit."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.kit.engines import SUBMITIT
from tests.kit.sweeps import COMMON, run

from twinprop.app.submitit_keys import submitit_settings
from twinprop.errors import TwinpropError
from twinprop.population.submitit import Submitit
from twinprop.run.device import cores

WRONG_OF_SUBMITIT = {
    "partitoin=gpu": "hydra.launcher.submitit.partitoin: there is no such key. Did you mean 'partition'?",
    "timeout_min=long": "hydra.launcher.submitit: ",
    "nodes=2": "hydra.launcher.submitit.nodes=2: a stack is one task on one node.",
    "cluster=lsf": "hydra.launcher.submitit.cluster=lsf: must be slurm, local or null.",
    "cluster=slurm": "hydra.launcher.submitit.cluster=slurm: there is no srun here",
}


@pytest.mark.parametrize("word", WRONG_OF_SUBMITIT)
def test_a_bad_key_of_submitit_is_one_message(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    key, _, value = word.partition("=")
    given = {"cluster": "local", key: int(value) if value.isdigit() else value}
    with pytest.raises(TwinpropError) as error:
        Submitit(submitit_settings(given), None)
    assert str(error.value).startswith(WRONG_OF_SUBMITIT[word])
    assert "\n" not in str(error.value)


def test_a_bad_key_ends_the_command_before_anything_is_written(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", *SUBMITIT, "hydra.launcher.submitit.partitoin=gpu", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "hydra.launcher.submitit.partitoin: there is no such key. Did you mean 'partition'? See docs/sweeps.md."
    )
    assert not (tmp_path / "sweep").exists()


def test_how_many_stacks_train_at_once_is_for_the_user_to_say() -> None:
    assert Submitit(submitit_settings({"cluster": "local"}), None).at_once == cores()
    assert Submitit(submitit_settings({"cluster": "local"}), 3).at_once == 3
    assert Submitit(submitit_settings({"cluster": "local", "array_parallelism": 7}), None).at_once == 7
