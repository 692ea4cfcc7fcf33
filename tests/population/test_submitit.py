"""Jobs of submitit: their settings, and those of SLURM, whose commands are played by scripts."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from tests.kit.engines import SUBMITIT, WORKERS
from tests.kit.sweeps import COMMON, rows, run, start, summaries, wait_until

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


COMMANDS = {
    "sbatch": """
id=$$
cp "$1" "$PLAYED/$id.sbatch"
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\)%.*/\\1/p' "$1")
for place in $(seq 0 ${last:-0}); do
    export SLURM_JOB_ID=$id
    name=$id
    if [ "$last" ]; then export SLURM_ARRAY_JOB_ID=$id SLURM_ARRAY_TASK_ID=$place; name=${id}_$place; fi
    if [ "$place" -ge "${ROOM:-99}" ]; then echo PENDING > "$PLAYED/$name.state"; continue; fi
    echo RUNNING > "$PLAYED/$name.state"
    (
        sh "$PLAYED/$id.sbatch" && end=COMPLETED || end=OUT_OF_MEMORY
        echo $end > "$PLAYED/$name.state"
    ) > /dev/null 2>&1 &
done
echo "Submitted batch job $id"
""",
    "srun": """
shift 5  # --unbuffered --output FILE --error FILE
exec "$@"
""",
    "scancel": """
echo "$1" >> "$PLAYED/cancelled"
echo CANCELLED > "$PLAYED/$1.state"
""",
    "sacct": """
echo "JobID|State|NodeList"
for file in "$PLAYED"/*.state; do echo "$(basename "$file" .state)|$(cat "$file")|here"; done
""",
}


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in COMMANDS.items():
        (tmp_path / name).write_text(f"#!/bin/sh{text}")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PLAYED", str(tmp_path))


@pytest.mark.usefixtures("slurm")
def test_jobs_that_slurm_does_not_take_fail_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "sbatch").write_text("#!/bin/sh\necho 'sbatch: error: invalid partition' >&2; exit 1\n")
    done = run(tmp_path, *COMMON, "seed=0,1", "hydra.launcher.engine=submitit", check=False)
    assert done.returncode == 1
    assert "Job 1 failed. hydra.launcher.submitit: sbatch: error: invalid partition" in done.stderr
    assert "Traceback" not in done.stderr
    assert [summary["status"] for summary in summaries(tmp_path)] == ["failed"] * 2


@pytest.mark.slow
@pytest.mark.usefixtures("slurm")
def test_jobs_of_slurm_are_one_array_and_a_lost_one_goes_on(tmp_path: Path) -> None:
    settings = ["partition=gpu", "mem_gb=3", "timeout_min=7", "array_parallelism=2", "setup=['export A=1']"]
    words = ["hydra.launcher.engine=submitit", *(f"hydra.launcher.submitit.{word}" for word in settings)]
    jobs = [*COMMON, "train.epochs=1000", "seed=0,1,2,3", "model.width=9,12", "model.backend=scratch"]
    process = start(tmp_path, *jobs, *words)
    wait_until(lambda: any(rows(tmp_path, number) > 2 for number in (4, 5)), process)  # the widest are sent first
    next(filter(lambda each: first_of(each, tmp_path), psutil.process_iter(["cmdline", "environ"]))).kill()
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert "8 jobs in 2 groups, 4 stacks, on submitit (slurm), 2 at once" in output
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 8
    array, again = sorted(tmp_path.glob("*.sbatch"), key=lambda path: path.stat().st_mtime)
    lines = array.read_text().splitlines()
    asked = {"array=0-3%2", "partition=gpu", "mem=3GB", "time=7", "cpus-per-task=1", "no-requeue"}
    assert {f"#SBATCH --{each}" for each in asked} <= set(lines)
    assert "export A=1" in lines
    assert "#SBATCH --array=0-0%2" in again.read_text() or "--array" not in again.read_text()


@pytest.mark.slow
@pytest.mark.usefixtures("slurm")
def test_an_interrupt_takes_jobs_out_of_the_queue_of_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOM", "1")
    words = ["hydra.launcher.engine=submitit", "seed=0,1", "model.width=9,12", "train.epochs=100000"]
    process = start(tmp_path, *COMMON, *words)
    wait_until(lambda: any(rows(tmp_path, number) > 2 for number in (2, 3)), process)  # the widest are sent first
    time.sleep(1)  # for what the job says to be read
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 4
    assert sum("before it was started" in summary["reason"] for summary in found) == 2
    (cancelled,) = (tmp_path / "cancelled").read_text().splitlines()
    assert cancelled.endswith("_1")


def first_of(process: psutil.Process, played: Path) -> bool:
    """Whether a process trains what is first in the array that scripts in the folder `played` started."""
    environ = process.info["environ"] or {}
    where = environ.get("PLAYED"), environ.get("SLURM_ARRAY_TASK_ID")
    return where == (str(played), "0") and WORKERS["submitit"] in " ".join(process.info["cmdline"] or [])
