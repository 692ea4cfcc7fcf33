"""The time that a sweep will take is found out beforehand, without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.kit.commands import ROOT, in_process
from tests.kit.sweeps import COMMON, DIRECTORIES, last_of_each, member, summaries

from twinprop.config.schema import Config
from twinprop.data.toy import Moons
from twinprop.errors import OutputError
from twinprop.models.mlp import MLP
from twinprop.population.rehearsal import rehearse
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack


@pytest.mark.parametrize("error", [MemoryError("no"), OutputError("no"), OverflowError("no")])
def test_a_rehearsal_that_fails_leaves_the_time_unknown(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr("twinprop.run.setup.Setup.learner", fail)
    assert rehearse(Stack([member(0, Config(data=Moons(), model=MLP()))], 1, 1, 1.0), SetupCache()) is None


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_processes_import_nothing_that_the_first_could_have_imported(backend: str) -> None:
    """But for nested tensors, which PyTorch itself imports where it first differentiates, in some milliseconds."""
    code = f"""
import sys
from pathlib import Path
from twinprop.config.schema import Config
from twinprop.data.digits import Digits
from twinprop.models.mlp import MLP
from twinprop.population import rehearsal, sweep
from twinprop.population.grouping import Group
from twinprop.population.planner import Planner
from twinprop.population.stack import LogFile, Member
from twinprop.training.interrupt import Interrupt
from twinprop.training.plan import TrainConfig
config = Config(data=Digits(), model=MLP(backend={backend!r}), train=TrainConfig(steps=3))
jobs = [Member(number, config, Path(), LogFile(None, "")) for number in range(2)]
planner, before = Planner(workers=1), []
planned = planner.stacks(Group(jobs), 1.0)
rehearsal.in_subprocess = lambda *_: before.extend(sys.modules)
rehearsal.expected_seconds([planned], 1, planner.setups, Interrupt())
rehearsal.rehearse(planned.stacks[0], planner.setups)
new = [name for name in sys.modules if name not in before]
print(*(name for name in new if not name.startswith(("twinprop.", "torch.nested", "torch.fx.experimental._const"))))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.strip()) == ("", "")


def test_an_interrupt_while_a_plan_is_made_leaves_a_summary_of_every_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twinprop.population.rehearsal.in_subprocess", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    words = last_of_each([*COMMON, "seed=0,1", "model.width=9,12"])
    assert in_process(monkeypatch, tmp_path, "-m", *words, *DIRECTORIES)[0] == 130
    found = summaries(tmp_path)
    assert [summary["status"] for summary in found] == ["interrupted"] * 4
    assert {summary["reason"] for summary in found} == {"SIGINT before it was started"}
    assert len((tmp_path / "sweep" / "sweep.csv").read_text().splitlines()) == 5
