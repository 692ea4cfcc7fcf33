"""Which jobs stand beside each other, and in which portions."""

from __future__ import annotations

from tests.kit.sweeps import member
from tests.kit.twins import configuration

from twinprop.population.grouping import sort_key, split


def test_members_that_see_the_same_batches_stay_together() -> None:
    members = sorted((member(number, configuration(seed=number % 3)) for number in range(12)), key=sort_key)
    for most, sizes in {12: [12], 8: [8, 4], 4: [4, 4, 4], 3: [2, 2, 2, 2, 2, 2], 1: [1] * 12}.items():
        portions = split(members, most, 1, separate=False)
        assert [len(portion) for portion in portions] == sizes
        assert sorted(each.number for portion in portions for each in portion) == list(range(12))
    assert all(len({each.config.seed for each in portion}) == 1 for portion in split(members, 4, 1, separate=False))
    assert [len(portion) for portion in split(members, 12, 1, separate=True)] == [4, 4, 4]
    few = sorted((member(number, configuration(seed=number % 4)) for number in range(12)), key=sort_key)
    assert [len(portion) for portion in split(few, 12, 1, separate=True)] == [12]


def test_every_worker_gets_a_stack_where_there_are_as_many_members() -> None:
    members = [member(number, configuration(seed=0)) for number in range(7)]
    for workers in range(1, 9):
        assert len(split(members, 100, workers, separate=True)) >= min(workers, 4)
