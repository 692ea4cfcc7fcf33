"""Sweeps on a real SLURM, in whose middle something happens: what comes of them is what comes of a local sweep."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.kit.faults import RESUME, rows_of
from tests.kit.slurm import Slurm, cluster, lacking, wait
from tests.kit.sweeps import COMMON, run, start, summaries, wait_until

from twinprop.population import slurm as states
from twinprop.run.directory import summary_of

JOBS = [*COMMON, "train.epochs=1500", "seed=0,1", "model.backend=scratch", "train.checkpoint_seconds=0.5"]
ON_SLURM = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=slurm", "hydra.launcher.workers=2"]


@pytest.fixture(scope="module")
def slurm() -> Iterator[Slurm]:
    if reason := lacking():
        pytest.skip(reason)
    with cluster() as found:
        yield found


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The rows of each job of the sweep, trained on this machine; networks alone in their stacks, as on SLURM."""
    folder = tmp_path_factory.mktemp("local")
    run(folder, *JOBS, "hydra.launcher.max_members=1")
    return [rows_of(folder / "sweep" / str(number)) for number in range(2)]


def begun(folder: Path, slurm: Slurm, *words: str) -> subprocess.Popen[str]:
    """A sweep on SLURM of which two stacks have a checkpoint."""
    process = start(folder, *JOBS, *ON_SLURM, *words, env=slurm.environment)
    wait_until(lambda: len({path.parent for path in folder.glob("sweep/checkpoints/*/step_*")}) == 2, process)
    return process


def held(folder: Path, slurm: Slurm) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """Such a sweep whose jobs wait for SIGCONT, so that none is done before something happens; and their processes."""
    process = begun(folder, slurm)
    found = [worker for name in of_sweep(folder).values() for worker in workers(name)]
    for worker in found:
        worker.suspend()
    return process, found


def let_go(stopped: list[psutil.Process]) -> None:
    for worker in stopped:
        with suppress(psutil.NoSuchProcess):
            worker.resume()


@pytest.fixture(autouse=True)
def _ended(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where a test failed, nothing of its sweep goes on."""
    before = {process.pid for process in psutil.Process().children()}
    yield
    for process in psutil.Process().children():
        with suppress(psutil.Error):  # a zombie has no command line
            if process.pid not in before and "train.py" in " ".join(process.cmdline()):
                process.kill()
                request.getfixturevalue("slurm").call("scancel", "--user=root", check=False)


def ended(process: subprocess.Popen[str], status: int) -> str:
    """What a sweep printed that ended with an exit status."""
    output, errors = process.communicate(timeout=300)
    assert process.returncode == status, output + errors
    assert "Traceback" not in errors
    return output + errors


def assert_as_local(folder: Path, local: list[Any]) -> None:
    for number, its in enumerate(local):
        mine = folder / "sweep" / str(number)
        assert summary_of(mine)["status"] == "completed"
        assert rows_of(mine) == its
    assert len((folder / "sweep" / "sweep.csv").read_text().splitlines()) == 3


def workers(task: str) -> list[psutil.Process]:
    """The processes that train what SLURM calls by a name such as `12_3`."""
    found = []
    for process in psutil.process_iter(["cmdline", "name"]):
        trains = process.info["name"].startswith("python")  # and is no srun, which names the same command
        if trains and "submitit.core._submit" in " ".join(process.info["cmdline"] or []):
            environment = process.environ()
            number = environment.get("SLURM_ARRAY_JOB_ID", environment.get("SLURM_JOB_ID"))
            place = environment.get("SLURM_ARRAY_TASK_ID")
            if task == (f"{number}_{place}" if place else number):
                found.append(process)
    return found


def of_sweep(folder: Path) -> dict[int, str]:
    """The jobs of SLURM that were sent for a sweep, the last one for each of its stacks, by their order."""
    names = {path.name.partition("_submitted")[0] for path in folder.glob("sweep/.submitit/*/*_submitted.pkl")}
    return dict(enumerate(sorted(names, key=lambda name: [*map(int, name.split("_"))])))


@pytest.mark.slow
def test_whatever_happens_to_its_jobs_a_sweep_is_as_a_local_one(slurm: Slurm, local: list[Any], tmp_path: Path) -> None:
    """A warning of the time limit, a killed process, a controller that is started anew."""
    process, stopped = held(tmp_path, slurm)
    sent = of_sweep(tmp_path)
    assert len(sent) == len(stopped) == 2
    slurm.restart_controller(sent[0].partition("_")[0])
    slurm.call("scancel", "--signal=USR2", sent[0])
    for worker in workers(sent[1]):
        worker.kill()
    let_go(stopped)
    told = ended(process, 0)
    assert_as_local(tmp_path, local)
    assert "SLURM keeps no accounts here" in told
    assert f"SLURM job {sent[0]} ended (COMPLETED; see {tmp_path}/sweep/.submitit/" in told
    assert "for hydra.launcher.submitit.timeout_min=60 was over" in told
    assert f"SLURM job {sent[1]} ended (FAILED; see {tmp_path}/sweep/.submitit/" in told
    assert "smaller network" not in told
    assert len(of_sweep(tmp_path)) == 4


@pytest.mark.slow
def test_a_node_that_is_cut_off_is_replaced_and_writes_no_more(slurm: Slurm, local: list[Any], tmp_path: Path) -> None:
    process, stopped = held(tmp_path, slurm)
    slurm.kill("slurmd.n1")  # its jobs live on
    let_go([worker for worker in stopped if worker.environ()["SLURMD_NODENAME"] != "n1"])
    try:
        wait("other jobs in place of those that were cut off", lambda: len(of_sweep(tmp_path)) > 2)
        let_go(stopped)
        told = ended(process, 0)
    finally:
        slurm.start("slurmd", "-N", "n1")
    assert_as_local(tmp_path, local)
    assert "NODE_FAIL" in told
    wait("two nodes", slurm.ready)


@pytest.mark.slow
def test_what_is_cancelled_stays_so_until_it_is_resumed_here(slurm: Slurm, local: list[Any], tmp_path: Path) -> None:
    process, stopped = held(tmp_path, slurm)
    for name in of_sweep(tmp_path).values():
        slurm.call("scancel", name)
    let_go(stopped)
    told = ended(process, 130)
    assert "1 job cancelled: SLURM job" in told
    assert "2 cancelled" in told
    assert len(of_sweep(tmp_path)) == 2, "it was sent again"
    assert [summary["status"] for summary in summaries(tmp_path)] == ["cancelled"] * 2
    here = [*RESUME, "sweep", "hydra.launcher.engine=local"]
    done = subprocess.run(here, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_as_local(tmp_path, local)


@pytest.mark.slow
def test_after_the_command_and_its_jobs_were_killed_it_goes_on(slurm: Slurm, local: list[Any], tmp_path: Path) -> None:
    process, _ = held(tmp_path, slurm)
    process.kill()
    process.communicate()
    for name in of_sweep(tmp_path).values():
        slurm.call("scancel", "--signal=KILL", name)
    again = [*RESUME, "sweep"]
    done = subprocess.run(
        again, cwd=tmp_path, env=slurm.environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert_as_local(tmp_path, local)


@pytest.mark.slow
def test_an_interrupt_ends_jobs_and_takes_others_out_of_the_queue(slurm: Slurm, tmp_path: Path) -> None:
    words = ["seed=0,1,2,3", "train.epochs=100000", "hydra.launcher.max_members=1"]
    process = begun(tmp_path, slurm, *words)
    process.send_signal(signal.SIGINT)
    ended(process, 130)
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 4
    assert sum("before it was started" in summary["reason"] for summary in found) == 2
    wait("the queue", lambda: not slurm.call("squeue", "--noheader").strip())


@pytest.mark.slow
def test_hydras_own_launcher_for_slurm_trains_the_same(slurm: Slurm, tmp_path: Path) -> None:
    words = [*COMMON, "seed=0,1", "model.backend=scratch"]
    found = {}
    for launcher in ("basic", "submitit_slurm"):
        (tmp_path / launcher).mkdir()
        run(tmp_path / launcher, *words, f"hydra/launcher={launcher}", env=slurm.environment)
        found[launcher] = [rows_of(tmp_path / launcher / "sweep" / str(number)) for number in range(2)]
    assert found["basic"] == found["submitit_slurm"]


@pytest.mark.slow
def test_jobs_that_slurm_does_not_take_fail_with_its_words(slurm: Slurm, tmp_path: Path) -> None:
    words = [*ON_SLURM, "hydra.launcher.submitit.partition=nowhere"]
    done = run(tmp_path, *COMMON, "seed=0,1", *words, check=False, env=slurm.environment)
    assert done.returncode == 1
    assert "invalid partition specified: nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert [summary["status"] for summary in summaries(tmp_path)] == ["failed"] * 2


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str | None]], None]:
    """What commands of SLURM print, by their names."""

    def give(texts: dict[str, str | None]) -> None:
        monkeypatch.setattr(states, "ask", lambda *command: texts.get(command[0]))

    return give


def test_states_are_those_of_squeue_and_then_of_sacct(answers: Callable[[dict[str, str | None]], None]) -> None:
    queue = states.Queue(accounts=True)
    answers({"squeue": "7_0|RUNNING|None\n7_1|PENDING|Resources\n", "sacct": "7_2|CANCELLED by 0\n"})
    queue.refresh(["7_0", "7_1", "7_2", "7_3"])
    assert {name: state.state for name, state in queue.states.items()} == {
        "7_0": "RUNNING", "7_1": "PENDING", "7_2": "CANCELLED", "7_3": "UNKNOWN"
    }  # fmt: skip
    assert queue.states["7_1"].why == "Resources"
    queue.asked -= states.SECONDS_BETWEEN_STATES
    answers({"squeue": None})
    queue.refresh(["7_0", "7_1", "7_2", "7_3"])
    assert not queue.answers
    assert queue.states["7_0"].state == "RUNNING"


def test_what_a_partition_has_idle_is_what_a_group_is_cut_for(
    answers: Callable[[dict[str, str | None]], None],
) -> None:
    answers({"sinfo": "small*|2/6/0/8\nlarge|640/0/0/640\n", "scontrol": "MaxArraySize            = 1001\n"})
    assert [states.idle_cores(name) for name in (None, "small", "large", "none")] == [6, 6, 640, None]
    assert states.most_tasks() == 1001
