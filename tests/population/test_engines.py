"""Stacks that train as jobs of submitit or Ray leave what they leave when they train in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.population.test_sweeps import COMMON, ROOT, assert_as_alone, rows, run, summaries, wait_until

from twinprop.config.schema import Config
from twinprop.data.toy import Moons
from twinprop.data.vision import MNIST
from twinprop.errors import TwinpropError
from twinprop.models.mlp import MLP
from twinprop.population import engines, plan
from twinprop.population.engines import Cluster, engine_of, train_job
from twinprop.population.sweep import Sweep
from twinprop.population.train import Settings
from twinprop.training.interrupt import Interrupt

SUBMITIT = ["hydra.launcher.engine=submitit", "hydra.launcher.submitit.cluster=local"]
RAY = [
    "hydra.launcher.engine=ray",
    "hydra.launcher.ray.init.num_cpus=2",
    "hydra.launcher.ray.init.include_dashboard=false",
]
WORKERS = {"submitit": "submitit.core._submit", "ray": "ray::train_job"}
"""How a process that trains is known."""

ENGINES = [
    pytest.param("submitit", SUBMITIT, id="submitit"),
    pytest.param("ray", RAY, id="ray", marks=pytest.mark.slow),
]


@pytest.fixture(autouse=True)
def _installed(request: pytest.FixtureRequest) -> None:
    if "engine" in request.fixturenames and request.getfixturevalue("engine") == "ray":
        pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A sweep in a session of its own, so that a signal can reach all its processes, as Ctrl-C does."""
    command = [sys.executable, str(ROOT / "train.py"), "-m", *words]
    command += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=folder, start_new_session=True, **pipes)


def training(process: subprocess.Popen[str], engine: str) -> list[psutil.Process]:
    """The processes of an engine that train."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if WORKERS[engine] in " ".join(child.cmdline())]


@pytest.mark.parametrize(("engine", "words"), ENGINES)
def test_every_directory_is_as_that_of_a_local_sweep(engine: str, words: list[str], tmp_path: Path) -> None:
    jobs = [
        *COMMON,
        "model.backend=scratch",
        "model.dropout=0.2",
        "model.activation=relu,tanh",
        "optimizer.lr=0.02,0.1",
    ]
    jobs += ["model.width=9,12", "optimizer=sgd,adam", "train.checkpoint_every=2"]
    for name, more in {"here": [], "there": words}.items():
        (tmp_path / name).mkdir()
        done = run(tmp_path / name, *jobs, *more, "hydra.launcher.max_members=4", "hydra.launcher.workers=2")
        assert "16 jobs in 2 groups, 4 stacks" in done.stdout
    where = "submitit (local)" if engine == "submitit" else "ray"
    assert f"on {where}, 2 at once; expected to take an unknown time" in done.stdout
    for number in range(16):
        there, here = (tmp_path / name / "sweep" / str(number) for name in ("there", "here"))
        assert_as_alone(there, here, exact=True)
    assert (tmp_path / "there" / "sweep" / "sweep.csv").exists()
    assert not list((tmp_path / "there" / "sweep").glob(".stacks*"))


@pytest.mark.parametrize(
    ("engine", "words", "kind"),
    [
        pytest.param("submitit", SUBMITIT, signal.SIGKILL, id="submitit"),
        pytest.param("submitit", SUBMITIT, signal.SIGUSR2, id="submitit before a time limit"),
        pytest.param("ray", RAY, signal.SIGKILL, id="ray", marks=pytest.mark.slow),
    ],
)
def test_a_job_that_is_killed_trains_again_in_halves(
    engine: str, words: list[str], kind: signal.Signals, tmp_path: Path
) -> None:
    jobs = [*COMMON, "loss=mse", "model.activation=identity", "optimizer.lr=0.05,1e30,0.02", "train.epochs=1000"]
    process = start(tmp_path, *jobs, *words, "hydra.launcher.workers=1", "model.backend=scratch")
    diverged = tmp_path / "sweep" / "1" / "summary.json"
    wait_until(lambda: diverged.exists() and rows(tmp_path, 0) > 2, process)
    before = diverged.stat().st_mtime_ns
    (worker,) = training(process, engine)
    worker.send_signal(kind)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "diverged", "completed"]
    assert [rows(tmp_path, number) for number in (0, 2)] == [1001, 1001]
    assert diverged.stat().st_mtime_ns == before, "what had ended was trained again"
    if engine == "submitit":
        assert len(list((tmp_path / "sweep" / ".submitit").glob("*/*_submitted.pkl"))) == 3


@pytest.mark.parametrize("everybody", [True, False], ids=["terminal", "alone"])
@pytest.mark.parametrize(("engine", "words"), ENGINES)
def test_an_interrupt_saves_every_member(engine: str, words: list[str], everybody: bool, tmp_path: Path) -> None:
    jobs = [*COMMON, "train.epochs=100000", "model.backend=scratch", "seed=0,1,2,3", "model.width=12,13"]
    process = start(tmp_path, *jobs, *words, "hydra.launcher.workers=2")
    wait_until(lambda: sum(rows(tmp_path, number) > 2 for number in range(8)) >= 4, process)
    workers = training(process, engine)
    if everybody:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 8
    assert sum("before it was started" in summary["reason"] for summary in found) == 4
    trained = [number for number, summary in enumerate(found) if summary.get("steps")]
    assert len(trained) == 4
    for number in trained:
        assert (tmp_path / "sweep" / str(number) / "checkpoints" / "interrupted.pt").exists()
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 9
    assert not psutil.wait_procs(workers, timeout=20)[1], "a job goes on"


def test_jobs_of_a_sweep_that_is_killed_go_on_to_their_end(tmp_path: Path) -> None:
    process = start(tmp_path, *COMMON, *SUBMITIT, "train.epochs=200", "seed=0,1", "hydra.launcher.workers=1")
    wait_until(lambda: rows(tmp_path, 0) > 2, process)
    process.kill()
    process.communicate()
    for _ in range(600):
        if len(summaries(tmp_path)) == 2:
            break
        time.sleep(0.1)
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 2


# Settings


WRONG = {
    "slurm": ({}, "hydra.launcher.engine=slurm: must be one of local, submitit, ray."),
    "submitti": ({}, "hydra.launcher.engine=submitti: must be one of local, submitit, ray. Did you mean 'submitit'?"),
    "local": (
        {"submitit": {"qos": "x"}},
        "hydra.launcher.submitit: is for hydra.launcher.engine=submitit, which is local.",
    ),
}
WRONG_OF_SUBMITIT = {
    "partitoin=gpu": "hydra.launcher.submitit.partitoin: there is no such key. Did you mean 'partition'?",
    "timeout_min=long": "hydra.launcher.submitit: ",
    "nodes=2": "hydra.launcher.submitit.nodes=2: a stack is one task on one node.",
    "cluster=lsf": "hydra.launcher.submitit.cluster=lsf: must be slurm, local or null.",
    "cluster=slurm": "hydra.launcher.submitit.cluster=slurm: there is no srun here",
}


@pytest.mark.parametrize("name", WRONG)
def test_an_engine_that_there_is_not_is_one_message(name: str) -> None:
    given, message = WRONG[name]
    with pytest.raises(TwinpropError) as error:
        engine_of(name, given, None)
    assert str(error.value) == message


@pytest.mark.parametrize("word", WRONG_OF_SUBMITIT)
def test_a_bad_key_of_submitit_is_one_message(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    key, _, value = word.partition("=")
    given = {"cluster": "local", key: int(value) if value.isdigit() else value}
    with pytest.raises(TwinpropError) as error:
        engine_of("submitit", {"submitit": given}, None)
    assert str(error.value).startswith(WRONG_OF_SUBMITIT[word])
    assert "\n" not in str(error.value)


WRONG_OF_RAY = {
    "foo=1": "hydra.launcher.ray.foo: there is no such key. See docs/sweeps.md.",
    "init.num_cpu=1": "hydra.launcher.ray.init.num_cpu: there is no such key. Did you mean 'num_cpus'?",
    "remote.num_cpu=1": "hydra.launcher.ray.remote: Invalid option keyword num_cpu",
    "init.address=auto": "hydra.launcher.ray.init: Ray cannot be started or reached (Could not find any running Ray",
}


@pytest.mark.slow
@pytest.mark.parametrize("word", WRONG_OF_RAY)
def test_a_bad_key_of_ray_is_one_message(word: str, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install '.[ray]'")
    words = ["hydra.launcher.engine=ray", f"hydra.launcher.ray.{word}"]
    done = run(tmp_path, *COMMON, "seed=0,1", *words, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(WRONG_OF_RAY[word])
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "sweep").exists()


def test_a_bad_key_ends_the_command_before_anything_is_written(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", *SUBMITIT, "hydra.launcher.submitit.partitoin=gpu", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "hydra.launcher.submitit.partitoin: there is no such key. Did you mean 'partition'? See docs/sweeps.md."
    )
    assert not (tmp_path / "sweep").exists()


@pytest.mark.parametrize("name", ["submitit", "ray"])
def test_an_engine_that_is_not_installed_says_how_it_is(name: str, tmp_path: Path) -> None:
    (tmp_path / "absent").mkdir()
    text = f"raise ModuleNotFoundError(\"No module named '{name}'\", name={name!r})\n"
    (tmp_path / "absent" / f"{name}.py").write_text(text)
    path = os.pathsep.join([str(tmp_path / "absent"), os.environ.get("PYTHONPATH", "")])
    words = [*COMMON, "seed=0,1", f"hydra.launcher.engine={name}"]
    done = run(tmp_path, *words, check=False, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        f"hydra.launcher.engine={name}: {name} is not installed; pip install '.[{name}]' in the checkout."
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "sweep").exists()


def test_a_local_sweep_imports_no_engine() -> None:
    code = (
        "import sys, twinprop.population.sweep; sys.exit(bool({'submitit', 'ray', 'hydra_plugins'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# SLURM, whose commands are played by scripts

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


@pytest.mark.usefixtures("slurm")
def test_jobs_of_slurm_are_one_array_and_a_lost_one_is_halved(tmp_path: Path) -> None:
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
    array, halves = sorted(tmp_path.glob("*.sbatch"), key=lambda path: path.stat().st_mtime)
    lines = array.read_text().splitlines()
    asked = {"array=0-3%2", "partition=gpu", "mem=3GB", "time=7", "cpus-per-task=1", "no-requeue"}
    assert {f"#SBATCH --{each}" for each in asked} <= set(lines)
    assert "export A=1" in lines
    assert "#SBATCH --array=0-1%2" in halves.read_text()


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


# Plans


def planned(config: Config, **engine: Any) -> plan.Stack:
    """The first stack of ten jobs, with their number as its cost."""
    sweep = Sweep(engine=Play(None, **engine))
    sweep.settings = Settings()
    members = [plan.Member(number, config, Path("nowhere"), plan.LogFile(None, "")) for number in range(10)]
    _, stacks, on_cpu = sweep.stacks(plan.Group(members), 1.0)
    return replace(stacks[0], cost=len(stacks), steps=on_cpu)


def test_stacks_that_train_elsewhere_do_not_follow_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    for name in ("run.device", "population.sweep", "population.engines"):
        monkeypatch.setattr(f"twinprop.{name}.cores", lambda: 5)
    small, large = (Config(data=Moons(), model=MLP(width=width)) for width in (8, 3000))
    assert planned(small).cost == 1
    assert planned(small, at_once=2).cost == 2
    assert planned(large).cost == 10, "a core's caches take one of these networks"
    assert planned(large, gpus=True).cost == 1
    assert planned(replace(large, device="cpu"), gpus=True).cost == 10
    assert planned(replace(large, device="cuda:7")).cost == 1, "a device that this machine may lack"
    assert [planned(large, cpus=cpus).threads for cpus in (None, 3)] == [1, 3]
    assert planned(small, cpus=3).threads == 1


# Jobs, one by one


def stack_of(numbers: range, folder: Path) -> plan.Stack:
    log = plan.LogFile(None, "")
    return plan.Stack([plan.Member(number, Config(), folder / str(number), log) for number in numbers], 1, 1, 1.0)


@dataclass
class Played:
    """A job that has said what it says when it is sent."""

    end: str

    def lost(self) -> str:
        return self.end

    def cancel(self) -> None:
        pass


@dataclass
class Play(engines.Engine):
    """An engine whose jobs do as they are told: `play` gives the messages of a stack and how its job ends."""

    play: Any
    at_once: int | None = None
    cpus: int | None = None
    gpus: bool = False
    sent: Any = None

    def submit(self, calls: Sequence[tuple[Any, ...]], directory: Path) -> list[Played]:
        self.sent = [*(self.sent or []), [len(stack.members) for stack, *_ in calls]]
        jobs = []
        for stack, _, path, _ in calls:
            said, end = self.play(stack)
            path.write_text("".join(f"{json.dumps(message)}\n" for message in said))
            jobs.append(Played(end))
        return jobs


def played(play: Any, stacks: list[plan.Stack], folder: Path, workers: int | None = None) -> tuple[list[Any], Play]:
    told: list[Any] = []
    engine = Play(play)
    lost = lambda member, summary: told.append(("lost", member.number, summary))  # noqa: E731
    Cluster(Settings(), workers, told.append, lost, Interrupt(), engine, folder).run(stacks)
    return told, engine


def test_what_kills_every_job_fails_every_member_with_the_reason(tmp_path: Path) -> None:
    told, engine = played(
        lambda stack: ([("started", stack.number)], "out of memory"), [stack_of(range(5), tmp_path)], tmp_path
    )
    assert sorted(message[:2] for message in told) == [("lost", number) for number in range(5)]
    assert {message[2]["reason"].partition(";")[0] for message in told} == {"out of memory"}
    assert engine.sent == [[5], [2, 3], [1, 1, 1, 2], [1, 1]]


def test_a_job_that_dies_when_it_is_done_is_not_lost(tmp_path: Path) -> None:
    def play(stack: plan.Stack) -> Any:
        return [*(("ended", member.number, {}) for member in stack.members), ("done", stack.number)], "killed"

    told, engine = played(play, [stack_of(range(2), tmp_path), stack_of(range(2, 4), tmp_path)], tmp_path, workers=1)
    assert [message[0] for message in told] == ["ended", "ended", "done"] * 2
    assert engine.sent == [[2], [2]]


def test_one_that_is_left_of_a_stack_that_was_lost_is_tried_alone(tmp_path: Path) -> None:
    def play(stack: plan.Stack) -> Any:
        first = ("ended", stack.members[0].number, {})
        return ([first], "killed") if len(stack.members) > 1 else ([first, ("done", stack.number)], "")

    told, engine = played(play, [stack_of(range(2), tmp_path)], tmp_path)
    assert [message[:2] for message in told[:-1]] == [("ended", 0), ("ended", 1)]
    assert told[-1][0] == "done"
    assert engine.sent == [[2], [1]]


def test_samples_that_a_job_does_not_find_are_told_and_not_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "started here").mkdir()
    config = Config(data=MNIST(root="nowhere", download=False), model=MLP())

    def play(stack: plan.Stack) -> Any:
        path = tmp_path / "messages"
        lacking = stack.of([member._replace(config=config) for member in stack.members])
        train_job(lacking, Settings(), path, tmp_path / "started here")
        assert Path.cwd().name == "started here"
        return [json.loads(line) for line in path.read_text().splitlines()], "ended"

    told, engine = played(play, [stack_of(range(3), tmp_path)], tmp_path)
    assert [message[0] for message in told] == ["lost"] * 3
    assert "MNIST is not there" in told[0][2]["reason"]
    assert engine.sent == [[3]]
