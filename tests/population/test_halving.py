"""Successive halving: rungs and who goes on from them, against ASHA's rule in plain words."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.loops import config_of, run
from tests.kit.sweeps import member
from tests.kit.twins import sampling

from twinprop.errors import OutputError
from twinprop.population.display import SweepDisplay
from twinprop.population.halving import Arrivals, Halving, Rungs
from twinprop.population.stack import Stack
from twinprop.training.monitor import Monitor
from twinprop.training.position import NoCheckpoints, Position

CONTEST = "digits val_accuracy"


# where rungs are


def test_rungs_are_geometric_and_at_multiples_of_the_first() -> None:
    assert Halving(2, 0.33).rungs(60) == [2, 6, 18, 56]
    assert Halving(1, 0.33).rungs(10) == [1, 3, 9]
    assert Halving(1, 0.5).rungs(64) == [1, 2, 4, 8, 16, 32]
    assert Halving(1, 0.5).rungs(65) == [1, 2, 4, 8, 16, 32, 64]
    assert Halving(3, 0.9).rungs(25) == [3, 6, 9, 12, 15, 18, 21, 24]
    assert Halving(5, 0.01).rungs(500) == [5]
    assert Halving(30, 0.5).rungs(30) == []


@settings(**sampling(60))
@given(every=st.integers(1, 5), keep=st.floats(0.02, 0.98), epochs=st.integers(1, 80))
def test_rungs_are_the_multiples_nearest_to_the_powers(every: int, keep: float, epochs: int) -> None:
    powers, power = set[int](), 1.0
    while power < epochs + 1:
        powers.add(every * math.floor(power + 0.5))
        power /= keep
    halving = Halving(every, keep)
    assert halving.rungs(epochs) == sorted(rung for rung in powers if rung < epochs)
    for before in range(0, epochs, 7):
        assert halving.crossed(before, epochs) == any(before < rung <= epochs for rung in powers)
    assert halving.share(1.0, epochs) == pytest.approx(1)
    done = [halving.share(part / 10, epochs) for part in range(11)]
    assert done == sorted(done)


def test_the_work_of_rungs_is_that_of_those_who_are_left() -> None:
    assert Halving(1, 0.25).work(8) == pytest.approx(1 + 3 / 4 + 4 / 16)
    assert Halving(9, 0.25).work(8) == 8


def test_a_bar_shows_the_work_and_not_the_epochs() -> None:
    display = SweepDisplay([stack := Stack([member(0)], 1, 100, 5.0)], 1, None, Halving(3, 0.1))  # of 30 epochs
    display.trained(stack.number, 10)
    assert display.done[stack.number] == pytest.approx(5 * 3 / (3 + 27 / 10))


# who goes on


def oracle(arrivals: list[dict[int, tuple[float, float]]], keep: float) -> dict[int, bool]:
    """ASHA's rule: of all that came to a rung so far, the best share goes on, one at least."""
    so_far: list[tuple[float, float]] = []
    found = {}
    for together in arrivals:
        so_far += together.values()
        best = sorted(so_far)[: max(1, math.floor(keep * len(so_far) + 0.5))]
        found |= {number: rank <= best[-1] for number, rank in together.items()}
    return found


ranks = st.tuples(st.sampled_from([-0.9, -0.8, -0.5, 0.0, math.inf]), st.sampled_from([0.1, 0.2, 1e9]))


@settings(**sampling(25))
@given(st.data(), st.lists(st.lists(ranks, min_size=1, max_size=6), min_size=1, max_size=6), st.floats(0.01, 0.99))
def test_simulated_rungs_follow_the_rule_and_keep_to_what_was_decided(
    data: Any, groups: list[list[tuple[float, float]]], keep: float
) -> None:
    arrivals, number = [], 0
    for group in groups:
        arrivals.append({number + at: rank for at, rank in enumerate(group)})
        number += len(group)
    expected = oracle(arrivals, keep)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rungs = Rungs(Halving(1, keep), folder)
        decided = {}
        for together in arrivals:
            rungs.places(9, CONTEST, dict.fromkeys(together, (0.0, 0.0)))  # another rung is another contest
            places = rungs.places(3, CONTEST, together)
            decided |= {number: place.goes_on for number, place in places.items()}
            assert all(place.rank <= place.of for place in places.values())
            if data.draw(st.booleans()):  # somebody is killed while it writes
                with open(rungs.record.path, "ab") as file:
                    file.write(
                        b'null\n{}\n{"epoch": 3, "contest": "' + CONTEST.encode() + b'", "going_on": 5, "ranks": {"7'
                    )
        assert decided == expected
        # whoever goes on with the sweep asks again, in another order, after all others, with another share
        again = Rungs(Halving(1, data.draw(st.floats(0.01, 0.99))), folder)
        before = rungs.record.path.read_bytes()
        for number in data.draw(st.permutations(range(len(expected)))):
            assert again.places(3, CONTEST, {number: (-5.0, 0.0)})[number].goes_on == expected[number]
        assert rungs.record.path.read_bytes() == before


def test_ranks_are_told_as_people_count(tmp_path: Path) -> None:
    places = Rungs(Halving(1, 0.5), tmp_path).places(1, CONTEST, {4: (-0.9, 1.0), 5: (-0.5, 1.0), 6: (-0.7, 1.0)})
    assert {number: tuple(place) for number, place in places.items()} == {4: (1, 3, 2), 5: (3, 3, 2), 6: (2, 3, 2)}


def test_what_is_no_number_is_the_worst(tmp_path: Path) -> None:
    places = Rungs(Halving(1, 0.5), tmp_path).places(1, CONTEST, {1: (math.nan, math.nan), 2: (9e9, 1.0)})
    assert [places[number].rank for number in (1, 2)] == [2, 1]


def test_several_at_once_lose_nothing(tmp_path: Path) -> None:
    def come(number: int) -> bool:
        found = Rungs(Halving(1, 0.3), tmp_path).places(2, CONTEST, {number: (-number, 0.0)})
        return found[number].goes_on

    with ThreadPoolExecutor(4) as threads:
        decided = list(threads.map(come, range(12)))
    rungs = Rungs(Halving(1, 0.3), tmp_path)
    assert decided == [rungs.places(2, CONTEST, {number: (0.0, 0.0)})[number].goes_on for number in range(12)]
    assert sorted(rungs.record.contest(2, CONTEST).places) == list(range(12))


def test_a_process_reads_each_line_once_and_nothing_of_a_sweep_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rungs, taken_in, add = Rungs(Halving(1, 0.5), tmp_path), list[str](), Arrivals.add
    monkeypatch.setattr(Arrivals, "add", lambda own, ranks, *more: (taken_in.extend(ranks), add(own, ranks, *more)))
    for number in range(4):  # a judge comes with each stack
        sent = pickle.loads(pickle.dumps(rungs))
        assert sent.places(1, CONTEST, {number: (-number, 0.0)})[number].of == number + 1
    assert taken_in == ["0", "1", "2", "3"]
    rungs.record.path.unlink()
    assert Rungs(Halving(1, 0.5), tmp_path).places(1, CONTEST, {3: (0.0, 0.0)})[3].of == 1


def test_a_file_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    rungs = Rungs(Halving(1, 0.3), tmp_path)
    rungs.record.path.parent.mkdir()
    rungs.record.path.symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"rungs\.jsonl: cannot be written \(No space left"):
        rungs.record.append({"epoch": 1})


# networks


def judged(rungs: Rungs, first: int = 0) -> Callable[[dict[int, Monitor]], None]:
    """What asks the rungs about networks, which are jobs from `first` on."""
    return lambda evaluated: rungs([(member(first + place), monitor) for place, monitor in evaluated.items()])


class Kept(NoCheckpoints):
    """Keeps a position after each update."""

    def __init__(self) -> None:
        self.positions: list[Position] = []

    def due(self) -> bool:
        return True

    def write(self, position: Position) -> None:
        self.positions.append(position)


def test_networks_compete_by_validation_and_go_on_from_anywhere_as_was_decided(tmp_path: Path) -> None:
    rungs, kept = Rungs(Halving(1, 0.5), tmp_path), Kept()
    configs = [config_of(seed=seed, train={"epochs": 5, "batch_size": 32}) for seed in range(6)]
    whole = run(configs, judge=judged(rungs), checkpoints=kept)
    assert whole.sizes == [6, 3, 2, 1], "at epochs 1, 2 and 4"
    for epochs, left in ((1, 3), (2, 1), (4, 1)):
        assert sum((each.stopped or {}).get("epoch") == epochs for each in whole.monitors) == left
    by_accuracy = sorted(range(6), key=lambda at: whole.monitors[at].rank(whole.monitors[at].rows[0]))
    assert {at for at, each in enumerate(whole.monitors) if len(each.rows) == 1} == {*by_accuracy[3:]}
    worst = whole.monitors[by_accuracy[-1]]
    assert worst.stopped == {"by": "halving", "epoch": 1, "rank": 6, "of": 6}
    assert worst.reason == "by halving after epoch 1: rank 6 of 6, of which 3 went on"
    # others come to the rungs in the meantime, who would have left nobody there
    run(configs, judge=lambda evaluated: rungs.places(1, CONTEST, {100 + at: (-2.0, 0.0) for at in evaluated}))
    for position in kept.positions:
        resumed = run(configs, position, judge=judged(rungs))
        for at, monitor in enumerate(resumed.monitors):
            assert (monitor.status, monitor.reason) == (whole.monitors[at].status, whole.monitors[at].reason)
            np.testing.assert_array_equal(resumed.table(at), whole.table(at))


def test_networks_on_other_data_do_not_compete(tmp_path: Path) -> None:
    rungs = Rungs(Halving(1, 0.01), tmp_path)
    run([config_of(train={"epochs": 2})], judge=judged(rungs))
    assert list(rungs.record.contests) == [(1, CONTEST)], "and at the end there is no rung"
