"""A sweep trained as one leaves in each job's directory what the same overrides leave when they run alone."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from omegaconf import OmegaConf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tests.test_cli import in_process

from twinprop.app.launcher import PopulationLauncher
from twinprop.app.notebook import train
from twinprop.commands.report import find_runs, sweeps
from twinprop.config.schema import Config
from twinprop.data.toy import Moons
from twinprop.errors import OutputError, TwinpropError
from twinprop.models.mlp import MLP
from twinprop.population import plan, pool
from twinprop.population.sweep import Sweep
from twinprop.population.table import seeds_together
from twinprop.population.train import MemberRecorder, Settings, rehearse
from twinprop.run.directory import RunDirectory
from twinprop.run.setup import Setup
from twinprop.text import duration
from twinprop.training.interrupt import Interrupt
from twinprop.training.monitor import Monitor
from twinprop.training.plan import TrainConfig

ROOT = Path(__file__).parents[2]
TIMES = ["seconds", "samples_per_second"]


def run(folder: Path, *words: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "train.py"), "-m", *words]
    command += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=check, **more)


def summaries(folder: Path) -> list[dict[str, Any]]:
    paths = sorted((folder / "sweep").glob("*/summary.json"), key=lambda path: int(path.parent.name))
    return [json.loads(path.read_text()) for path in paths]


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    accumulator = EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0}).Reload()
    tags = accumulator.Tags()
    found = {tag: [(e.step, e.value) for e in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    return {
        "tags": sorted(tags["scalars"] + tags["histograms"] + tags["images"] + tags["tensors"]),
        **{tag: values for tag, values in found.items() if tag.split("/")[0] in ("loss", "accuracy", "best")},
    }


def assert_as_alone(folder: Path, alone: Path, exact: bool) -> None:
    """The files of a job in a sweep against those of a run."""
    rtol, atol = (1e-9, 1e-12) if exact else (2e-3, 2e-3)
    ours, theirs = (pandas.read_csv(path / "metrics.csv") for path in (folder, alone))
    assert list(ours) == list(theirs)
    values = [table.drop(columns=TIMES).to_numpy(float) for table in (ours, theirs)]
    np.testing.assert_allclose(*values, rtol=rtol, atol=atol)
    first, second = (json.loads((path / "summary.json").read_text()) for path in (folder, alone))
    assert first.keys() == second.keys()
    for key in ("status", "reason", "epochs", "steps", "parameters", "converged_epoch"):
        if exact or key != "converged_epoch":
            assert first[key] == second[key], key
    assert (first["best"] or {}).keys() == (second["best"] or {}).keys()
    mine, its = (torch.load(path / "model.pt", weights_only=True) for path in (folder, alone))
    assert mine["config"] == its["config"]
    assert mine["data"] == its["data"]
    assert list(mine["state_dict"]) == list(its["state_dict"])
    for name, value in its["state_dict"].items():
        np.testing.assert_allclose(mine["state_dict"][name], value, rtol=rtol, atol=atol, err_msg=name)
    checkpoints = [sorted(path.name for path in (each / "checkpoints").glob("*")) for each in (folder, alone)]
    assert checkpoints[0] == checkpoints[1]
    for name in checkpoints[0]:
        states = [torch.load(each / "checkpoints" / name, weights_only=True) for each in (folder, alone)]
        assert states[0].keys() == states[1].keys()
    board, its_board = scalars(folder), scalars(alone)
    assert board["tags"] == its_board["tags"]
    for tag, values in its_board.items():
        if tag != "tags":
            np.testing.assert_allclose(board[tag], values, rtol=1e-5 if exact else 5e-3, atol=1e-6 if exact else 5e-3)
    assert (folder / "train.log").read_text()
    for name in ("config.yaml", "overrides.yaml"):
        assert (folder / ".hydra" / name).is_file()


MIXED: dict[str, list[str]] = {
    "rates and seeds": ["optimizer.lr=0.01,0.1,0.3", "seed=0,1"],
    "momentum and decay": ["optimizer.momentum=0,0.9", "optimizer.weight_decay=0,0.01", "optimizer.lr=0.02"],
    "betas": ["optimizer=adam", "optimizer.betas=[0.9,0.999],[0.5,0.9]", "optimizer.lr=0.003,0.001"],
    "optimizers": ["optimizer=sgd,adam,rmsprop,adagrad,adamw", "optimizer.lr=0.003"],
    "schedules": ["scheduler=constant,step,one_cycle,plateau,warmup_cosine,cosine,exponential,multistep"],
    "activations": ["model.activation=relu,tanh,leaky_relu,gelu", "model.dropout=0,0.3", "seed=3"],
    "init": ["model.init=torch,normal,xavier_normal", "model.init_std=0.1,0.01", "label=mine"],
    "shapes": ["model.depth=0,1,3", "model.width=9,20", "train.batch_size=30,full"],
    "data": ["data=digits,moons", "loss=mse,cross_entropy", "train.max_grad_norm=null,0.5"],
    "moved images": ["data.shift=0,1", "data.flip=false,true", "train.batch_size=30,full", "seed=0,1"],
    "early stopping": ["optimizer.lr=0.5,0.000001,0.1", "train.patience=1", "train.epochs=8", "seed=0,1"],
    "divergence": ["loss=mse", "model.activation=identity", "optimizer.lr=0.05,1e30,0.02", "optimizer.momentum=0.9"],
    "clipping": ["train.max_grad_norm=null,0.1,1", "train.checkpoint_every=2", "train.drop_last=true"],
    "steps": ["train.steps=50", "train.eval_every=2", "seed=1,2", "scheduler=constant,one_cycle"],
}
COMMON = ["data.limit=300", "train.epochs=5", "model.width=12", "model.dtype=float64", "optimizer.lr=0.05"]


def words_of(name: str, *more: str) -> list[str]:
    given = {word.partition("=")[0]: word for word in [*COMMON, *MIXED[name], *more]}
    if "data=digits,moons" in MIXED[name]:
        given["data.limit"] = "data.limit=200"
    return list(given.values())


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("name", MIXED)
def test_each_job_of_a_mixed_sweep_is_as_alone(name: str, backend: str, tmp_path: Path) -> None:
    done = run(tmp_path, *words_of(name, f"model.backend={backend}"))
    assert "goes on by itself" not in done.stdout + done.stderr, "no stack should have to be taken apart"
    found = summaries(tmp_path)
    assert f"{len(found)} jobs" in done.stdout
    for number in range(len(found)):
        folder = tmp_path / "sweep" / str(number)
        overrides = (folder / ".hydra" / "overrides.yaml").read_text().splitlines()
        words = [line[2:].strip("'") for line in overrides]
        alone = tmp_path / "alone" / str(number)
        train(*words, f"hydra.run.dir={alone}")
        assert_as_alone(folder, alone, exact=True)
    if name == "divergence":
        assert {summary["status"] for summary in found} == {"completed", "diverged"}
    if name == "early stopping":
        assert len({summary["epochs"] for summary in found}) > 1


def test_images_that_are_read_as_they_are_needed_can_be_swept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 256, (6, 5, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.png")
    words = [
        "data=image_folder",
        f"data.root={tmp_path / 'images'}",
        "data.flip=true",
        "data.shift=1",
        "train.epochs=2",
    ]
    words += ["model.backend=scratch", "model.dtype=float64", "train.epochs=2"]
    run(tmp_path, *words, "data.resident=false,true", "seed=0,1", "hydra.launcher.workers=2")
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 4
    for seed in (0, 1):
        alone = tmp_path / "alone" / str(seed)
        train(*words, "data.resident=false", f"seed={seed}", f"hydra.run.dir={alone}")
        assert_as_alone(tmp_path / "sweep" / str(seed), alone, exact=True)
    losses = [summary["train"]["loss"] for summary in summaries(tmp_path)]
    np.testing.assert_allclose(losses[:2], losses[2:], rtol=1e-9)


def test_both_backends_share_a_sweep_and_float32_agrees_to_rounding(tmp_path: Path) -> None:
    words = words_of("rates and seeds", "model.dtype=float32", "model.backend=scratch,torch", "optimizer.lr=0.05,0.1")
    run(tmp_path, *words)
    for number, summary in enumerate(summaries(tmp_path)):
        assert summary["status"] == "completed"
        folder = tmp_path / "sweep" / str(number)
        overrides = (folder / ".hydra" / "overrides.yaml").read_text().splitlines()
        alone = tmp_path / "alone" / str(number)
        train(*[line[2:].strip("'") for line in overrides], f"hydra.run.dir={alone}")
        assert_as_alone(folder, alone, exact=False)


# Plans


def member(number: int, **parts: Any) -> plan.Member:
    from tests.kit.twins import configuration

    return plan.Member(number, configuration(**parts), Path(str(number)), plan.LogFile(None, ""))


def test_members_that_see_the_same_batches_stay_together() -> None:
    members = sorted((member(number, seed=number % 3) for number in range(12)), key=plan.likeness)
    for most, sizes in {12: [12], 8: [8, 4], 4: [4, 4, 4], 3: [2, 2, 2, 2, 2, 2], 1: [1] * 12}.items():
        portions = plan.cut(members, most, 1, apart=False)
        assert [len(portion) for portion in portions] == sizes
        assert sorted(each.number for portion in portions for each in portion) == list(range(12))
    assert all(len({each.config.seed for each in portion}) == 1 for portion in plan.cut(members, 4, 1, False))
    assert [len(portion) for portion in plan.cut(members, 12, 1, apart=True)] == [4, 4, 4]
    few = sorted((member(number, seed=number % 4) for number in range(12)), key=plan.likeness)
    assert [len(portion) for portion in plan.cut(few, 12, 1, apart=True)] == [12]


def test_every_worker_gets_a_stack_where_there_are_as_many_members() -> None:
    members = [member(number, seed=0) for number in range(7)]
    for workers in range(1, 9):
        assert len(plan.cut(members, 100, workers, apart=True)) >= min(workers, 4)


def test_a_group_among_many_is_not_cut_for_the_sake_of_cores() -> None:
    sweep = Sweep(workers=4)
    sweep.settings = Settings()
    group = plan.Group([member(number, seed=0) for number in range(8)])
    for share, stacks in {1.0: 4, 0.5: 4, 0.3: 3, 0.2: 2, 0.1: 1}.items():
        assert len(sweep.stacks(group, share)[1]) == stacks


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_processes_import_nothing_that_the_first_could_have_imported(backend: str) -> None:
    code = f"""
import sys
from pathlib import Path
from twinprop.config.schema import Config, TrainConfig
from twinprop.data.digits import Digits
from twinprop.models.mlp import MLP
from twinprop.population import plan
from twinprop.population.sweep import Sweep
from twinprop.population.train import Settings, rehearse
from twinprop.training.interrupt import Interrupt
from twinprop.training.plan import TrainConfig
sweep = Sweep(workers=1)
sweep.settings, sweep.interrupt, before = Settings(), Interrupt(), []
config = Config(data=Digits(), model=MLP(backend={backend!r}), train=TrainConfig(steps=3))
jobs = [plan.Member(number, config, Path(), plan.LogFile(None, "")) for number in range(2)]
sweep.planned = [sweep.stacks(plan.Group(jobs), 1.0)]
sys.modules["twinprop.population.sweep"].apart = lambda *_: before.extend(sys.modules)
sweep.expected()
rehearse(sweep.planned[0][1][0], sweep.settings)
print(*(name for name in sys.modules if name not in before and not name.startswith("twinprop.")))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.strip()) == ("", "")


def test_an_interrupt_while_a_plan_is_made_leaves_a_summary_of_every_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twinprop.population.sweep.apart", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    words = [
        "-m",
        *COMMON,
        "seed=0,1",
        "model.width=9,12",
        "hydra.sweep.dir=sweep",
        "hydra.sweep.subdir=${hydra.job.num}",
    ]
    assert in_process(monkeypatch, tmp_path, *words)[0] == 130
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 4
    assert {summary["reason"] for summary in found} == {"SIGINT before it was started"}
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 5


def test_jobs_that_differ_in_their_label_have_rows_of_their_own() -> None:
    words = [["label=a", "optimizer.lr=1", "seed=0"], ["label=b", "optimizer.lr=1", "seed=1"], ["seed=2"], ["label=a"]]
    assert seeds_together(dict(enumerate(words))) == {
        "label=a, lr=1": [0],
        "label=b, lr=1": [1],
        "default": [2],
        "label=a": [3],
    }


def test_a_stack_has_at_most_max_members(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1,2,3,4,5,6", "hydra.launcher.max_members=3", "hydra.launcher.workers=1")
    assert "3 stacks of 1 to 3" in done.stdout
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 7


def test_what_trains_alone_says_why(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "model.depth=1,2", "train.epochs=1")
    assert done.stdout.count("alone: no other job has its shapes") == 2


@pytest.mark.parametrize("value", ["max_members=0", "workers=-1", "max_members=many", "workers=1.5"])
def test_a_bad_key_of_the_launcher_is_one_message(value: str, tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", f"hydra.launcher.{value}", check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == f"hydra.launcher.{value}: must be auto, or a whole number, at least 1."


def test_what_jobs_cannot_have_for_themselves_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1", "hydra.job.chdir=true", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("hydra.job.chdir: jobs that train together share one process")


def test_spelled() -> None:
    expected = {0.2: "1 s", 61: "1 min 1 s", 3720: "1 h 2 min", None: "an unknown time"}
    assert {seconds: duration(seconds) for seconds in expected} == expected


# Failures

LONG = [*COMMON, "train.epochs=100000", "model.backend=scratch"]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "train.py"), "-m", *words]
    command += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(condition: Any, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("it takes too long")


def rows(folder: Path, number: int) -> int:
    path = folder / "sweep" / str(number) / "metrics.csv"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_saves_every_member(kind: signal.Signals, tmp_path: Path) -> None:
    words = [*LONG, "seed=0,1,2,3,4,5", "model.width=12,13,14", "hydra.launcher.max_members=2"]
    process = start(tmp_path, *words)
    wait_until(lambda: sum(rows(tmp_path, number) > 2 for number in range(18)) >= 4, process)
    process.send_signal(kind)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 18
    trained = [number for number, summary in enumerate(found) if summary.get("steps")]
    assert len(trained) >= 4
    for number in trained:
        folder = tmp_path / "sweep" / str(number)
        state = torch.load(folder / "checkpoints" / "interrupted.pt", weights_only=True)
        assert state["steps"] >= found[number]["steps"]
        assert (folder / "model.pt").exists()
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 19


def children(process: subprocess.Popen[str]) -> list[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(word) for word in text.split()]


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux's /proc to find the workers")
def test_a_worker_that_is_killed_loses_no_job(tmp_path: Path) -> None:
    words = [*COMMON, "train.epochs=300", "seed=0,1,2,3,4,5,6,7", "hydra.launcher.workers=2", "model.backend=scratch"]
    process = start(tmp_path, *words)
    wait_until(lambda: any(rows(tmp_path, number) > 2 for number in range(8)), process)
    os.kill(children(process)[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=100)
    assert (process.returncode, errors) == (0, "")
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 8
    for number in range(8):
        assert rows(tmp_path, number) == 301
        assert len(list((tmp_path / "sweep" / str(number)).glob("events.*"))) == 1


def ended(process: int) -> bool:
    """Whether a process is gone, or waits only for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux's /proc to find the workers")
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    process = start(tmp_path, *LONG, "seed=0,1,2,3", "hydra.launcher.workers=2", "hydra.launcher.max_members=2")
    wait_until(lambda: all(rows(tmp_path, number) > 2 for number in range(4)), process)
    workers = children(process)
    assert len(workers) == 2
    process.kill()
    for _ in range(300):
        if all(map(ended, workers)):
            break
        time.sleep(0.1)
    assert all(map(ended, workers))
    process.communicate()
    assert [summary["status"] for summary in summaries(tmp_path)] == ["interrupted"] * 4
    assert "is gone" in summaries(tmp_path)[0]["reason"]


def pool_of(monkeypatch: pytest.MonkeyPatch, serve: Any, stacks: int) -> list[tuple[Any, ...]]:
    """What is told of stacks of two jobs each, which `serve` trains in workers."""
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(pool, "serve", serve)
    log = plan.LogFile(None, "")
    jobs = [plan.Member(number, None, Path("nowhere"), log) for number in range(2 * stacks)]  # type: ignore[arg-type]
    for_all = [plan.Stack(jobs[first : first + 2], 1, 1, 1.0) for first in range(0, 2 * stacks, 2)]
    lost = lambda member, summary: told.append(("lost", member.number, summary))  # noqa: E731
    pool.Pool(Settings(), 2, told.append, lost, Interrupt()).run(for_all)
    return told


@pytest.mark.skipif(not pool.FORKS, reason="the workers have to inherit a function of this test")
@pytest.mark.parametrize(("last", "stacks"), [("", 4), ("done", 2)])
def test_a_worker_that_dies_when_its_jobs_have_ended_has_nothing_left_to_train(
    last: str, stacks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(stack: plan.Stack, settings: Any, interrupt: Any, send: Any) -> None:
        for member in stack.members:
            send(("ended", member.number, {"status": "completed"}))
        if last:
            send((last, stack.number))
        os._exit(9)

    told = pool_of(monkeypatch, serve, stacks)
    assert sorted(message[:2] for message in told if message[0] != "done") == [
        ("ended", number) for number in range(2 * stacks)
    ]


@pytest.mark.skipif(not pool.FORKS, reason="the workers have to inherit a function of this test")
def test_what_kills_every_worker_fails_every_job(monkeypatch: pytest.MonkeyPatch) -> None:
    told = pool_of(monkeypatch, lambda *_: os._exit(9), stacks=2)
    assert sorted(message[:2] for message in told) == [("lost", number) for number in range(4)]
    assert "its process ended with status 9" in told[0][2]["reason"]


def test_batches_of_a_sweep_that_use_threads_of_openmp_do_not_wait_for_ever(tmp_path: Path) -> None:
    words = ["train.batch_size=1024", "train.steps=3", "model.width=100", "seed=0,1", "hydra.sweeper.max_batch_size=1"]
    run(tmp_path, *words, env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 2


def test_a_full_disk_fails_jobs_one_by_one_and_ends_in_a_table(tmp_path: Path) -> None:
    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

    words = ["data=moons", "model.width=2", "train.epochs=3000", "seed=0,1,2,3", "hydra.launcher.workers=2"]
    done = run(tmp_path, *words, "hydra.output_subdir=null", check=False, preexec_fn=small_files)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "4 failed" in done.stdout
    assert done.stderr.count("events.out.tfevents") >= 4
    assert "4 of 4 jobs failed: 0-3." in done.stderr


def test_a_log_that_cannot_be_written_hinders_nothing(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs Linux's /dev/full")
    told: list[dict[str, Any]] = []
    member = plan.Member(0, Config(), tmp_path, plan.LogFile(full, "%(message)s"))
    recorder = MemberRecorder(
        member, Monitor(0, TrainConfig()), RunDirectory(tmp_path), lambda _, summary: told.append(summary)
    )
    recorder.fail(OutputError("the disk is full"))
    assert told[0]["message"] == "the disk is full"
    assert json.loads((tmp_path / "summary.json").read_text())["status"] == "failed"


def test_a_job_whose_directory_cannot_be_made_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "sweep").mkdir()
    (tmp_path / "sweep" / "1").write_text("mine")
    done = run(tmp_path, *COMMON, "seed=0,1,2", check=False)
    assert done.returncode == 1
    assert "Job 1 failed." in done.stderr
    assert "1 of 3 jobs failed: 1." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sweep" / "1").read_text() == "mine"
    assert list(pandas.read_csv(tmp_path / "sweep" / "sweep.csv")["status"]) == ["completed", "failed", "completed"]


def test_jobs_that_would_share_a_directory_are_refused(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "train.py"), "-m", "seed=0,1"]
    command += ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=same"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "hydra.sweep.subdir: jobs 0 and 1 would both write into" in done.stderr
    assert not (tmp_path / "sweep" / "same").exists()


def test_samples_make_room_for_others_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (Config(data=Moons(seed=seed), model=MLP()) for seed in range(3))
    settings = Settings()
    known = settings.of(first)
    settings.of(second)
    assert settings.of(first) is known, "with enough memory, nothing is loaded twice"
    free = iter([0, 1000])
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=next(free), total=1000))
    settings.of(third)
    assert settings.of(first) is known, "the second was used longest ago"
    assert len(settings.loaded) == 2
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=0, total=1000))
    again = settings.of(second)
    assert len(settings.loaded) == 1
    np.testing.assert_array_equal(again.dataset.train.y, Setup(second).dataset.train.y)


@pytest.mark.parametrize("error", [MemoryError("no"), OutputError("no"), OverflowError("no")])
def test_a_rehearsal_that_fails_leaves_the_time_unknown(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr("twinprop.run.setup.Setup.learner", fail)
    config = Config(data=Moons(), model=MLP())
    stack = plan.Stack([plan.Member(0, config, Path("nowhere"), plan.LogFile(None, ""))], 1, 1, 1.0)
    assert rehearse(stack, Settings()) is None


def test_a_job_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "sweep" / "1").mkdir(parents=True)
    (tmp_path / "sweep" / "1" / "metrics.csv").write_text("mine")
    done = run(tmp_path, *COMMON, "seed=0,1,2", check=False)
    assert done.returncode == 1
    assert "Job 1 failed." in done.stderr
    assert "already holds a run" in done.stderr
    assert "1 of 3 jobs failed: 1." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sweep" / "1" / "metrics.csv").read_text() == "mine"
    assert sorted(path.name for path in (tmp_path / "sweep" / "1").iterdir()) == [".hydra", "metrics.csv"]
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "completed"]
    assert list(pandas.read_csv(tmp_path / "sweep" / "sweep.csv")["status"]) == ["completed", "failed", "completed"]


def test_data_that_is_not_there_fails_its_own_jobs_and_is_told_once(tmp_path: Path) -> None:
    words = [*COMMON, "seed=0,1", "data=digits,mnist", "data.root=nowhere", "data.download=false"]
    done = run(tmp_path, *words, check=False)
    assert done.returncode == 1
    assert done.stderr.count("MNIST is not there") == 1
    assert "Jobs 1, 3 failed." in done.stderr
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed", "failed"] * 2


def test_the_table_is_sorted_and_gives_the_spread_over_seeds(tmp_path: Path) -> None:
    done = run(tmp_path, *COMMON, "seed=0,1,2", "optimizer.lr=0.0001,0.1", "metric=test_loss")
    lines = [line for line in done.stdout.splitlines() if "completed" in line]
    assert len(lines) == 2
    assert "lr=0.1" in lines[0]
    assert "lr=0.0001" in lines[1]
    found = summaries(tmp_path)
    losses = [found[number]["test"]["loss"] for number in (3, 4, 5)]
    assert f"{np.mean(losses):.4f} ± {np.std(losses, ddof=1):.4f}" in lines[0]
    table = pandas.read_csv(tmp_path / "sweep" / "sweep.csv")
    assert list(table["job"]) == list(range(6))
    assert list(table["test_loss"]) == [summary["test"]["loss"] for summary in found]


def test_arithmetic_that_fails_for_one_member_fails_it_alone(tmp_path: Path) -> None:
    """10 to the power of 309 is no float: the schedule of one member raises an error in the stack of all."""
    words = [*COMMON, "scheduler=exponential", "scheduler.gamma=0.9,1e100", "train.epochs=6", "model.backend=scratch"]
    done = run(tmp_path, *words, check=False)
    found = summaries(tmp_path)
    assert found[0]["status"] == "completed"
    assert found[1]["status"] in ("failed", "diverged")
    assert "Traceback" not in done.stderr


def test_a_launcher_of_another_program_says_what_it_trains() -> None:
    with pytest.raises(TwinpropError, match=r"trains what train\.py does"):
        PopulationLauncher().setup(hydra_context=None, task_function=print, config=None)  # type: ignore[arg-type]


def test_a_function_apart_gives_its_result_or_none() -> None:
    if sys.platform == "linux":
        assert pool.apart(lambda x: x + 1, 2) == 3
        assert pool.apart(os._exit, 3) is None


def test_a_batch_of_optunas_trials_trains_as_one(tmp_path: Path) -> None:
    words = ["hydra/sweeper=optuna", "hydra.sweeper.direction=maximize", "hydra.sweeper.n_trials=12"]
    words += ["hydra.sweeper.n_jobs=8", "hydra.sweeper.sampler.seed=1", "hydra.launcher.workers=1"]
    space = ["optimizer.lr=tag(log,interval(0.001,1e5))", "model.activation=relu,identity", "train.steps=40"]
    done = run(tmp_path, *words, *space, "model.backend=scratch", "model.width=8")
    found = summaries(tmp_path)
    assert len(found) == 12
    assert [word in done.stdout for word in ("8 jobs in 1 group", "4 jobs in 1 group")] == [True, True]
    values = [summary["val"]["accuracy"] for summary in found if summary["status"] == "completed"]
    assert len(values) < 12, "none diverged, which a sweeper must hear of too"
    results = OmegaConf.load(tmp_path / "sweep" / "optimization_results.yaml")
    assert results.best_value == max(values)
    assert list(sweeps(find_runs([str(tmp_path)]))) == [tmp_path / "sweep"], "the report does not see the sweep"


def test_a_stack_that_is_done_counts_in_full_however_short_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    members = [plan.Member(number, Config(), Path("nowhere"), plan.LogFile(None, "")) for number in range(4)]
    stacks = [plan.Stack(members[:2], 1, 10, 6.0), plan.Stack(members[2:], 1, 10, 2.0)]
    sweep = Sweep()
    sweep.members, sweep.planned = {member.number: member for member in members}, [(plan.Group(members), stacks, True)]
    with sweep.display():
        monkeypatch.setattr(pool, "serve", lambda stack, *_: _[-1](("done", stack.number)))
        pool.Pool(Settings(), 2, sweep.listen, sweep.lost, Interrupt()).run(stacks[:1])
        sweep.listen(("progress", stacks[1].number, 5))
        assert sum(sweep.done.values()) == 7.0


def test_an_empty_sweep_trains_nothing() -> None:
    sweep = Sweep()
    sweep.train([])
    assert sweep.summaries == {}
