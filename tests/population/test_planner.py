"""How many stacks a group is cut into, and how many threads they get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.kit.sweeps import member
from tests.kit.twins import configuration

from twinprop.config.schema import Config
from twinprop.data.toy import Moons
from twinprop.models.cnn import CNN
from twinprop.models.mlp import MLP
from twinprop.population.display import plan_lines
from twinprop.population.engine import Engine
from twinprop.population.grouping import Group
from twinprop.population.planner import PlannedGroup, Planner
from twinprop.run.device import threads_for


def test_a_group_among_many_is_not_cut_for_the_sake_of_cores() -> None:
    planner = Planner(workers=4)
    group = Group([member(number, configuration(seed=0)) for number in range(8)])
    for share, stacks in {1.0: 4, 0.5: 4, 0.3: 3, 0.2: 2, 0.1: 1}.items():
        assert len(planner.stacks(group, share).stacks) == stacks


@dataclass
class Elsewhere(Engine):
    """An engine that only says what it has."""

    at_once: int | None = None
    cpus: int | None = None
    gpus: bool = False
    name: str = "elsewhere"

    def submit(self, calls: Any, directory: Any) -> Any:
        raise AssertionError("nothing is sent")


def planned(config: Config, **engine: Any) -> PlannedGroup:
    """The stacks of ten jobs that train elsewhere."""
    return Planner(engine=Elsewhere(**engine)).stacks(Group([member(number, config) for number in range(10)]), 1.0)


def test_stacks_that_train_elsewhere_do_not_follow_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    for name in ("run.device", "population.planner"):
        monkeypatch.setattr(f"twinprop.{name}.cores", lambda: 5)
    small, large = (Config(data=Moons(), model=MLP(width=width)) for width in (8, 3000))
    assert len(planned(small).stacks) == 1
    assert len(planned(small, at_once=2).stacks) == 2
    assert len(planned(large).stacks) == 10, "a core's caches take one of these networks"
    assert len(planned(large, gpus=True).stacks) == 1
    assert len(planned(replace(large, device="cpu"), gpus=True).stacks) == 10
    assert len(planned(replace(large, device="cuda:7")).stacks) == 1, "a device that this machine may lack"
    assert [planned(large, cpus=cpus).stacks[0].threads for cpus in (None, 3)] == [1, 3]
    assert planned(small, cpus=3).stacks[0].threads == 1


def test_a_second_thread_follows_the_largest_single_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand, a convolution is a product for each pixel; PyTorch's is one."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    models = [CNN(backend=backend, stages=[[16], [32]]) for backend in ("scratch", "torch")]
    found = [threads_for(Config(model=model), (3, 32, 32), 500, available=2) for model in models]
    assert found == [1, 2]


@pytest.mark.parametrize(
    ("at_once", "told"), [(2, "2 at once"), (50, "10 at once"), (None, "as many at once as it has room for")]
)
def test_the_plan_says_how_many_an_engine_trains_at_once(at_once: int | None, told: str) -> None:
    planner = Planner(max_members=1, engine=Elsewhere(at_once=at_once))
    group = planner.stacks(Group([member(number, Config(data=Moons(), model=MLP())) for number in range(10)]), 1.0)
    assert f"10 stacks, on elsewhere, {told}; expected" in next(plan_lines(planner, [group], None))
