"""Values of sweeps are counted and picked as Hydra's sweeper would make them, without making them all."""

from __future__ import annotations

from itertools import product

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hypothesis import given
from hypothesis import strategies as st

from twinprop.app.composer import text_of
from twinprop.app.sweep_values import count_of, few_of, jobs_to_look_at


def overrides(*words: str) -> list[Override]:
    return list(OverridesParser.create().parse_overrides(list(words)))


ends = st.integers(-20, 20)
floats = st.sampled_from(["-0.5", "0.1", "0.25", "1.5", "3"])


@given(
    st.one_of(
        st.tuples(ends, ends, ends.filter(bool)).map(lambda parts: f"range({parts[0]},{parts[1]},{parts[2]})"),
        st.tuples(floats, floats, floats).map(",".join).map(lambda text: f"range({text})"),
        st.lists(ends, min_size=2, max_size=9).map(lambda values: ",".join(map(str, values))),
        st.tuples(ends, ends).map(lambda parts: f"float(range({parts[0]},{parts[1]}))"),
    ),
    st.integers(2, 9),
)
def test_what_is_picked_stands_at_its_place(values: str, most: int) -> None:
    (sweep,) = overrides(f"seed={values}")
    all_of_it = list(sweep.sweep_string_iterator())
    few = few_of(sweep, most)
    assert count_of(sweep) == len(all_of_it)
    assert len(few) <= most
    assert all(float(all_of_it[place]) == float(value) for place, value in few.items())
    assert not all_of_it or 0 in few


@pytest.mark.parametrize("most", [1, 5, 11, 12, 100])
def test_jobs_have_the_numbers_that_the_sweeper_gives_them(most: int) -> None:
    words = {"seed": ["1", "2"], "model.width": ["3", "4", "5"], "label": ["x"], "optimizer.lr": ["0.1", "0.2"]}
    all_jobs = [[f"{key}={value}" for key, value in zip(words, job, strict=True)] for job in product(*words.values())]
    looked_at = jobs_to_look_at(overrides(*(f"{key}={','.join(values)}" for key, values in words.items())), most)
    assert (len(looked_at) == len(all_jobs)) == (most >= 12)
    for number, job in looked_at.items():
        assert [text_of(each) for each in job] == all_jobs[number]
    if most >= 11:  # each value of each key is in one of them
        tried = {word for number in looked_at for word in all_jobs[number]}
        assert tried == {f"{key}={value}" for key, values in words.items() for value in values}


def test_a_billion_values_take_no_time() -> None:
    (sweep,) = overrides("seed=range(2000000000)")
    assert count_of(sweep) == 2_000_000_000
    assert list(few_of(sweep, 2).values()) == ["0", "1000000000"]


@pytest.mark.parametrize("values", ["range(0,1,0)", "range(0,inf)", "range(nan,1)"])
def test_a_range_without_end_or_step_is_told(values: str) -> None:
    with pytest.raises(ValueError, match="range"):
        count_of(overrides(f"seed={values}")[0])
