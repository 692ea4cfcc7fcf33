"""How far a sweep is."""

from __future__ import annotations

import pytest
from tests.kit.sweeps import member

from twinprop.population import worker
from twinprop.population.display import SweepDisplay
from twinprop.population.pool import Pool
from twinprop.population.setups import SetupCache
from twinprop.population.stack import Stack
from twinprop.population.sweep import Sweep
from twinprop.training.interrupt import Interrupt


def test_a_stack_that_is_done_counts_in_full_however_short_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    members = [member(number) for number in range(4)]
    stacks = [Stack(members[:2], 1, 10, 6.0), Stack(members[2:], 1, 10, 2.0)]
    sweep = Sweep()
    sweep.display = SweepDisplay(stacks, len(members))
    with sweep.display():
        monkeypatch.setattr(worker, "serve", lambda stack, *_: _[-1](("done", stack.number)))
        Pool(SetupCache(), 2, sweep.on_message, sweep.on_loss, Interrupt()).run(stacks[:1])
        sweep.on_message(("progress", stacks[1].number, 5))
        assert sum(sweep.display.done.values()) == 7.0


def test_an_estimate_begins_when_something_has_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("twinprop.population.display.monotonic", lambda: now)
    stack = Stack([member(0)], 1, 100, 5.0)
    display = SweepDisplay([stack], 1)
    now = 3600.0
    display.update(0)
    display.trained(stack.number, 10)
    display.update(0)
    assert not capsys.readouterr().out
    now += 20
    display.trained(stack.number, 30)
    display.update(0)
    assert capsys.readouterr().out == "0 of 1 jobs done, 30 %, about 1 min 10 s left\n"


@pytest.mark.parametrize(("foretold", "said"), [(660.0, True), (130.0, False), (None, False)])
def test_a_forecast_that_was_wrong_is_corrected_once(
    foretold: float | None, said: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("twinprop.population.display.monotonic", lambda: now)
    stack = Stack([member(0)], 1, 100, 5.0)
    display = SweepDisplay([stack], 1, foretold)
    for steps in (1, 2, 20, 60):
        display.trained(stack.number, steps)
        display.update(0)
        now += 20
    told = [line for line in capsys.readouterr().out.splitlines() if "pace" in line]
    assert told == (["at this pace it takes 3 min 31 s in all, not 11 min 0 s"] if said else [])
