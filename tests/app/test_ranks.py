"""Started several times at once, one process goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.kit.commands import TRAIN

from twinprop import __main__
from twinprop.app import cli
from twinprop.app.ranks import place


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"RANK": "1", "WORLD_SIZE": "2"}, None),
        ({"TORCHELASTIC_RUN_ID": "x", "RANK": "1", "WORLD_SIZE": "2"}, ("torchrun", 1, 2)),
        ({"TORCHELASTIC_RUN_ID": "x", "RANK": "0", "WORLD_SIZE": "1"}, None),
        ({"SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2"}, ("srun", 0, 2)),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "2"}, None),  # the script of a job with two tasks
        ({"OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"}, ("mpirun", 3, 4)),
        ({"PMI_RANK": "3", "PMI_SIZE": "4"}, ("mpiexec", 3, 4)),
    ],
)
def test_who_started_it_several_times(environment: dict[str, str], found: tuple[str, int, int] | None) -> None:
    assert place(environment) == found


@pytest.mark.parametrize("main", [__main__.main, cli.main], ids=["twinprop", "train.py"])
def test_of_those_that_were_started_only_the_first_goes_on(
    main: Callable[[], object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"SLURM_STEP_ID": "0", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["twinprop", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torchrun", "mpirun"])
def test_one_of_two_goes_on_and_says_so(name: str, tmp_path: Path) -> None:
    if name == "mpirun" and shutil.which(name) is None:
        pytest.skip("needs mpirun (Debian: openmpi-bin)")
    command = {
        "torchrun": [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", TRAIN[-1]],
        "mpirun": ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", *TRAIN],
    }[name]
    words = ["data.limit=100", "train.epochs=1", "model.backend=scratch", "hydra.run.dir=run"]
    done = subprocess.run([*command, *words], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"{name} started this 2 times; twinprop is one process") == 1
    assert done.stdout.count("training 64-50-50-10") == 1
    assert (tmp_path / "run" / "summary.json").exists()
