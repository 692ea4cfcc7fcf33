"""What takes time is due so seldom that it keeps to its share."""

from __future__ import annotations

import pytest

from twinprop.run.pace import Pace


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [0.0]
    monkeypatch.setattr("twinprop.run.pace.monotonic", lambda: clock[0])
    return clock


@pytest.mark.parametrize(("cost", "every"), [(0.003, 0.004), (0.5, 0.1), (0.0001, 1.0)])
def test_it_takes_its_share_at_most(now: list[float], cost: float, every: float) -> None:
    pace, times = Pace(0.02), 0
    for _ in range(10_000):
        now[0] += every
        if pace.due():
            times += 1
            with pace.measured():
                now[0] += cost
    assert times > 1
    assert cost * (times - 1) <= 0.02 * now[0]


def test_time_without_it_is_saved_up(now: list[float]) -> None:
    pace, times = Pace(0.02), 0
    now[0] = 10.0
    while pace.due():
        times += 1
        with pace.measured():
            now[0] += 0.01
    assert times == 21


def test_seconds_lie_between(now: list[float]) -> None:
    pace = Pace(0.5, seconds=3.0)
    assert not pace.due()
    now[0] = 3.0
    assert pace.due()
    with pace.measured():
        now[0] += 0.1
    now[0] += 2.9
    assert not pace.due()
    now[0] += 0.1
    assert pace.due()
