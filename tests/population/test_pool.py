"""Workers: what an interrupt leaves, and what becomes of the stack of one that dies."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from tests.kit.sweeps import COMMON, kept_steps, rows, run, stack_of, start, summaries, wait_until

from twinprop.population import pool, worker
from twinprop.population.forks import FORKS
from twinprop.population.pool import Pool
from twinprop.population.setups import SetupCache
from twinprop.population.stack import LogFile, Stack
from twinprop.training.interrupt import Interrupt

LONG = [*COMMON, "train.epochs=100000", "model.backend=scratch"]


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
        assert kept_steps(tmp_path)[number] >= found[number]["steps"]
        assert (folder / "model.safetensors").exists()
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
    assert process.returncode == 0
    assert re.fullmatch(r"Jobs [0-9-]+ go on from step [0-9,]+: its process ended with SIGKILL\.\n", errors), errors
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


def told_of(monkeypatch: pytest.MonkeyPatch, serve: Any, stacks: int) -> list[tuple[Any, ...]]:
    """What is told of stacks of two jobs each, which `serve` trains in workers."""
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(worker, "serve", serve)
    lost = lambda member, summary: told.append(("lost", member.number, summary))  # noqa: E731
    for_all = [stack_of(range(first, first + 2)) for first in range(0, 2 * stacks, 2)]
    Pool(SetupCache(), 2, told.append, lost, Interrupt()).run(for_all)
    return told


@pytest.mark.skipif(not FORKS, reason="the workers have to inherit a function of this test")
@pytest.mark.parametrize(("last", "stacks"), [("", 4), ("done", 2)])
def test_a_worker_that_dies_when_its_jobs_have_ended_has_nothing_left_to_train(
    last: str, stacks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def serve(stack: Stack, setups: Any, interrupt: Any, send: Any) -> None:
        for member in stack.members:
            send(("ended", member.number, {"status": "completed"}))
        if last:
            send((last, stack.number))
        os._exit(9)

    told = told_of(monkeypatch, serve, stacks)
    assert sorted(message[:2] for message in told if message[0] != "done") == [
        ("ended", number) for number in range(2 * stacks)
    ]


@pytest.mark.skipif(not FORKS, reason="the workers have to inherit a function of this test")
def test_what_kills_every_worker_fails_every_job(monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_of(monkeypatch, lambda *_: os._exit(9), stacks=2)
    assert sorted(message[:2] for message in told) == [("lost", number) for number in range(4)]
    assert "its process ended with status 9" in told[0][2]["reason"]


@pytest.mark.slow
def test_batches_of_a_sweep_that_use_threads_of_openmp_do_not_wait_for_ever(tmp_path: Path) -> None:
    words = ["train.batch_size=1024", "train.steps=3", "model.width=100", "seed=0,1", "hydra.sweeper.max_batch_size=1"]
    run(tmp_path, *words, env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert [summary["status"] for summary in summaries(tmp_path)] == ["completed"] * 2


@pytest.mark.skipif(not FORKS, reason="the workers have to inherit a function of this test")
@pytest.mark.parametrize("allowed", [0, 1])
def test_where_the_system_allows_few_processes_those_train_all_stacks(
    allowed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started, start_process = [], BaseProcess.start

    def limited(process: BaseProcess) -> None:
        if len(started) == allowed:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        started.append(process)
        start_process(process)

    def serve(stack: Stack, setups: Any, interrupt: Any, send: Any) -> None:
        for member in stack.members:
            send(("ended", member.number, {"process": os.getpid()}))
        send(("done", stack.number))

    monkeypatch.setattr(BaseProcess, "start", limited)
    monkeypatch.setattr(pool, "serve", serve)
    told = told_of(monkeypatch, serve, stacks=3)
    ends = [message[1:] for message in told if message[0] == "ended"]
    assert sorted(number for number, _ in ends) == [*range(6)]
    assert {summary["process"] == os.getpid() for _, summary in ends} == {allowed == 0}
    assert [record.message.partition(";")[0] for record in caplog.records] == [
        "The system allows no more worker processes (Resource temporarily unavailable)"
    ]


@pytest.mark.parametrize("workers", [None, 2])
def test_a_fault_before_training_ends_its_own_stack_alone(
    workers: int | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def train_stack(stack: Stack, *_: Any) -> None:
        if stack.members[0].number < 2:
            raise SyntaxError("nobody foresaw this")

    monkeypatch.setattr(worker, "train_stack", train_stack)
    stacks = [stack_of(range(first, first + 2), tmp_path) for first in (0, 2)]
    log = LogFile(tmp_path / "train.log", "%(message)s")
    stacks[0].members[:] = [member._replace(log=log) for member in stacks[0].members]
    told: list[tuple[Any, ...]] = []
    lost: dict[int, dict[str, Any]] = {}
    Pool(SetupCache(), workers, told.append, lambda m, s: lost.update({m.number: s}), Interrupt()).run(stacks)
    reason = "SyntaxError: nobody foresaw this; the traceback is in its train.log."
    assert lost == {number: {"status": "failed", "reason": reason} for number in (0, 1)}
    assert told == [("done", stacks[1].number)]
    assert (tmp_path / "train.log").read_text().count("Traceback") == 2
